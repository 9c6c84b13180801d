//! Why something did not succeed.

use std::time::Duration;

use ipc_runtime::{Exception, ExceptionKind};

use crate::interfaces::Interfaces;
use crate::message::Message;

/// Why a connection to a node or a call of it did not succeed.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The node is of a version that does not have this. Nothing was sent.
    #[error("{what} is not there: the node speaks {speaks}; {} it", have(.has))]
    Missing {
        /// What is missing.
        what: &'static str,
        /// What the node speaks.
        speaks: Interfaces,
        /// Which sets of interfaces have it.
        has: &'static [Interfaces],
    },

    /// Nobody was there to connect to, for as long as was waited.
    #[error("{}{last}; {advice}", after(.waited))]
    NotThere {
        /// How long was waited.
        waited: Duration,
        /// Why the last attempt failed; it names the path that was tried.
        last: Exception,
        /// What to do about it.
        advice: String,
    },

    /// The system lets this user not connect to the node.
    #[error("{why}; {advice}")]
    NotAllowed {
        /// What the system said; it names the path that was tried.
        why: Exception,
        /// Whose the socket or the folder around it is, and what to do about it.
        advice: String,
    },

    /// The node gave no block template: it is shutting down, or another call has interrupted this one.
    #[error("{0} gave no block template: the node is shutting down, or the call was interrupted")]
    NoTemplate(&'static str),

    /// The node answered, with what has no meaning.
    #[error("{what}: {reason}")]
    Malformed {
        /// What was to be read.
        what: &'static str,
        /// What is wrong with it.
        reason: String,
    },

    /// The address is none, or the data directory cannot be found.
    #[error("{0}")]
    Address(String),

    /// A program could not be started, or ended before it was of use.
    #[error("{program}: {reason}")]
    Process {
        /// The program, as it was named.
        program: String,
        /// What happened.
        reason: String,
    },

    /// The node ran a JSON-RPC method, which failed.
    #[error("{method}: {message} (code {code})")]
    Rpc {
        /// The JSON-RPC method.
        method: String,
        /// The number that the node gives to failures of this kind.
        code: i64,
        /// What the node says about it.
        message: String,
    },

    /// A wallet, or what opens wallets, did not do what was asked of it.
    #[error("{method}: {message}")]
    Refused {
        /// The method that said so.
        method: &'static str,
        /// Why: the node's own words, if it has any.
        message: Message,
    },

    /// Parameters that JSON cannot express, or a result of another type than was asked for.
    #[error("{method}: {reason}")]
    Json {
        /// The JSON-RPC method.
        method: String,
        /// What is wrong.
        reason: String,
    },

    /// The call failed in the node, or on the way.
    #[error(transparent)]
    Ipc(#[from] Exception),
}

impl Error {
    /// Whether the connection to the node is gone, so that only a new one can help.
    pub fn is_disconnected(&self) -> bool {
        matches!(self, Self::Ipc(exception) if exception.kind() == ExceptionKind::Disconnected)
    }

    /// A refusal of a node that does not say why.
    pub(crate) fn refused(method: &'static str, why: impl Into<String>) -> Self {
        Self::Refused {
            method,
            message: Message::new(why),
        }
    }

    pub(crate) fn malformed(what: &'static str, reason: impl ToString) -> Self {
        Self::Malformed {
            what,
            reason: reason.to_string(),
        }
    }
}

fn after(waited: &Duration) -> String {
    match waited.is_zero() {
        true => String::new(),
        false => format!("no node after {waited:?}: "),
    }
}

fn have(sets: &[Interfaces]) -> String {
    match sets {
        [one] => format!("{one} has"),
        [others @ .., last] => {
            let others: Vec<_> = others.iter().map(Interfaces::to_string).collect();
            format!("{} and {last} have", others.join(", "))
        }
        [] => "no version has".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_which_versions_have_what_is_missing() {
        let error = |has| Error::Missing {
            what: "Rpc",
            speaks: Interfaces::V30,
            has,
        };
        assert_eq!(
            error(&[Interfaces::V32]).to_string(),
            "Rpc is not there: the node speaks v30; v32 has it"
        );
        assert_eq!(
            error(&[Interfaces::V31, Interfaces::V32, Interfaces::Multiprocess]).to_string(),
            "Rpc is not there: the node speaks v30; v31, v32 and multiprocess have it"
        );
    }
}
