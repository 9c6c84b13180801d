//! Calls that make sense, as far as that can be told before any is made.

use ipc_gen::reflection::Id;
use serde_json::json;

use super::path::Step;
use crate::dynamic::{DynamicMethod, Known, Numbered, Parameters, Schemas, parameters};
use crate::failure::Failure;

/// A call that can be made.
#[derive(Debug)]
pub(super) struct Planned<'a> {
    /// Interface and method.
    pub(super) name: String,
    pub(super) method: DynamicMethod<'a>,
    pub(super) params: Parameters,
    /// The result that the next call is made of.
    pub(super) wanted: Option<String>,
}

pub(super) fn plan(
    known: Known,
    first: Id,
    steps: Vec<Step>,
) -> Result<Vec<Planned<'static>>, Failure> {
    let Known {
        schemas,
        interfaces,
    } = known;
    let mut planned = Vec::new();
    let mut interface = first;
    let mut steps = steps.into_iter().peekable();
    while let Some(step) = steps.next() {
        let method = interfaces.method(schemas, interface, &step.name);
        let method = method.ok_or_else(|| no_method(schemas, interface, &step.name))?;
        let declared = method.declared.method;
        let name = format!("{}.{}", schemas.name(interface), step.name);
        let params = step.params.unwrap_or_else(|| json!({}));
        let params = parameters(schemas, declared, &params, &Numbered::new(schemas))?;
        let mut wanted = None;
        if steps.peek().is_some() {
            let Some((result, brought)) = schemas.object(declared) else {
                let text = format!("{name} brings no object that could be called");
                return Err(Failure::usage(text));
            };
            wanted = Some(result.to_owned());
            interface = brought;
        }
        planned.push(Planned {
            name,
            method,
            params,
            wanted,
        });
    }
    Ok(planned)
}

/// Says which methods there are.
fn no_method(schemas: &Schemas, interface: Id, name: &str) -> Failure {
    let methods = schemas.callable(interface);
    let names: Vec<_> = methods.iter().map(|it| it.method.name.as_str()).collect();
    let text = match name {
        "construct" | "destroy" => format!("{name} is called by itself when it is time for it"),
        _ => format!("{} has no method {name}", schemas.name(interface)),
    };
    Failure::usage(text).advice(format!("it has {}", names.join(", ")))
}
