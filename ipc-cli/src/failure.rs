//! Why a command did not do what was asked, and what the exit code says of it.

use std::fmt;
use std::process::ExitCode;

use bitcoin_core_ipc::Error;
use ipc_runtime::{Exception, ExceptionKind};

/// What the exit code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// 1: it was asked for, and did not succeed.
    Failed,
    /// 2: it cannot be asked for: options, schemas, parameters.
    Usage,
    /// 3: nobody is there, or not any more.
    Unreachable,
}

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: Kind,
    text: String,
    advice: Option<String>,
}

impl Failure {
    fn new(kind: Kind, text: impl fmt::Display) -> Self {
        Self {
            kind,
            text: text.to_string(),
            advice: None,
        }
    }

    pub(crate) fn failed(text: impl fmt::Display) -> Self {
        Self::new(Kind::Failed, text)
    }

    pub(crate) fn usage(text: impl fmt::Display) -> Self {
        Self::new(Kind::Usage, text)
    }

    pub(crate) fn unreachable(text: impl fmt::Display) -> Self {
        Self::new(Kind::Unreachable, text)
    }

    /// What to do about it.
    pub(crate) fn advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// Says in front of the text where it was met.
    pub(crate) fn at(mut self, place: &str) -> Self {
        self.text = format!("{place}: {}", self.text);
        self
    }

    /// The text and the advice on one line.
    pub(crate) fn message(&self) -> String {
        match &self.advice {
            Some(advice) => format!("{}: {advice}", self.text),
            None => self.text.clone(),
        }
    }

    pub(crate) fn code(&self) -> ExitCode {
        ExitCode::from(match self.kind {
            Kind::Failed => 1,
            Kind::Usage => 2,
            Kind::Unreachable => 3,
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What the schema compiler says shows lines of the schema, and says itself that it is an error.
        match self.text.contains('\n') {
            true => f.write_str(self.text.trim_end())?,
            false => write!(f, "error: {}", self.text)?,
        }
        match &self.advice {
            Some(advice) => write!(f, "\n  help: {advice}"),
            None => Ok(()),
        }
    }
}

impl From<Exception> for Failure {
    fn from(exception: Exception) -> Self {
        match exception.kind() {
            ExceptionKind::Disconnected => Self::unreachable(exception),
            _ => Self::failed(exception),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Ipc(exception) => exception.into(),
            Error::Address(_) => Self::usage(error),
            Error::NotThere { .. } => Self::unreachable(error),
            other => Self::failed(other),
        }
    }
}
