//! What went wrong, in words for the person who wrote the schema or the build script.

use std::collections::BTreeMap;
use std::fmt;

use crate::schema::Positions;

/// Why no code was generated: every problem that was found, each with its place and a way out.
///
/// `Debug` prints the same text as `Display`, so that `fn main() -> Result<(), ipc_gen::Error>` in a
/// build script reads well.
pub struct Error {
    problems: Vec<Problem>,
}

/// One thing that is wrong, and where.
#[derive(Debug)]
pub(crate) struct Problem {
    /// The whole text, where it shows the lines of a schema.
    shown: Option<String>,
    place: Option<String>,
    /// The file with line and column.
    position: Option<String>,
    message: String,
    help: Option<String>,
}

impl Problem {
    /// A problem of the whole run rather than of one schema.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            shown: None,
            place: None,
            position: None,
            message: message.into(),
            help: None,
        }
    }

    /// A problem at a place: a file, or `file:Interface.method.field`.
    pub(crate) fn at(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            shown: None,
            place: Some(place.into()),
            position: None,
            message: message.into(),
            help: None,
        }
    }

    /// A problem with its place, in words that are complete.
    pub(crate) fn shown(text: impl Into<String>) -> Self {
        Self {
            shown: Some(text.into()),
            place: None,
            position: None,
            message: String::new(),
            help: None,
        }
    }

    /// Adds what to do about it.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl Error {
    /// Everything that went wrong in several runs.
    pub(crate) fn join(errors: Vec<Self>) -> Self {
        let problems = errors.into_iter().flat_map(|error| error.problems);
        Self {
            problems: problems.collect(),
        }
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self {
            problems: vec![problem],
        }
    }
}

/// The problems found so far: a stage collects all of them before it gives up.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    pub(crate) fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds where the places are in the files' texts.
    pub(crate) fn locate(&mut self, files: &BTreeMap<String, Positions>) {
        for problem in &mut self.0 {
            let place = problem
                .place
                .as_deref()
                .and_then(|place| place.split_once(':'));
            let position =
                place.and_then(|(file, name)| Some((file, files.get(file)?.find(name)?)));
            if let Some((file, (line, column))) = position {
                problem.position = Some(format!("{file}:{line}:{column}"));
            }
        }
    }

    /// Fails with everything that was collected.
    pub(crate) fn into_result(self) -> Result<(), Error> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Error { problems: self.0 })
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(shown) = &self.shown {
            return f.write_str(shown.trim_end());
        }
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        write!(f, "error: {}", self.message)?;
        if let Some(position) = &self.position {
            write!(f, "\n  at {position}")?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}
