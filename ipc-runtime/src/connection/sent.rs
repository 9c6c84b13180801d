//! A call that was sent to the peer: its answer, or how it is given up.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::future::{OptionFuture, join};

use super::Connection;
use super::peer_threads::Lease;
use super::scope::Waiting;
use crate::engine::{Answer, GivenUp, RemoteObject};
use crate::exception::Exception;
use crate::handle::Use;
use crate::interface::Method;
use crate::message::Payload;

/// How long an object that is no longer used waits for a call of it that was given up, before it is
/// released without being destroyed.
const LINGER: Duration = Duration::from_secs(10);

/// A call that was sent, until its answer. Dropping it gives the call up.
pub(crate) struct Sent {
    answer: Option<Answer>,
    parts: Option<Parts>,
    /// The handler that waits for it, whose thread runs what the peer calls meanwhile.
    waiting: Option<Waiting>,
}

/// What a call that was sent keeps until the peer is done with it.
pub(super) struct Parts {
    pub(super) object: Arc<dyn RemoteObject>,
    pub(super) method: &'static Method,
    pub(super) lease: Option<Lease>,
    pub(super) used: Option<Use>,
}

impl Sent {
    pub(super) fn new(answer: Answer, parts: Parts, waiting: Option<Waiting>) -> Self {
        Self {
            answer: Some(answer),
            parts: Some(parts),
            waiting,
        }
    }
}

impl Future for Sent {
    type Output = Result<Payload, Exception>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(answer) = &mut self.answer else {
            return Poll::Pending;
        };
        let outcome = ready!(Pin::new(answer).poll(cx));
        self.answer = None;
        self.waiting = None;
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
            object,
            method,
            lease,
            mut used,
        } = self;
        let connection = object.connection();
        if !connection.is_open() {
            return;
        }
        let runtime = connection.runtime().clone();
        if connection.stops_handlers() {
            // The handler ends by itself: at once, unless it blocks or may not be dropped.
            if let Some(lease) = lease
                && connection.tells_ends()
                && let Some(mut given_up) = answer.give_up()
            {
                runtime.spawn(async move {
                    given_up.ended().await;
                    lease.put_back();
                });
            }
            return;
        }
        let mut given_up = answer.give_up();
        if given_up.as_mut().is_some_and(GivenUp::is_answered) {
            if let Some(lease) = lease {
                lease.put_back();
            }
            return;
        }
        if let Some(used) = &mut used {
            used.give_up();
            if given_up.is_none() {
                used.goes_on();
            }
        }
        let stopped = method
            .canceller()
            .map(|canceller| tell_to_stop(object, canceller));
        let stopped = OptionFuture::from(stopped);
        runtime.spawn(async move {
            let Some(mut given_up) = given_up else {
                stopped.await;
                // Nobody will know when the thread is idle again, so it is not used any more.
                return drop((used, lease));
            };
            if given_up.is_answered() {
                // It has just been answered.
                if let Some(lease) = lease {
                    lease.put_back();
                }
                return;
            }
            let ended = async {
                let used = linger(given_up, used).await;
                if let Some(lease) = lease {
                    lease.put_back();
                }
                used
            };
            // A peer may say at once that the call is over, and go on with what it began: the connection must not end
            // before what stops that has arrived.
            let stopped = tokio::time::timeout(LINGER, stopped);
            let (_stopped, used) = join(stopped, ended).await;
            drop(used);
        });
    }
}

/// Waits until the peer is done with a call that was given up. Gives back what was kept for it, unless that was too long.
async fn linger(mut given_up: GivenUp, used: Option<Use>) -> Option<Use> {
    if let Some(used) = used {
        let unused = async {
            // An object that nobody uses but this call keeps the connection open; so not for ever. One that will
            // not come is not used at all.
            let _ = tokio::time::timeout(LINGER, used.never_comes()).await;
        };
        tokio::select! {
            () = given_up.ended() => return Some(used),
            () = unused => used.goes_on(),
        }
    }
    given_up.ended().await;
    None
}

/// Calls the method that the schema pairs with one that was given up, for peers that go on with that.
async fn tell_to_stop(object: Arc<dyn RemoteObject>, canceller: &'static Method) {
    let stopped = match Payload::build(canceller.params, |_| ()) {
        Ok(params) => Connection::call(object, canceller, params, None, None).await,
        Err(exception) => Err(exception),
    };
    if let Err(exception) = stopped {
        tracing::debug!(%exception, method = canceller.name, "the call may go on");
    }
}
