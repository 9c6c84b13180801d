//! Shows what is wrong with schemas where it stands.

use codespan_reporting::diagnostic::{Diagnostic, Label};
use codespan_reporting::files::{Files, SimpleFiles};
use codespan_reporting::term::{self, Config};

use crate::compiler::{self, Failure, Location};
use crate::error::{Error, Problem, Problems};

/// Longer lines are not shown.
const LONGEST_LINE: usize = 400;

type Texts<'a> = SimpleFiles<&'a str, String>;

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
        problems.push(show_one(diagnostic, &files));
    }
    if failure.more > 0 {
        let s = if failure.more == 1 { "" } else { "s" };
        let more = failure.more;
        problems.push(Problem::new(format!("{more} more problem{s} not shown")));
    }
    match problems.into_result() {
        Err(error) => error,
        Ok(()) => Problem::new("the schemas are wrong").into(),
    }
}

fn show_one(diagnostic: &compiler::Diagnostic, files: &Texts<'_>) -> Problem {
    if has_readable_lines(diagnostic, files)
        && let Ok(shown) = term::emit_into_string(&Config::default(), files, &diagnose(diagnostic))
    {
        return Problem::shown(shown);
    }
    let location = diagnostic.location;
    let name = files.name(location.file.0).unwrap_or_default();
    let place = match files.location(location.file.0, range(location).start) {
        Ok(at) => format!("{name}:{}:{}", at.line_number, at.column_number),
        Err(_) => name.to_owned(),
    };
    let problem = Problem::at(place, &diagnostic.message);
    match &diagnostic.help {
        Some(help) => problem.help(help),
        None => problem,
    }
}

/// Whether the lines of a problem are short enough to be shown.
fn has_readable_lines(diagnostic: &compiler::Diagnostic, files: &Texts<'_>) -> bool {
    let related = diagnostic.related.as_ref().map(|(location, _)| *location);
    [Some(diagnostic.location), related]
        .into_iter()
        .flatten()
        .all(|location| {
            let file = location.file.0;
            let range = range(location);
            let line = |byte| files.line_range(file, files.line_index(file, byte)?);
            match (line(range.start), line(range.end)) {
                (Ok(first), Ok(last)) => first.len().max(last.len()) <= LONGEST_LINE,
                _ => false,
            }
        })
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
