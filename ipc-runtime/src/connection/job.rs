//! Calls that arrived, while they run.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tracing::Instrument;

use super::lane::Lane;
use super::order::Begin;
use super::scope::Scope;
use super::thread_map::Thread;
use crate::adapter::LocalObject;
use crate::engine::Reply;
use crate::exception::{Exception, ExceptionKind};
use crate::message::Payload;
use crate::metrics::{Measured, Role};

type Handler = BoxFuture<'static, Result<Payload, Exception>>;

/// A call that is ready to run.
pub(super) struct Job {
    scope: Arc<Scope>,
    /// The object of a streaming call.
    stream: Option<Arc<LocalObject>>,
    params_bytes: usize,
    handler: Handler,
    reply: Reply,
}

impl Begin for Job {
    fn streams(&self) -> bool {
        self.stream.is_some()
    }

    fn begin(self) -> Option<BoxFuture<'static, ()>> {
        let mut running = self.serve().boxed();
        // Whoever runs the rest polls it at once, so nobody needs to be woken before.
        let mut cx = Context::from_waker(Waker::noop());
        match running.poll_unpin(&mut cx) {
            Poll::Ready(()) => None,
            Poll::Pending => Some(running),
        }
    }

    fn fail(self, reason: Exception) {
        self.reply.send(Err(reason));
    }
}

impl Job {
    pub(super) fn new(
        scope: Arc<Scope>,
        stream: Option<Arc<LocalObject>>,
        params_bytes: usize,
        handler: Handler,
        reply: Reply,
    ) -> Self {
        Self {
            scope,
            stream,
            params_bytes,
            handler,
            reply,
        }
    }

    pub(super) fn scope(&self) -> &Arc<Scope> {
        &self.scope
    }

    /// Runs the call on a thread of ours, in one of a lane's ways.
    pub(super) fn on(self, thread: Thread, run: impl FnOnce(&Lane, Self)) {
        let _ = self.scope.thread.set(thread.clone());
        run(thread.lane(), self);
    }

    /// Runs the handler when the peer has read enough for its results.
    pub(super) async fn run(self) {
        if let Some(room) = self.scope.connection.room() {
            room.await;
        }
        self.serve().await;
    }

    /// Runs the handler until it is done, or until nobody waits for it any more and it may be dropped.
    async fn serve(self) {
        let Self {
            scope,
            stream,
            params_bytes,
            handler,
            mut reply,
        } = self;
        if reply.is_abandoned() || scope.connection.is_ending() {
            // It was given up while it waited for its turn.
            return reply.send(Err(given_up()));
        }
        let span = tracing::debug_span!(
            "ipc.server",
            interface = scope.method.names().0,
            method = scope.method.names().1,
            connection = scope.connection.number,
            call = tracing::field::Empty,
        );
        if !span.is_disabled() {
            span.record("call", scope.connection.next_call());
        }
        let measured = Measured::begin(&scope.connection, Role::Server, scope.method, || {
            params_bytes
        });
        let entered = Arc::clone(&scope).enter(AssertUnwindSafe(handler).catch_unwind());
        let entered = entered.instrument(span.clone());
        tokio::pin!(entered);
        let ended = tokio::select! {
            ended = &mut entered => Some(ended),
            () = reply.abandoned() => match scope.give_up() {
                true => None,
                false => Some(entered.await),
            },
        };
        let outcome = match ended {
            Some(outcome) => {
                let outcome = outcome.unwrap_or_else(|_panic| {
                    let method = scope.method.name;
                    Err(Exception::failed(format_args!(
                        "the handler of {method} panicked"
                    )))
                });
                if let (Some(object), Err(reason)) = (stream, &outcome) {
                    scope.connection.lines.broke(&object, reason);
                }
                outcome
            }
            None => Err(given_up()),
        };
        if let Err(exception) = &outcome {
            span.in_scope(|| tracing::debug!(%exception, "failed"));
        }
        if let Some(measured) = measured {
            measured.end(&outcome);
        }
        reply.send(outcome);
    }
}

fn given_up() -> Exception {
    Exception::new(ExceptionKind::Cancelled, "the caller gave the call up")
}
