//! Why something did not succeed.

use std::io;

use crate::topic::Topic;

/// Why publishing or subscribing did not succeed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text is no endpoint.
    #[error("{endpoint:?} is no endpoint: {reason}")]
    Endpoint {
        /// The text.
        endpoint: String,
        /// What is wrong with it.
        reason: &'static str,
    },

    /// The endpoint cannot be listened on.
    #[error("cannot listen on {endpoint}: {source}")]
    Bind {
        /// Where.
        endpoint: String,
        /// What the system says.
        source: io::Error,
    },

    /// There is no connection to the publisher. A subscriber goes on trying, and says this once until it has one again.
    #[error("no connection to {endpoint}: {source}")]
    NotConnected {
        /// Where the publisher is.
        endpoint: String,
        /// What the system says, or what the peer did wrong.
        source: io::Error,
    },

    /// A message that is none of Bitcoin Core's. Those behind it are not affected.
    #[error("a bad message from {endpoint}: {source}")]
    Message {
        /// Where it came from.
        endpoint: String,
        /// What is wrong with it.
        source: MessageError,
    },

    /// The node, whose tips are published, failed.
    #[error(transparent)]
    Node(#[from] bitcoin_core_ipc::Error),
}

/// What is wrong with a message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// It does not consist of topic, body and counter.
    #[error("it has {0} parts instead of topic, body and counter")]
    Parts(usize),

    /// It is of a topic that Bitcoin Core does not have.
    #[error("there is no topic \"{}\"", .0.escape_ascii())]
    Topic(Vec<u8>),

    /// Its counter is not of 4 bytes.
    #[error("the counter of {topic} has {length} bytes instead of 4")]
    Counter {
        /// The topic.
        topic: Topic,
        /// How many bytes it has.
        length: usize,
    },

    /// Its body is not as long as those of its topic.
    #[error("the body of {topic} has {length} bytes instead of {expected}")]
    Length {
        /// The topic.
        topic: Topic,
        /// How many bytes it has.
        length: usize,
        /// How many it should have.
        expected: &'static str,
    },

    /// A `sequence` whose label is none of `C`, `D`, `R` and `A`.
    #[error("sequence has no label \"{}\", only C, D, R and A", .0.escape_ascii())]
    Label(u8),
}
