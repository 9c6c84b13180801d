//! ZMTP 3, the protocol of ZeroMQ's sockets, as far as publishing and subscribing need it: without encryption.

mod frame;
mod handshake;
mod message;

use std::io;

use frame::put_command;
pub(crate) use frame::put_message;
pub(crate) use handshake::{Role, shake_hands};
pub(crate) use message::{Incoming, MessageReader};

/// What a peer must not do.
pub(crate) fn violation(reason: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason.into())
}

/// What a peer wants to know whether we are alive with.
pub(crate) const PING: &[u8] = b"PING";

/// The answer to a `PING`, which says what follows the time to live in that: a context of the peer's.
pub(crate) fn pong(ping: &[u8]) -> Vec<u8> {
    const TIME_TO_LIVE: usize = 2;
    const CONTEXT: usize = 16;

    let context = ping.get(TIME_TO_LIVE..).unwrap_or_default();
    let context = &context[..context.len().min(CONTEXT)];
    let mut out = Vec::new();
    put_command(&mut out, b"PONG", context);
    out
}
