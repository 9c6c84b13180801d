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
        // Everything else is about bytes that could not be read, which ends the connection.
        _ => ExceptionKind::Disconnected,
    };
    let mut reason = error.extra.as_str();
    while let Some(rest) = reason.strip_prefix(REMOTE) {
        reason = rest;
    }
    if reason.len() < error.extra.len() {
        return Exception::from_peer(kind, reason);
    }
    match error.kind {
        ErrorKind::Disconnected => {
            Exception::new(kind, format_args!("the connection is closed: {reason}"))
        }
        _ if kind == ExceptionKind::Disconnected => broken(&error),
        _ => Exception::new(kind, reason),
    }
}

/// Why a connection whose protocol ended with this result is closed.
pub(super) fn end(result: Result<(), capnp::Error>) -> Exception {
    match result {
        Ok(()) => Exception::new(
            ExceptionKind::Disconnected,
            "the peer closed the connection",
        ),
        Err(error) if error.kind == ErrorKind::Disconnected => Exception::new(
            ExceptionKind::Disconnected,
            format_args!("the connection is closed: {error}"),
        ),
        Err(error) => broken(&error),
    }
}

fn broken(error: &capnp::Error) -> Exception {
    Exception::new(
        ExceptionKind::Disconnected,
        format_args!("the peer sent what is not Cap'n Proto RPC: {error}"),
    )
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
