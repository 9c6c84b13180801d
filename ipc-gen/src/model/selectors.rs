//! What a caller says about members of schemas that it does not own.

use crate::error::{Problem, Problems};

/// What is to be otherwise than a schema says.
#[derive(Debug)]
pub(crate) struct Wishes {
    /// Results, parameters and fields that are to be optional.
    pub(super) nullable: Selectors<()>,
    /// Interfaces whose implementations may leave methods out.
    pub(super) partial: Selectors<()>,
}

impl Wishes {
    pub(crate) fn new(nullable: &[String], partial: &[String]) -> Self {
        let chosen =
            |texts: &[String]| Selectors::new(texts.iter().cloned().map(|text| (text, ())));
        Self {
            nullable: chosen(nullable),
            partial: chosen(partial),
        }
    }

    /// Whether the interface at this place was chosen, or the file that declares it.
    pub(super) fn is_partial(&mut self, place: &str) -> bool {
        let file = place.split_once(':').map_or("", |(file, _)| file);
        let of_file = self.partial.select(file).is_some();
        self.partial.select(place).is_some() || of_file
    }

    /// Reports the selectors that named nothing.
    pub(crate) fn check(&self, problems: &mut Problems) {
        self.nullable.check(
            problems,
            "name a parameter, result or field, such as `mining.capnp:Mining.waitNext.result` or \
             `Mining.waitNext.result`",
        );
        self.partial.check(
            problems,
            "name an interface, such as `mining.capnp:Mining` or `Mining`, or a schema file",
        );
    }
}

/// Names of members, each a whole place such as `v32/mining.capnp:Mining.waitNext.result` or the end
/// of one, with what is said about each.
#[derive(Debug)]
pub(super) struct Selectors<T>(Vec<Selector<T>>);

#[derive(Debug)]
struct Selector<T> {
    text: String,
    said: T,
    used: bool,
}

impl<T: Clone> Selectors<T> {
    pub(super) fn new(said: impl IntoIterator<Item = (String, T)>) -> Self {
        let selectors = said.into_iter().map(|(text, said)| Selector {
            text,
            said,
            used: false,
        });
        Self(selectors.collect())
    }

    /// What is said about the member at this place; the last word counts.
    pub(super) fn select(&mut self, place: &str) -> Option<T> {
        let mut selected = None;
        for selector in &mut self.0 {
            if ends_with(place, &selector.text) {
                selector.used = true;
                selected = Some(selector.said.clone());
            }
        }
        selected
    }

    /// Whether nothing was selected.
    pub(super) fn none_used(&self) -> bool {
        !self.0.iter().any(|selector| selector.used)
    }

    /// Reports those that named nothing, since they are likely misspelt. `help` says what they can name.
    pub(super) fn check(&self, problems: &mut Problems, help: &str) {
        for selector in self.0.iter().filter(|selector| !selector.used) {
            let problem = format!("the selector `{}` selects nothing", selector.text);
            problems.push(Problem::new(problem).help(help));
        }
    }
}

/// Whether `place` ends with `end`, and no name is cut in two.
pub(crate) fn ends_with(place: &str, end: &str) -> bool {
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
