//! An object of the peer, or the promise of one.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use futures_util::future::BoxFuture;
use tokio::sync::{oneshot, watch};

use super::answer::PipelinedCall;
use super::peer::Peer;
use super::wire::{self, Addressee};
use crate::capability::Capability;
use crate::connection::Connection;
use crate::engine::{RemoteObject, Reply};
use crate::exception::Exception;
use crate::message::Payload;

/// Something that the peer exports to us under a number. Dropping it releases the number.
pub(super) struct Import {
    this: Weak<Self>,
    peer: Arc<Peer>,
    id: u32,
    state: Mutex<State>,
    /// Whether it is no promise any more.
    settled: watch::Sender<bool>,
}

enum State {
    /// An object.
    Settled,
    /// A promise; whether calls were sent to it.
    Promise { called: bool },
    /// A promise that became an object of ours, while calls to it are still coming back: new ones
    /// wait for them.
    Embargoed(Capability, Vec<PipelinedCall>),
    /// A promise that became this.
    Resolved(Result<Capability, Exception>),
}

impl Import {
    pub(super) fn new(peer: &Arc<Peer>, id: u32, promise: bool) -> Arc<Self> {
        Arc::new_cyclic(|this| Self {
            this: this.clone(),
            peer: Arc::clone(peer),
            id,
            state: Mutex::new(if promise {
                State::Promise { called: false }
            } else {
                State::Settled
            }),
            settled: watch::Sender::new(!promise),
        })
    }

    /// What to write where a message is to name this object; for a promise that became something
    /// else, that.
    pub(super) fn name(&self) -> Result<Addressee, Result<Capability, Exception>> {
        match &*self.lock() {
            State::Settled | State::Promise { .. } | State::Embargoed(..) => {
                Ok(Addressee::Import(self.id))
            }
            State::Resolved(resolution) => Err(resolution.clone()),
        }
    }

    pub(super) fn is_of(&self, peer: &Arc<Peer>) -> bool {
        Arc::ptr_eq(&self.peer, peer)
    }

    /// The peer's word on what the promise became.
    ///
    /// `ours` is whether that is an object of this side. If calls were sent to the promise they are on
    /// their way back, so `embargo` is called to send a message after them that comes back, too.
    pub(super) fn become_known(
        &self,
        resolution: Result<Capability, Exception>,
        ours: bool,
        embargo: impl FnOnce(&Addressee),
    ) {
        {
            let mut state = self.lock();
            let State::Promise { called } = *state else {
                return;
            };
            match resolution {
                Ok(capability) if called && ours => {
                    *state = State::Embargoed(capability, Vec::new());
                    embargo(&Addressee::Import(self.id));
                    return;
                }
                resolution => *state = State::Resolved(resolution),
            }
        }
        self.settled.send_replace(true);
    }

    /// All calls that were sent to the promise have come back: lets the others go.
    pub(super) fn lift(&self) {
        loop {
            let (capability, waiting) = {
                let mut state = self.lock();
                let State::Embargoed(capability, waiting) = &mut *state else {
                    return;
                };
                let capability = capability.clone();
                if waiting.is_empty() {
                    *state = State::Resolved(Ok(capability));
                    break;
                }
                (capability, std::mem::take(waiting))
            };
            for call in waiting {
                self.peer.dispatch(&capability, call);
            }
        }
        self.settled.send_replace(true);
    }

    /// The connection has ended.
    pub(super) fn fail(&self, reason: &Exception) {
        let waiting = {
            let mut state = self.lock();
            match std::mem::replace(&mut *state, State::Resolved(Err(reason.clone()))) {
                State::Embargoed(_, waiting) => waiting,
                _ => Vec::new(),
            }
        };
        for call in waiting {
            call.reply.send(Err(reason.clone()));
        }
        self.settled.send_replace(true);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RemoteObject for Import {
    fn connection(&self) -> &Arc<Connection> {
        self.peer.connection()
    }

    fn call(
        &self,
        interface_id: u64,
        ordinal: u16,
        params: Payload,
    ) -> BoxFuture<'static, Result<Payload, Exception>> {
        let mut state = self.lock();
        match &mut *state {
            State::Settled => {
                drop(state);
                self.peer
                    .call(Addressee::Import(self.id), interface_id, ordinal, params)
            }
            State::Promise { called } => {
                // Sent under the lock, so that the message of an embargo comes after it.
                *called = true;
                self.peer
                    .call(Addressee::Import(self.id), interface_id, ordinal, params)
            }
            State::Embargoed(_, waiting) => {
                let (sender, answer) = oneshot::channel();
                let (reply, interest) = Reply::new(|outcome| {
                    let _ = sender.send(outcome);
                });
                waiting.push(PipelinedCall {
                    interface_id,
                    ordinal,
                    params,
                    reply,
                });
                let connection = Arc::clone(self.connection());
                Box::pin(async move {
                    let outcome = answer.await;
                    drop(interest);
                    outcome.unwrap_or_else(|_| Err(connection.disconnected()))
                })
            }
            State::Resolved(resolution) => {
                let resolution = resolution.clone();
                drop(state);
                match resolution {
                    Ok(capability) => capability.call(interface_id, ordinal, params),
                    Err(exception) => Box::pin(async { Err(exception) }),
                }
            }
        }
    }

    fn resolve(&self) -> BoxFuture<'static, Result<Capability, Exception>> {
        let this = self.this.upgrade();
        let mut settled = self.settled.subscribe();
        let connection = Arc::clone(self.connection());
        Box::pin(async move {
            let waited = settled.wait_for(|settled| *settled).await.map(drop);
            let (Some(this), Ok(())) = (this, waited) else {
                return Err(connection.disconnected());
            };
            match this.name() {
                Ok(_) => Ok(Capability::remote(this)),
                Err(resolution) => resolution?.resolve().await,
            }
        })
    }
}

impl Drop for Import {
    fn drop(&mut self) {
        let count = self.peer.forget_import(self.id);
        if count > 0 {
            self.peer.send_soon(wire::release(self.id, count));
        }
    }
}

impl fmt::Debug for Import {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "remote #{}", self.id)
    }
}
