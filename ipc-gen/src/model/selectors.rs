//! What a caller says about members of schemas that it does not own.

use crate::error::{Problem, Problems};

/// Names of members, each a whole place such as `v32/mining.capnp:Mining.waitNext.result` or the end
/// of one.
#[derive(Debug)]
pub(crate) struct Selectors(Vec<Selector>);

#[derive(Debug)]
struct Selector {
    text: String,
    used: bool,
}

impl Selectors {
    pub(crate) fn new(texts: &[String]) -> Self {
        let selectors = texts.iter().map(|text| Selector {
            text: text.clone(),
            used: false,
        });
        Self(selectors.collect())
    }

    /// Whether a member at this place is selected.
    pub(super) fn select(&mut self, place: &str) -> bool {
        let mut selected = false;
        for selector in &mut self.0 {
            if ends_with(place, &selector.text) {
                selector.used = true;
                selected = true;
            }
        }
        selected
    }

    /// Reports those that named nothing, since they are likely misspelt.
    pub(crate) fn check(&self, problems: &mut Problems) {
        for selector in self.0.iter().filter(|selector| !selector.used) {
            let problem = format!("the selector `{}` selects nothing", selector.text);
            problems.push(Problem::new(problem).help(
                "name a parameter, result or field, such as `mining.capnp:Mining.waitNext.result` or \
                 `Mining.waitNext.result`",
            ));
        }
    }
}

/// Whether `place` ends with `end`, and no name is cut in two.
fn ends_with(place: &str, end: &str) -> bool {
    match place.strip_suffix(end) {
        Some(before) => !end.is_empty() && (before.is_empty() || before.ends_with(['/', ':', '.'])),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::ends_with;

    #[test]
    fn a_selector_is_the_end_of_a_place() {
        let place = "v32/mining.capnp:Mining.waitNext.result";
        for end in [
            place,
            "mining.capnp:Mining.waitNext.result",
            "Mining.waitNext.result",
            "waitNext.result",
        ] {
            assert!(ends_with(place, end), "{end}");
        }
        for end in [
            "",
            "Next.result",
            "Mining.waitNext",
            ".result",
            "g.capnp:Mining.waitNext.result",
        ] {
            assert!(!ends_with(place, end), "{end}");
        }
    }
}
