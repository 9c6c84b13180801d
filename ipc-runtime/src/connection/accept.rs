//! Calls that arrive: each finds the thread of ours that it names, and runs there.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::order::{Begin, begin_in_order};
use super::thread_map::ThreadAdapter;
use super::{CONTEXT_THREAD, Connection};
use crate::adapter::LocalObject;
use crate::capability::{Capability, Target};
use crate::engine::Reply;
use crate::exception::{Exception, ExceptionKind};
use crate::interface::Method;
use crate::message::Payload;

type Handler = BoxFuture<'static, Result<Payload, Exception>>;

impl Connection {
    /// Runs a call of the peer. Engines hand calls over in their order of arrival.
    pub(crate) fn accept(
        self: &Arc<Self>,
        object: &Arc<LocalObject>,
        interface_id: u64,
        ordinal: u16,
        params: Payload,
        reply: Reply,
    ) {
        let accepted = object.method(interface_id, ordinal).and_then(|method| {
            let named = match method.context {
                Some(context) => named_thread(&params, context)?,
                None => None,
            };
            Ok((method, named))
        });
        let (method, named) = match accepted {
            Ok(accepted) => accepted,
            Err(exception) => return reply.send(Err(exception)),
        };
        let stream = method.streams().then(|| Arc::clone(object));
        let job = Job {
            connection: Arc::clone(self),
            stream,
            method,
            handler: object.dispatch(Some(self), method, params),
            reply,
        };
        let at_once = object.is_inline() && self.room().is_none();
        match named {
            None if at_once && !job.streams() && !self.lines.hold_up(object) => {
                if let Some(rest) = job.begin() {
                    self.runtime().spawn(rest);
                }
            }
            None => begin_in_order(self, object, job),
            Some(Capability(Target::Local(thread)))
                if self.arriving.load(Ordering::Acquire) == 0 =>
            {
                match self.own_thread(&thread) {
                    Ok(thread) if at_once => thread.begin(job),
                    Ok(thread) => thread.run(job),
                    Err(exception) => job.reply.send(Err(exception)),
                }
            }
            Some(named) => self.queue(named, job),
        }
    }

    /// Runs a call on the thread that it names, once that is known and all that came before it have
    /// found theirs.
    fn queue(self: &Arc<Self>, named: Capability, job: Job) {
        let this = Arc::clone(self);
        self.arriving.fetch_add(1, Ordering::AcqRel);
        let arrival = async move {
            match this.resolve_thread(named).await {
                Ok(thread) => thread.run(job),
                Err(exception) => job.reply.send(Err(exception)),
            }
            this.arriving.fetch_sub(1, Ordering::AcqRel);
        };
        // It fails only when the runtime is gone, and then the reply fails the call by its drop.
        let _ = self.arrivals.send(arrival.boxed());
    }

    async fn resolve_thread(&self, named: Capability) -> Result<Arc<ThreadAdapter>, Exception> {
        let resolved = match named.0 {
            Target::Remote(promise) => promise.resolve().await?,
            Target::Local(_) => named,
        };
        match &resolved.0 {
            Target::Local(object) => self.own_thread(object),
            Target::Remote(_) => Err(invalid_thread()),
        }
    }

    /// The thread behind an object of ours, if the peer of this very connection had it made.
    fn own_thread(&self, object: &LocalObject) -> Result<Arc<ThreadAdapter>, Exception> {
        object
            .downcast::<ThreadAdapter>()
            .filter(|thread| thread.belongs_to(self))
            .ok_or_else(invalid_thread)
    }
}

/// The thread that a call names, if it names one.
fn named_thread(params: &Payload, context: u16) -> Result<Option<Capability>, Exception> {
    params.read(|params| {
        params
            .nested(context)?
            .capability(CONTEXT_THREAD, "context.thread")
    })
}

fn invalid_thread() -> Exception {
    // The text that libmultiprocess answers with.
    Exception::failed("std::exception: invalid thread handle")
}

/// A call that is ready to run.
pub(super) struct Job {
    connection: Arc<Connection>,
    /// The object of a streaming call.
    stream: Option<Arc<LocalObject>>,
    method: &'static Method,
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
    /// Runs the handler when the peer has read enough for its results.
    pub(super) async fn run(self) {
        if let Some(room) = self.connection.room() {
            room.await;
        }
        self.serve().await;
    }

    /// Runs the handler until it is done or nobody waits for it any more.
    async fn serve(self) {
        let Self {
            connection,
            stream,
            method,
            handler,
            mut reply,
        } = self;
        let outcome = tokio::select! {
            outcome = AssertUnwindSafe(handler).catch_unwind() => {
                let outcome = outcome.unwrap_or_else(|_panic| {
                    Err(Exception::failed(format_args!("the handler of {} panicked", method.name)))
                });
                if let (Some(object), Err(reason)) = (stream, &outcome) {
                    connection.lines.broke(&object, reason);
                }
                outcome
            }
            () = reply.abandoned() => Err(Exception::new(
                ExceptionKind::Cancelled,
                "the caller gave the call up",
            )),
        };
        reply.send(outcome);
    }
}
