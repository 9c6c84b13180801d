//! The changes that were found, in words.

use std::fmt;

/// How two versions of schemas differ.
///
/// It prints a line for each change, first those that break peers with the other version, then those
/// that do not, and a line with their numbers.
#[derive(Debug, Default)]
pub struct Report {
    breaking: Vec<Change>,
    compatible: Vec<Change>,
}

#[derive(Debug)]
struct Change {
    /// `file:Interface.member`, as the schema that has it says it.
    place: String,
    what: String,
}

impl Report {
    /// Whether peers of the two versions misunderstand each other.
    #[must_use]
    pub fn breaks(&self) -> bool {
        !self.breaking.is_empty()
    }

    /// Each change that breaks, by its place.
    pub(super) fn breaking_changes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.breaking
            .iter()
            .map(|change| (change.place.as_str(), change.what.as_str()))
    }

    pub(super) fn breaking(&mut self, place: impl Into<String>, what: impl Into<String>) {
        self.breaking.push(Change {
            place: place.into(),
            what: what.into(),
        });
    }

    pub(super) fn compatible(&mut self, place: impl Into<String>, what: impl Into<String>) {
        self.compatible.push(Change {
            place: place.into(),
            what: what.into(),
        });
    }

    pub(super) fn append(&mut self, other: Self) {
        self.breaking.extend(other.breaking);
        self.compatible.extend(other.compatible);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Change { place, what } in &self.breaking {
            writeln!(f, "breaks      {place}: {what}")?;
        }
        for Change { place, what } in &self.compatible {
            writeln!(f, "compatible  {place}: {what}")?;
        }
        match (self.breaking.len(), self.compatible.len()) {
            (0, 0) => writeln!(f, "nothing has changed on the wire"),
            (0, compatible) => writeln!(f, "nothing breaks; {compatible} compatible"),
            (breaking, compatible) => writeln!(f, "{breaking} breaking, {compatible} compatible"),
        }
    }
}
