//! An object in an answer of the peer, before and after the answer has come.

use std::fmt;
use std::sync::{Arc, OnceLock};

use futures_util::future::BoxFuture;

use super::follow::Broken;
use super::peer::{Asking, Peer};
use super::promise::{Promise, Resolution};
use super::wire::{Addressee, PointerIndex};
use super::writer::Urgency;
use crate::capability::Capability;
use crate::connection::Connection;
use crate::engine::{Answer, RemoteObject, Request};

/// What a path leads to in the answer to a question of ours: the answer itself, for the peer's first
/// object. The question is finished when this is dropped, so that calls may name it as long as it lives.
pub(super) struct Pipelined {
    peer: Arc<Peer>,
    asked: OnceLock<Asking>,
    path: Vec<PointerIndex>,
    promise: Arc<Promise>,
}

impl Pipelined {
    /// Nothing is asked yet: see [`Pipelined::asked`].
    pub(super) fn new(peer: &Arc<Peer>, path: &[PointerIndex]) -> Arc<Self> {
        Arc::new(Self {
            peer: Arc::clone(peer),
            asked: OnceLock::new(),
            path: path.to_vec(),
            promise: Promise::new(),
        })
    }

    /// Asks for the peer's first object.
    pub(super) fn first(peer: &Arc<Peer>) -> Arc<Self> {
        let first = Self::new(peer, &[]);
        match peer.bootstrap(Arc::downgrade(&first)) {
            Ok(asking) => first.asked(asking),
            Err(exception) => first.promise.fail(&exception),
        }
        first
    }

    /// Names the question, once.
    pub(super) fn asked(&self, asking: Asking) {
        let _ = self.asked.set(asking);
    }

    pub(super) fn peer(&self) -> &Arc<Peer> {
        &self.peer
    }

    pub(super) fn path(&self) -> &[PointerIndex] {
        &self.path
    }

    pub(super) fn promise(&self) -> &Arc<Promise> {
        &self.promise
    }

    /// How messages on this connection can name it.
    pub(super) fn addressee(&self, peer: &Arc<Peer>) -> Option<Addressee> {
        if Arc::ptr_eq(&self.peer, peer) {
            self.name()
        } else {
            None
        }
    }

    fn name(&self) -> Option<Addressee> {
        let asking = self.asked.get()?;
        Some(Addressee::Answer(asking.question, self.path.clone()))
    }
}

impl RemoteObject for Pipelined {
    fn connection(&self) -> &Arc<Connection> {
        self.peer.connection()
    }

    fn call(&self, request: Request) -> Answer {
        match self.name() {
            Some(name) => self.promise.call(&self.peer, name, request),
            None => Answer::failed(self.connection().disconnected()),
        }
    }

    fn call_for(&self, request: Request, path: &[PointerIndex]) -> (Answer, Capability) {
        match self.name() {
            Some(name) => self.promise.call_for(&self.peer, &name, request, path),
            None => Broken::answer(self.connection(), self.connection().disconnected()),
        }
    }

    fn resolve(&self) -> BoxFuture<'static, Resolution> {
        self.promise.resolve(self.connection())
    }
}

impl Drop for Pipelined {
    fn drop(&mut self) {
        if let Some(asking) = self.asked.get() {
            self.peer.finish(*asking, Urgency::Soon);
        }
    }
}

impl fmt::Debug for Pipelined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str("remote first object")
        } else {
            write!(f, "remote, promised at {:?}", self.path)
        }
    }
}
