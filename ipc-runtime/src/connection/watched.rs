//! What a log and metrics are told of a call, at either end.

use tracing::Span;
use tracing::field::Empty;

use super::Connection;
use crate::exception::Exception;
use crate::interface::Method;
use crate::message::Payload;
use crate::metrics::{Measured, Role};

/// One call. Dropped before its end, it was given up.
pub(super) struct Watch {
    span: Span,
    measured: Option<Measured>,
}

impl Watch {
    /// A call begins.
    pub(super) fn begin(
        connection: &Connection,
        role: Role,
        method: &'static Method,
        params_bytes: impl FnOnce() -> usize,
    ) -> Self {
        let (interface, name) = method.names();
        let connection_number = connection.number;
        let span = match role {
            Role::Caller => tracing::debug_span!(
                "ipc.client",
                interface,
                method = name,
                connection = connection_number,
                call = Empty,
            ),
            Role::Server => tracing::debug_span!(
                "ipc.server",
                interface,
                method = name,
                connection = connection_number,
                call = Empty,
            ),
        };
        if !span.is_disabled() {
            span.record("call", connection.next_call());
        }
        Self {
            span,
            measured: Measured::begin(connection, role, method, params_bytes),
        }
    }

    /// Whether nobody wants to know.
    pub(super) fn is_idle(&self) -> bool {
        self.span.is_disabled() && self.measured.is_none()
    }

    pub(super) fn span(&self) -> &Span {
        &self.span
    }

    /// The call has ended.
    pub(super) fn end(self, outcome: &Result<Payload, Exception>) {
        if let Err(exception) = outcome {
            (self.span).in_scope(|| tracing::debug!(%exception, "failed"));
        }
        if let Some(measured) = self.measured {
            measured.end(outcome);
        }
    }
}
