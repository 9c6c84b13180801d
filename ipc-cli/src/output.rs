//! What goes to stdout.

use std::io::{self, ErrorKind, Write};

use serde_json::Value;

use crate::failure::Failure;

/// How results are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people.
    Human,
    /// A JSON value on each line.
    Json,
}

/// Where results go, and how they are shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output(pub(crate) Format);

/// Whether somebody reads on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "where nobody reads on, there is nothing left to do"]
pub(crate) enum Read {
    On,
    /// As `head` does that has seen enough.
    NoMore,
}

impl Output {
    /// Prints a result: one of several forms of the same.
    pub(crate) fn show(self, json: &Value, human: &str) -> Result<Read, Failure> {
        match self.0 {
            Format::Json => print(&format!("{json}\n")),
            Format::Human => print(&format!("{human}\n")),
        }
    }

    /// Prints a value that has no form of its own for people: text as it is, all else as JSON over several lines.
    pub(crate) fn value(self, json: &Value) -> Result<Read, Failure> {
        let human = match json {
            Value::String(text) => text.clone(),
            other => format!("{other:#}"),
        };
        self.show(json, &human)
    }
}

/// Prints text as it is.
pub(crate) fn print(text: &str) -> Result<Read, Failure> {
    let mut stdout = io::stdout().lock();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    match written {
        Ok(()) => Ok(Read::On),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Read::NoMore),
        Err(error) => Err(Failure::failed(format!("cannot write: {error}"))),
    }
}
