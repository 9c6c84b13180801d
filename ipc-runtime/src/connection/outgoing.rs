//! Calls of the peer's objects: from the choice of a thread to the end, whichever comes.

use std::future::Future;
use std::pin::Pin as Pinned;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::future::{OptionFuture, join};
use tokio::sync::oneshot::{self, error::TryRecvError};
use tracing::Instrument;

use super::awaited::Awaited;
use super::peer_threads::{Lease, Pin};
use super::scope::Scope;
use super::thread_map::Thread;
use super::{CONTEXT, CONTEXT_CALLBACK_THREAD, CONTEXT_THREAD, Connection};
use crate::capability::Capability;
use crate::engine::{Answer, RemoteObject, Request};
use crate::exception::Exception;
use crate::handle::Use;
use crate::interface::Method;
use crate::message::Payload;
use crate::metrics::{Measured, Role};

/// How long an object that is no longer used waits for a call of it that was given up, before it is
/// released without being destroyed.
const LINGER: Duration = Duration::from_secs(10);

impl Connection {
    /// Calls an object of the peer, on a thread of the peer where the method wants one. `used` is kept
    /// until the peer is done with the call.
    pub(crate) async fn call(
        self: &Arc<Self>,
        object: Arc<dyn RemoteObject>,
        method: &'static Method,
        params: Payload,
        used: Option<Use>,
        pin: Option<&Pin>,
    ) -> Result<Payload, Exception> {
        let span = tracing::debug_span!(
            "ipc.client",
            interface = method.names().0,
            method = method.names().1,
            connection = self.number,
            call = tracing::field::Empty,
        );
        if !span.is_disabled() {
            span.record("call", self.next_call());
        }
        let measured = Measured::begin(self, Role::Caller, method, || params.bytes());
        let call = self.call_unseen(object, method, params, used, pin);
        let outcome = call.instrument(span.clone()).await;
        if let Err(exception) = &outcome {
            span.in_scope(|| tracing::debug!(%exception, "failed"));
        }
        if let Some(measured) = measured {
            measured.end(&outcome);
        }
        outcome
    }

    async fn call_unseen(
        self: &Arc<Self>,
        object: Arc<dyn RemoteObject>,
        method: &'static Method,
        mut params: Payload,
        used: Option<Use>,
        pin: Option<&Pin>,
    ) -> Result<Payload, Exception> {
        let scope = Scope::of(self);
        let lease = match method.context {
            Some(_) if !is_called_back(scope.as_deref(), pin) => {
                self.peer_threads.lease(self, pin).await?
            }
            _ => None,
        };
        self.prepare(method, &mut params, lease.as_ref(), scope.as_deref(), pin)?;
        let answer = object.call(Request::new(method, params));
        // The peer may call back meanwhile, on the thread that this call came to.
        let _waiting = scope.map(Scope::wait);
        let results = self.sent(object, method, answer, lease, used).await?;
        self.accept_map(method, &results)?;
        Ok(results)
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
        let lease = match method.context {
            Some(_) if !is_called_back(scope.as_deref(), pin) => {
                match self.peer_threads.try_lease(self, pin) {
                    Some(lease) => lease,
                    None => return Err(params),
                }
            }
            _ => None,
        };
        let prepared = self.prepare(method, &mut params, lease.as_ref(), scope.as_deref(), pin);
        if prepared.is_err() {
            return Err(params);
        }
        let measured = Measured::begin(self, Role::Caller, method, || params.bytes());
        let (answer, promised) = object.call_for(Request::new(method, params), &[pointer]);
        let sent = self.sent(object, method, answer, lease, Some(used));
        Ok((promised, Awaited::start(self.runtime(), sent, measured)))
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
        let (thread, callback) = match scope.filter(|_| is_called_back(scope, pin)) {
            // Where the peer waits for us, and where we wait for the peer.
            Some(scope) => (
                scope.callback_thread.clone(),
                scope.thread.get().map(Thread::capability),
            ),
            None => (lease.and_then(Lease::thread), None),
        };
        if let (Some(context), Some(thread)) = (method.context, thread) {
            params.amend(method.params, |params| {
                params.nested(context, CONTEXT, |context| {
                    context.set_capability(CONTEXT_THREAD, thread);
                    if let Some(callback) = callback {
                        context.set_capability(CONTEXT_CALLBACK_THREAD, callback);
                    }
                });
            })?;
        }
        self.offer_map(method, params)
    }

