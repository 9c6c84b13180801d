//! What is wrong with a schema, and where.

use std::collections::HashSet;

/// A piece of a file's text, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    /// From the start of one piece to the end of another.
    pub(super) fn to(self, other: Self) -> Self {
        Self {
            start: self.start,
            end: other.end.max(self.start),
        }
    }
}

/// A file, by its number among those that were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct FileId(pub(crate) usize);

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Location {
    pub(crate) file: FileId,
    pub(crate) span: Span,
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Diagnostic {
    pub(crate) location: Location,
    pub(crate) message: String,
    /// Another place that has to do with it, and how.
    pub(crate) related: Option<(Location, String)>,
    /// What to do about it.
    pub(crate) help: Option<String>,
}

impl Diagnostic {
    pub(super) fn new(location: Location, message: impl Into<String>) -> Self {
        Self {
            location,
            message: message.into(),
            related: None,
            help: None,
        }
    }

    pub(super) fn related(mut self, location: Location, message: impl Into<String>) -> Self {
        self.related = Some((location, message.into()));
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// As many problems as anybody reads of.
const MOST: usize = 200;

/// The problems found so far, each once.
#[derive(Debug, Default)]
pub(super) struct Reporter {
    found: Vec<Diagnostic>,
    seen: HashSet<(Location, String)>,
    /// How many were found after those.
    more: usize,
}

impl Reporter {
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        if self.is_full() {
            self.more += 1;
            return;
        }
        let key = (diagnostic.location, diagnostic.message.clone());
        if self.seen.insert(key) {
            self.found.push(diagnostic);
        }
    }

    /// Whether problems are only counted from now on.
    pub(super) fn is_full(&self) -> bool {
        self.found.len() >= MOST
    }

    /// How many problems were only counted.
    pub(super) fn more(&self) -> usize {
        self.more
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// All problems, in the order of the files and of their text.
    pub(super) fn into_sorted(self) -> Vec<Diagnostic> {
        let mut found = self.found;
        found.sort_by_key(|diagnostic| diagnostic.location);
        found
    }
}
