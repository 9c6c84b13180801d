//! Which methods are called, and of what.

use std::io::Read;

use ipc_gen::reflection::Id;
use serde_json::Value;

use crate::dynamic::Schemas;
use crate::failure::Failure;

/// A method and its parameters.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    pub(super) name: String,
    pub(super) params: Option<Value>,
}

/// What was asked for: methods, each of what the one before it brought.
#[derive(Debug, PartialEq)]
pub(super) struct Path {
    /// The interface to begin with, if it was named.
    start: Option<String>,
    steps: Vec<Step>,
}

impl Path {
    pub(super) fn read(words: &[String]) -> Result<Self, Failure> {
        let mut start = None;
        let mut steps: Vec<Step> = Vec::new();
        for word in words {
            if let Some(params) = parameters(word)? {
                let Some(step) = steps.last_mut().filter(|step| step.params.is_none()) else {
                    let text = format!("no method stands before the parameters {word}");
                    return Err(Failure::usage(text));
                };
                step.params = Some(params);
                continue;
            }
            for name in word.split('.') {
                let is_name = !name.is_empty() && name.chars().all(char::is_alphanumeric);
                let is_interface = name.starts_with(char::is_uppercase);
                match (is_name, is_interface) {
                    (true, true) if start.is_none() && steps.is_empty() => {
                        start = Some(name.to_owned());
                    }
                    (true, false) => steps.push(Step {
                        name: name.to_owned(),
                        params: None,
                    }),
                    _ => {
                        let text = format!("{word:?} is neither methods nor parameters");
                        let advice = "write Interface.method, or JSON in braces or brackets";
                        return Err(Failure::usage(text).advice(advice));
                    }
                }
            }
        }
        match steps.is_empty() {
            true => Err(Failure::usage("no method is named").advice("write Interface.method")),
            false => Ok(Self { start, steps }),
        }
    }

    /// The methods to call from the first object on.
    pub(super) fn from(mut self, schemas: &Schemas, first: Id) -> Result<Vec<Step>, Failure> {
        let Some(start) = self.start.filter(|start| start != schemas.name(first)) else {
            return Ok(self.steps);
        };
        let makers = schemas.makers(first);
        let makers: Vec<_> = makers
            .iter()
            .map(|(declared, interface)| (&declared.method.name, schemas.name(*interface)))
            .collect();
        match makers.iter().find(|(_, interface)| **interface == start) {
            Some((maker, _)) => {
                let maker = Step {
                    name: (*maker).clone(),
                    params: None,
                };
                self.steps.insert(0, maker);
                Ok(self.steps)
            }
            None => {
                let names: Vec<_> = makers.iter().map(|(_, interface)| *interface).collect();
                let text = format!("{} makes no {start}", schemas.name(first));
                Err(Failure::usage(text).advice(format!("it makes {}", names.join(", "))))
            }
        }
    }
}

/// Parameters, if the word is some: JSON, or `@` and the file that has it.
fn parameters(word: &str) -> Result<Option<Value>, Failure> {
    let text = match word.strip_prefix('@') {
        Some("-") => {
            let mut text = String::new();
            let read = std::io::stdin().read_to_string(&mut text);
            read.map_err(|error| Failure::usage(format!("cannot read stdin: {error}")))?;
            text
        }
        Some(file) => std::fs::read_to_string(file)
            .map_err(|error| Failure::usage(format!("cannot read {file}: {error}")))?,
        None if word.starts_with(['{', '[']) => word.to_owned(),
        None => return Ok(None),
    };
    match serde_json::from_str(&text) {
        Ok(json @ (Value::Object(_) | Value::Array(_))) => Ok(Some(json)),
        Ok(_) => Err(Failure::usage(format!(
            "the parameters in {word} are neither an object nor a list"
        ))),
        Err(error) => {
            let text = format!("the parameters are no JSON: {error}");
            Err(Failure::usage(text))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(words: &[&str]) -> Result<Path, Failure> {
        let words: Vec<_> = words.iter().map(ToString::to_string).collect();
        Path::read(&words)
    }

    #[test]
    fn parameters_belong_to_the_method_before_them() {
        let step = |name: &str, params| Step {
            name: name.to_owned(),
            params,
        };
        let path = read(&["Mining.createNewBlock", "{\"cooldown\":false}", "getBlock"]).unwrap();
        assert_eq!(path.start.as_deref(), Some("Mining"));
        let params = Some(json!({ "cooldown": false }));
        assert_eq!(
            path.steps,
            [step("createNewBlock", params), step("getBlock", None)]
        );
        let path = read(&["makeEcho.echo", "[\"a.b\"]"]).unwrap();
        let params = Some(json!(["a.b"]));
        assert_eq!(path.start, None);
        assert_eq!(path.steps, [step("makeEcho", None), step("echo", params)]);
    }

    #[test]
    fn says_what_is_no_path() {
        for (words, text) in [
            (&["{}"][..], "no method stands before the parameters {}"),
            (&["a.b", "{}", "{}"], "no method stands before"),
            (&["Mining"], "no method is named"),
            (&["Mining.Mining"], "neither methods nor parameters"),
            (&["a..b"], "neither methods nor parameters"),
            (&["a", "{"], "no JSON"),
            (&["a", "@/nowhere/at/all"], "cannot read /nowhere/at/all"),
        ] {
            let failure = read(words).unwrap_err().to_string();
            assert!(failure.contains(text), "{failure}");
        }
    }
}
