//! Calls of the peer's objects, on the threads that they are to run on there.

use std::future::Future;
use std::pin::Pin as Pinned;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tracing::Instrument;

use super::awaited::Awaited;
use super::peer_threads::{Lease, Pin};
use super::scope::Scope;
use super::sent::{Parts, Sent};
use super::thread_map::Thread;
use super::watched::Watch;
use super::{CONTEXT, CONTEXT_CALLBACK_THREAD, CONTEXT_THREAD, Connection};
use crate::capability::Capability;
use crate::engine::{RemoteObject, Request};
use crate::exception::Exception;
use crate::handle::Use;
use crate::interface::Method;
use crate::message::Payload;
use crate::metrics::Role;

/// A call on its way to its outcome. Dropping it gives the call up.
pub(crate) enum Calling {
    /// It was sent, and there is nothing to do but to wait: the usual case, which needs no box.
    Sent(Sent),
    Other(BoxFuture<'static, Result<Payload, Exception>>),
}

impl Calling {
    pub(crate) fn other(
        call: impl Future<Output = Result<Payload, Exception>> + Send + 'static,
    ) -> Self {
        Self::Other(call.boxed())
    }
}

impl Future for Calling {
    type Output = Result<Payload, Exception>;

    fn poll(mut self: Pinned<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            Self::Sent(sent) => sent.poll_unpin(cx),
            Self::Other(call) => call.poll_unpin(cx),
        }
    }
}

impl Connection {
    /// Calls an object of the peer, on a thread of the peer where the method wants one. The call is sent
    /// now, if nothing has to be waited for before. `used` is kept until the peer is done with the call.
    pub(crate) fn call(
        object: Arc<dyn RemoteObject>,
        method: &'static Method,
        params: Payload,
        used: Option<Use>,
        pin: Option<Arc<Pin>>,
    ) -> Calling {
        let connection = object.connection();
        let watch = Watch::begin(connection, Role::Caller, method, || params.bytes());
        if watch.is_idle() {
            return Self::call_unseen(object, method, params, used, pin);
        }
        let call = (watch.span()).in_scope(|| Self::call_unseen(object, method, params, used, pin));
        let call = call.instrument(watch.span().clone());
        Calling::other(async move {
            let outcome = call.await;
            watch.end(&outcome);
            outcome
        })
    }

    fn call_unseen(
        object: Arc<dyn RemoteObject>,
        method: &'static Method,
        params: Payload,
        used: Option<Use>,
        pin: Option<Arc<Pin>>,
    ) -> Calling {
        let connection = object.connection();
        let scope = Scope::of(connection);
        let at_once = match method.thread_map {
            None => connection.try_lease(method, scope.as_deref(), pin.as_deref()),
            Some(_) => None,
        };
        if let Some(lease) = at_once {
            let parts = Parts {
                object,
                method,
                lease,
                used,
            };
            return match parts.send(params, scope, pin.as_deref()) {
                Ok(sent) => Calling::Sent(sent),
                Err(exception) => Calling::other(async { Err(exception) }),
            };
        }
        let connection = Arc::clone(connection);
        Calling::other(async move {
            let pin = pin.as_deref();
            let lease = match names_thread(method, scope.as_deref(), pin) {
                true => connection.peer_threads.lease(&connection, pin).await?,
                false => None,
            };
            let parts = Parts {
                object,
                method,
                lease,
                used,
            };
            let results = parts.send(params, scope, pin)?.await?;
            connection.accept_map(method, &results)?;
            Ok(results)
        })
    }

    /// A thread for a call, if it names one; none if the call has to wait for one.
    #[expect(
        clippy::option_option,
        reason = "there may be no lease yet, and no thread in it"
    )]
    fn try_lease(
        &self,
        method: &Method,
        scope: Option<&Scope>,
        pin: Option<&Pin>,
    ) -> Option<Option<Lease>> {
        match names_thread(method, scope, pin) {
            true => self.peer_threads.try_lease(self, pin),
            false => Some(None),
        }
    }

    /// Calls an object of the peer for the sake of the object at `pointer` in the results.
    ///
    /// # Errors
    ///
    /// The parameters, if the call cannot be sent at once.
    pub(crate) fn call_for(
        self: &Arc<Self>,
        object: Arc<dyn RemoteObject>,
        method: &'static Method,
        mut params: Payload,
        used: Use,
        pin: Option<&Pin>,
        pointer: u16,
    ) -> Result<(Capability, Arc<Awaited>), Payload> {
        let scope = Scope::of(self);
        let Some(lease) = self.try_lease(method, scope.as_deref(), pin) else {
            return Err(params);
        };
        let prepared = self.prepare(method, &mut params, lease.as_ref(), scope.as_deref(), pin);
        if prepared.is_err() {
            return Err(params);
        }
        let watch = Watch::begin(self, Role::Caller, method, || params.bytes());
        let request = Request::new(method, params);
        let (answer, promised) = (watch.span()).in_scope(|| object.call_for(request, &[pointer]));
        let parts = Parts {
            object,
            method,
            lease,
            used: Some(used),
        };
        let sent = Sent::new(answer, parts, None);
        Ok((promised, Awaited::start(self.runtime(), sent, watch)))
    }

    /// Writes what only the runtimes see of the parameters.
    fn prepare(
        self: &Arc<Self>,
        method: &'static Method,
        params: &mut Payload,
        lease: Option<&Lease>,
        scope: Option<&Scope>,
        pin: Option<&Pin>,
    ) -> Result<(), Exception> {
        let thread = match scope.filter(|_| is_called_back(scope, pin)) {
            // Where the peer waits for us.
            Some(scope) => scope.callback_thread.clone(),
            None => lease.and_then(Lease::thread),
        };
        // Where we wait for the peer.
        let callback = scope.and_then(|scope| scope.thread.get());
        let callback = callback.map(Thread::capability);
        if let Some(context) = method.context
            && (thread.is_some() || callback.is_some())
        {
            params.amend(method.params, |params| {
                params.nested(context, CONTEXT, |context| {
                    if let Some(thread) = thread {
                        context.set_capability(CONTEXT_THREAD, thread);
                    }
                    if let Some(callback) = callback {
                        context.set_capability(CONTEXT_CALLBACK_THREAD, callback);
                    }
                });
            })?;
        }
        self.offer_map(method, params)
    }
}

impl Parts {
    fn send(
        self,
        mut params: Payload,
        scope: Option<Arc<Scope>>,
        pin: Option<&Pin>,
    ) -> Result<Sent, Exception> {
        let lease = self.lease.as_ref();
        let connection = self.object.connection();
        connection.prepare(self.method, &mut params, lease, scope.as_deref(), pin)?;
        let answer = self.object.call(Request::new(self.method, params));
        // The peer may call back meanwhile, on the thread that this call came to.
        Ok(Sent::new(answer, self, scope.map(Scope::wait)))
    }
}

/// Whether a call is to run on a thread of the peer that is idle.
fn names_thread(method: &Method, scope: Option<&Scope>, pin: Option<&Pin>) -> bool {
    method.context.is_some() && !is_called_back(scope, pin)
}

/// Whether a call goes to the thread of the peer that waits for the call which is being served.
fn is_called_back(scope: Option<&Scope>, pin: Option<&Pin>) -> bool {
    pin.is_none() && scope.is_some_and(|scope| scope.callback_thread.is_some())
}
