//! The numbers of members: each once, and none left out.

use super::diagnostic::{Diagnostic, FileId, Location, Reporter};
use super::syntax::Number;

/// Checks the numbers of the members of one declaration, which come in ascending order.
pub(super) struct Ordinals {
    file: FileId,
    expected: u64,
    last: Option<Number>,
}

impl Ordinals {
    pub(super) fn new(file: FileId) -> Self {
        Self {
            file,
            expected: 0,
            last: None,
        }
    }

    pub(super) fn check(&mut self, ordinal: Number, reporter: &mut Reporter) {
        let at = |number: Number| Location {
            file: self.file,
            span: number.span,
        };
        let value = ordinal.value;
        if value < self.expected {
            let mut problem = Diagnostic::new(at(ordinal), format!("@{value} is there twice"));
            if let Some(first) = self.last {
                problem = problem.related(at(first), "the first one");
            }
            reporter.report(problem.help("give each member a number of its own"));
        } else if value > self.expected {
            let expected = self.expected;
            reporter.report(
                Diagnostic::new(at(ordinal), format!("@{expected} is missing before this"))
                    .help("number the members from @0, and leave nothing out"),
            );
            self.expected = value.saturating_add(1);
        } else {
            self.expected += 1;
            self.last = Some(ordinal);
        }
    }
}
