//! What clients may use, and how long they may take.

use std::time::Duration;

/// The limits of one server.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    /// Connections at a time, of all sockets together.
    pub(super) connections: usize,
    /// Objects that a client may hold on one connection.
    pub(super) objects: usize,
    /// Bytes of a request's body.
    pub(super) body_size: usize,
    /// From a connection's begin, or the end of the request before, to the end of a request's head.
    pub(super) head_timeout: Duration,
    /// For the body.
    pub(super) body_timeout: Duration,
    /// Without reading anything of an answer.
    pub(super) write_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 128,
            objects: 10_000,
            body_size: 32 << 20,
            head_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(30),
            write_timeout: Duration::from_secs(30),
        }
    }
}
