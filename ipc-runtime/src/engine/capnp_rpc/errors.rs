//! Errors of `capnp-rpc` and exceptions of ours, each as the other.

use capnp::ErrorKind;

use crate::exception::{Exception, ExceptionKind};

/// What `capnp-rpc` puts before the reason of an exception that came over the wire.
const REMOTE: &str = "remote exception: ";

/// The exception that a failed call becomes.
pub(super) fn exception(error: capnp::Error) -> Exception {
    let kind = match error.kind {
        ErrorKind::Failed => ExceptionKind::Failed,
        ErrorKind::Overloaded => ExceptionKind::Overloaded,
        ErrorKind::Unimplemented => ExceptionKind::Unimplemented,
        // All else is either the end of the connection or bytes that end it.
        _ => return broken(error),
    };
    match peer_reason(&error) {
        Some(reason) => Exception::from_peer(kind, reason),
        None => Exception::new(kind, error.extra),
    }
}

/// The exception of calls on a connection that this error ended.
pub(super) fn broken(error: capnp::Error) -> Exception {
    let kind = ExceptionKind::Disconnected;
    match peer_reason(&error) {
        Some(reason) => Exception::from_peer(
            kind,
            format_args!("the peer closed the connection: {reason}"),
        ),
        None if error.kind == ErrorKind::Disconnected => Exception::new(
            kind,
            format_args!("the connection is closed: {}", error.extra),
        ),
        None => Exception::new(
            kind,
            format_args!("the peer sent what is not Cap'n Proto RPC: {error}"),
        ),
    }
}

/// Why a connection whose protocol ended with this result is closed.
pub(super) fn end(result: Result<(), capnp::Error>) -> Exception {
    match result {
        Ok(()) => Exception::new(
            ExceptionKind::Disconnected,
            "the peer closed the connection",
        ),
        Err(error) => broken(error),
    }
}

/// Whether the peer has no part in the error.
pub(super) fn arose_here(error: &capnp::Error) -> bool {
    peer_reason(error).is_none()
}

/// The reason in an exception that came over the wire, or none if the error arose here.
fn peer_reason(error: &capnp::Error) -> Option<&str> {
    let mut reason = error.extra.strip_prefix(REMOTE)?;
    while let Some(rest) = reason.strip_prefix(REMOTE) {
        reason = rest;
    }
    Some(reason)
}

/// The error that a failed handler sends to the peer.
pub(super) fn error(exception: Exception) -> capnp::Error {
    let kind = match exception.kind() {
        ExceptionKind::Overloaded => ErrorKind::Overloaded,
        ExceptionKind::Unimplemented => ErrorKind::Unimplemented,
        // Disconnected would tell the peer that this very connection is lost.
        _ => ErrorKind::Failed,
    };
    capnp::Error {
        kind,
        extra: exception.message().to_owned(),
    }
}