    fn sent(
        self: &Arc<Self>,
        object: Arc<dyn RemoteObject>,
        method: &'static Method,
        answer: Answer,
        lease: Option<Lease>,
        used: Option<Use>,
    ) -> Sent {
        Sent {
            answer: Some(answer),
            parts: Some(Parts {
                connection: Arc::clone(self),
                object,
                method,
                lease,
                used,
            }),
        }
    }
}

/// Whether a call goes to the thread of the peer that waits for the call which is being served.
fn is_called_back(scope: Option<&Scope>, pin: Option<&Pin>) -> bool {
    pin.is_none() && scope.is_some_and(|scope| scope.callback_thread.is_some())
}

/// A call that was sent, until its answer. Dropping it gives the call up.
pub(super) struct Sent {
    answer: Option<Answer>,
    parts: Option<Parts>,
}

/// What a call that was sent keeps until the peer is done with it.
struct Parts {
    connection: Arc<Connection>,
    object: Arc<dyn RemoteObject>,
    method: &'static Method,
    lease: Option<Lease>,
    used: Option<Use>,
}

impl Future for Sent {
    type Output = Result<Payload, Exception>;

    fn poll(mut self: Pinned<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(answer) = &mut self.answer else {
            return Poll::Pending;
        };
        let outcome = ready!(Pinned::new(answer).poll(cx));
        self.answer = None;
        let lease = self.parts.take().and_then(|parts| parts.lease);
        Poll::Ready(match lease {
            Some(lease) => lease.give_back(outcome),
            None => outcome,
        })
    }
}

impl Drop for Sent {
    fn drop(&mut self) {
        if let (Some(answer), Some(parts)) = (self.answer.take(), self.parts.take()) {
            parts.give_up(answer);
        }
    }
}

impl Parts {
    /// Ends a call that nobody waits for any more, as far as the peer lets us.
    fn give_up(self, answer: Answer) {
        let Self {
            connection,
            object,
            method,
            lease,
            mut used,
        } = self;
        if !connection.is_open() {
            return;
        }
        let runtime = connection.runtime().clone();
        if connection.stops_handlers() {
            // The handler ends by itself: at once, unless it blocks or may not be dropped.
            if let Some(lease) = lease
                && connection.tells_ends()
                && let Some(settled) = answer.give_up()
            {
                runtime.spawn(async move {
                    let _ = settled.await;
                    lease.put_back();
                });
            }
            return;
        }
        let mut settled = answer.give_up();
        if settled.as_mut().is_some_and(is_settled) {
            if let Some(lease) = lease {
                lease.put_back();
            }
            return;
        }
        if let Some(used) = &mut used {
            used.give_up();
            if settled.is_none() {
                used.goes_on();
            }
        }
        let stopped = method
            .canceller()
            .map(|canceller| tell_to_stop(connection, object, canceller));
        let stopped = OptionFuture::from(stopped);
        runtime.spawn(async move {
            let Some(mut settled) = settled else {
                stopped.await;
                // Nobody will know when the thread is idle again, so it is not used any more.
                return drop((used, lease));
            };
            if is_settled(&mut settled) {
                // It has just been answered.
                if let Some(lease) = lease {
                    lease.put_back();
                }
                return;
            }
            let ended = async {
                linger(settled, used).await;
                if let Some(lease) = lease {
                    lease.put_back();
                }
            };
            join(stopped, ended).await;
        });
    }
}

/// Waits until the peer is done with a call that was given up.
async fn linger(mut settled: oneshot::Receiver<()>, used: Option<Use>) {
    if let Some(used) = used {
        let unused = async {
            // An object that nobody uses but this call keeps the connection open; so not for ever. One that will
            // not come is not used at all.
            let _ = tokio::time::timeout(LINGER, used.never_comes()).await;
        };
        tokio::select! {
            _ = &mut settled => return,
            () = unused => used.goes_on(),
        }
    }
    let _ = settled.await;
}

/// Whether the answer came before the call was given up. Nothing is to be stopped then, and what stops a wait
/// would stop the next one.
fn is_settled(settled: &mut oneshot::Receiver<()>) -> bool {
    !matches!(settled.try_recv(), Err(TryRecvError::Empty))
}

/// Calls the method that the schema pairs with one that was given up, for peers that go on with that.
async fn tell_to_stop(
    connection: Arc<Connection>,
    object: Arc<dyn RemoteObject>,
    canceller: &'static Method,
) {
    let stopped = match Payload::params(canceller.params, |_| ()) {
        Ok(params) => Box::pin(connection.call(object, canceller, params, None, None)).await,
        Err(exception) => Err(exception),
    };
    if let Err(exception) = stopped {
        tracing::debug!(%exception, method = canceller.name, "the call may go on");
    }
}
