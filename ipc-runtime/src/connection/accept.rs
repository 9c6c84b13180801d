//! Calls that arrive: each finds the thread of ours that it names, and runs there.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures_util::FutureExt;

use super::job::Job;
use super::lane::Lane;
use super::order::{Begin, begin_in_order, begin_soon};
use super::queued::Queued;
use super::scope::Scope;
use super::thread_map::Thread;
use super::{CONTEXT_CALLBACK_THREAD, CONTEXT_THREAD, Connection, hello};
use crate::adapter::LocalObject;
use crate::capability::{Capability, Target};
use crate::engine::{Reply, Request};
use crate::exception::{Exception, ExceptionKind};
use crate::message::Payload;
use crate::threads::Threads;

impl Connection {
    /// Runs a call of the peer. Engines hand calls over in their order of arrival.
    pub(crate) fn accept(
        self: &Arc<Self>,
        object: &Arc<LocalObject>,
        request: Request,
        reply: Reply,
    ) {
        if hello::is_hello(&request) {
            return reply.send(self.answer_hello(&request.params));
        }
        let reply = reply.counted(self.running.begin());
        let Request {
            interface_id,
            ordinal,
            params,
        } = request;
        let accepted = object.method(interface_id, ordinal).and_then(|method| {
            let named = match method.context {
                Some(context) => Named::read(&params, context)?,
                None => Named::default(),
            };
            Ok((method, named))
        });
        let (method, Named { thread, callback }) = match accepted {
            Ok(accepted) => accepted,
            Err(exception) => return reply.send(Err(exception)),
        };
        let scope = Scope::new(self, method, callback);
        let stream = method.streams().then(|| Arc::clone(object));
        let params_bytes = params.bytes();
        let handler = object.dispatch(Some(self), method, params);
        let job = Job::new(scope, stream, params_bytes, handler, reply);
        let at_once = object.is_inline() && self.room().is_none();
        match thread {
            None if method.context.is_some() && self.context.threads == Threads::Dedicated => {
                match self.unnamed_thread() {
                    Ok(thread) => job.on(thread, Lane::run),
                    Err(exception) => job.fail(exception),
                }
            }
            None if at_once && !job.streams() && !self.lines.hold_up(object) => {
                if let Some(rest) = job.begin() {
                    self.runtime().spawn(rest);
                }
            }
            // Such calls may as well have named threads of their own.
            None if method.context.is_some() && !job.streams() => {
                begin_soon(self, Queued::Call(job));
            }
            None => begin_in_order(self, object, Queued::Call(job)),
            Some(Capability(Target::Local(thread)))
                if self.arriving.load(Ordering::Acquire) == 0 =>
            {
                match Thread::of(&thread, self) {
                    Some(thread) if at_once => job.on(thread, Lane::begin),
                    Some(thread) => job.on(thread, Lane::run),
                    None => job.fail(invalid_thread()),
                }
            }
            Some(named) => self.queue(named, job),
        }
    }

    /// Runs something when the calls of the object that have arrived so far have begun, as far as such calls keep their
    /// order. Returns it if they have begun already.
    pub(crate) fn when_begun(
        &self,
        object: &Arc<LocalObject>,
        run: Box<dyn FnOnce() + Send>,
    ) -> Option<Box<dyn FnOnce() + Send>> {
        match self.lines.after(object, Queued::Mark(run)) {
            Some(Queued::Mark(run)) => Some(run),
            Some(Queued::Call(_)) | None => None,
        }
    }

    /// Runs a call on the thread that it names, once that is known and all that came before it have
    /// found theirs.
    fn queue(self: &Arc<Self>, named: Capability, job: Job) {
        let this = Arc::clone(self);
        self.arriving.fetch_add(1, Ordering::AcqRel);
        let thread = self.resolve_thread(named);
        let arrival = async move {
            match thread.await {
                Ok(thread) => job.on(thread, Lane::run),
                Err(exception) => job.fail(exception),
            }
            this.arriving.fetch_sub(1, Ordering::AcqRel);
        };
        // It fails only when the runtime is gone, and then the reply fails the call by its drop.
        let _ = self.arrivals.send(arrival.boxed());
    }

    /// The thread of ours that a call names. The time for that begins now, not when it is the call's turn to wait,
    /// so calls that name what never comes do not add up their times.
    fn resolve_thread(
        self: &Arc<Self>,
        named: Capability,
    ) -> impl Future<Output = Result<Thread, Exception>> + use<> {
        let this = Arc::clone(self);
        let limit = self.context.handshake_timeout;
        let resolved = {
            let _entered = self.runtime().enter();
            tokio::time::timeout(limit, named.resolve())
        };
        async move {
            let resolved = resolved.await.map_err(|_elapsed| {
                Exception::new(
                    ExceptionKind::TimedOut,
                    format_args!("the thread that the call names was not known within {limit:?}"),
                )
            });
            match resolved??.0 {
                Target::Local(object) => Thread::of(&object, &this).ok_or_else(invalid_thread),
                Target::Remote(_) | Target::Later(_) => Err(invalid_thread()),
            }
        }
    }
}

/// The threads that a call names, if it names any.
#[derive(Default)]
struct Named {
    /// Of ours, to run the call.
    thread: Option<Capability>,
    /// Of the peer, to run calls that this one makes of the peer.
    callback: Option<Capability>,
}

impl Named {
    fn read(params: &Payload, context: u16) -> Result<Self, Exception> {
        if !params.has_capabilities() {
            return Ok(Self::default());
        }
        params.read(|params| {
            let context = params.nested(context)?;
            Ok(Self {
                thread: context.capability(CONTEXT_THREAD, "context.thread")?,
                callback: context.capability(CONTEXT_CALLBACK_THREAD, "context.callbackThread")?,
            })
        })
    }
}

fn invalid_thread() -> Exception {
    // The text that libmultiprocess answers with.
    Exception::failed("std::exception: invalid thread handle")
}
