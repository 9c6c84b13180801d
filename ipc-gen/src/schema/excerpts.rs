//! Shows what is wrong with schemas where it stands.

use codespan_reporting::diagnostic::{Diagnostic, Label};
use codespan_reporting::files::SimpleFiles;
use codespan_reporting::term::{self, Config};

use crate::compiler::{self, Failure, Location};
use crate::error::{Error, Problem, Problems};

/// The problems with the lines that they are in.
pub(super) fn show(failure: &Failure) -> Error {
    let mut files = SimpleFiles::new();
    for source in &failure.sources {
        files.add(source.place.as_str(), printable(&source.text));
    }
    let mut problems = Problems::default();
    for (place, error) in &failure.unreadable {
        problems.push(Problem::at(
            place,
            format!("cannot read the schema: {error}"),
        ));
    }
    for diagnostic in &failure.diagnostics {
        let shown = term::emit_into_string(&Config::default(), &files, &diagnose(diagnostic));
        problems.push(match shown {
            Ok(shown) => Problem::shown(shown),
            // The place is outside of the text, which no diagnostic's should be.
            Err(_) => Problem::new(&diagnostic.message),
        });
    }
    match problems.into_result() {
        Err(error) => error,
        Ok(()) => Problem::new("the schemas are wrong").into(),
    }
}

fn diagnose(from: &compiler::Diagnostic) -> Diagnostic<usize> {
    let mut labels = vec![Label::primary(from.location.file.0, range(from.location))];
    if let Some((location, message)) = &from.related {
        let label = Label::secondary(location.file.0, range(*location));
        labels.push(label.with_message(message));
    }
    let help = from.help.iter().map(|help| format!("help: {help}"));
    Diagnostic::error()
        .with_message(&from.message)
        .with_labels(labels)
        .with_notes(help.collect())
}

fn range(location: Location) -> std::ops::Range<usize> {
    let byte = |place: u32| usize::try_from(place).unwrap_or(usize::MAX);
    byte(location.span.start)..byte(location.span.end)
}

/// The text with every byte in its place, whatever it is.
fn printable(text: &[u8]) -> String {
    match std::str::from_utf8(text) {
        Ok(text) => text.to_owned(),
        Err(_) => text
            .iter()
            .map(|byte| {
                if byte.is_ascii() {
                    char::from(*byte)
                } else {
                    '?'
                }
            })
            .collect(),
    }
}
