//! Calls that arrive: each finds the thread of ours that it names, and runs there.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::thread_map::ThreadAdapter;
use super::{CONTEXT_THREAD, Connection};
use crate::adapter::LocalObject;
use crate::capability::{Capability, Target};
use crate::exception::{Exception, ExceptionKind};
use crate::interface::Method;
use crate::message::Payload;

type Handler = BoxFuture<'static, Result<Payload, Exception>>;

impl Connection {
    /// Runs a call of the peer. The engine polls the future first in the order of arrival.
    pub(crate) async fn accept(
        self: &Arc<Self>,
        object: &LocalObject,
        interface_id: u64,
        ordinal: u16,
        params: Payload,
    ) -> Result<Payload, Exception> {
        let interface = object.interface();
        let Some(method) = interface.method(interface_id, ordinal) else {
            return Err(Exception::new(
                ExceptionKind::Unimplemented,
                format_args!(
                    "{} (@{:#018x}) has no method @{ordinal} of interface @{interface_id:#018x}",
                    interface.name, interface.id
                ),
            ));
        };
        let named = match method.context {
            Some(context) => named_thread(&params, context)?,
            None => None,
        };
        let handler = object.dispatch(Some(self), method, params);
        let (reply, answer) = oneshot::channel();
        match named {
            None => drop(self.runtime().spawn(run(method, handler, reply))),
            Some(Capability(Target::Local(object)))
                if self.arriving.load(Ordering::Acquire) == 0 =>
            {
                let thread = self.own_thread(&object)?;
                thread.run(run(method, handler, reply).boxed());
            }
            Some(named) => self.queue(method, named, handler, reply),
        }
        answer
            .await
            .unwrap_or_else(|_| Err(Exception::failed("the server is shutting down")))
    }

    /// Runs a call on the thread that it names, once that is known and all that came before it have
    /// found theirs.
    fn queue(
        self: &Arc<Self>,
        method: &'static Method,
        named: Capability,
        handler: Handler,
        reply: oneshot::Sender<Result<Payload, Exception>>,
    ) {
        let this = Arc::clone(self);
        self.arriving.fetch_add(1, Ordering::AcqRel);
        let arrival = async move {
            match this.resolve_thread(named).await {
                Ok(thread) => thread.run(run(method, handler, reply).boxed()),
                Err(exception) => drop(reply.send(Err(exception))),
            }
            this.arriving.fetch_sub(1, Ordering::AcqRel);
        };
        // It fails only when the runtime is gone, and then the caller learns by the reply's drop.
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

/// Runs a handler until it is done or nobody waits for it any more.
async fn run(
    method: &'static Method,
    handler: Handler,
    mut reply: oneshot::Sender<Result<Payload, Exception>>,
) {
    tokio::select! {
        outcome = AssertUnwindSafe(handler).catch_unwind() => {
            let outcome = outcome.unwrap_or_else(|_panic| {
                Err(Exception::failed(format_args!("the handler of {} panicked", method.name)))
            });
            let _ = reply.send(outcome);
        }
        () = reply.closed() => {}
    }
}
