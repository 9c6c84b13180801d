//! Calls that arrived, while they run.

use std::any::Any;
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
use super::watched::Watch;
use crate::adapter::LocalObject;
use crate::engine::Reply;
use crate::exception::{Exception, ExceptionKind};
use crate::message::Payload;
use crate::metrics::Role;

type Handler = BoxFuture<'static, Result<Payload, Exception>>;

/// How a handler has ended: with an outcome, or with a panic.
type Ended = Result<Result<Payload, Exception>, Box<dyn Any + Send>>;

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

    fn begin(mut self) -> Option<BoxFuture<'static, ()>> {
        if self.reply.is_abandoned() || self.scope.connection.is_ending() {
            // It was given up while it waited for its turn.
            self.end(Err(given_up()));
            return None;
        }
        // Whoever runs the rest polls it at once, so nobody needs to be woken before.
        let mut cx = Context::from_waker(Waker::noop());
        let watch = self.watch();
        if watch.is_idle() {
            // Most are done at once, and need nothing that would make them wait.
            let mut handler = AssertUnwindSafe(&mut self.handler).catch_unwind();
            return match self.scope.poll_in(&mut handler, &mut cx) {
                Poll::Ready(ended) => {
                    let outcome = self.outcome(Some(ended));
                    self.end(outcome);
                    None
                }
                Poll::Pending => Some(self.serve(watch).boxed()),
            };
        }
        let mut running = self.serve(watch).boxed();
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
        if let Some(rest) = self.begin() {
            rest.await;
        }
    }

    fn watch(&self) -> Watch {
        let scope = &self.scope;
        Watch::begin(&scope.connection, Role::Server, scope.method, || {
            self.params_bytes
        })
    }

    /// Runs the handler until it is done, or until nobody waits for it any more and it may be dropped.
    async fn serve(mut self, watch: Watch) {
        let ended = {
            let handler = AssertUnwindSafe(&mut self.handler).catch_unwind();
            let entered = Arc::clone(&self.scope).enter(handler);
            let entered = entered.instrument(watch.span().clone());
            tokio::pin!(entered);
            tokio::select! {
                ended = &mut entered => Some(ended),
                () = self.reply.abandoned() => match self.scope.give_up() {
                    true => None,
                    false => Some(entered.await),
                },
            }
        };
        let outcome = self.outcome(ended);
        watch.end(&outcome);
        self.end(outcome);
    }

    fn end(self, outcome: Result<Payload, Exception>) {
        // The handler is gone before anybody is told so.
        drop(self.handler);
        self.reply.send(outcome);
    }

    /// What the caller is told of a handler that has ended in some way, or that was dropped.
    fn outcome(&self, ended: Option<Ended>) -> Result<Payload, Exception> {
        let outcome = match ended {
            Some(Ok(outcome)) => outcome,
            Some(Err(_panic)) => Err(Exception::failed(format_args!(
                "the handler of {} panicked",
                self.scope.method.name
            ))),
            None => return Err(given_up()),
        };
        if let (Some(object), Err(reason)) = (&self.stream, &outcome) {
            self.scope.connection.lines.broke(object, reason);
        }
        outcome
    }
}

fn given_up() -> Exception {
    Exception::new(ExceptionKind::Cancelled, "the caller gave the call up")
}
