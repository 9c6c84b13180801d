//! What capabilities are behind the promises that stand for them.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;

use super::answer::{AnswerCell, Promised};
use super::import::Import;
use super::peer::Peer;
use super::pipelined::Pipelined;
use super::promise::{Depth, Promise, Resolution};
use super::wire::Addressee;
use crate::capability::{Capability, Target};
use crate::connection::Connection;
use crate::engine::{Answer, RemoteObject, Request};
use crate::exception::Exception;

/// A promise of either side, as this engine holds it.
pub(super) enum Link<'a> {
    /// Of the peer.
    Theirs(&'a Arc<Promise>),
    /// Of ours: part of an answer that we owe.
    Ours(&'a Promised),
}

/// The promise that a capability is, or was.
pub(super) fn link(capability: &Capability) -> Option<Link<'_>> {
    let Target::Remote(object) = &capability.0 else {
        return None;
    };
    let object: &dyn Any = &**object;
    if let Some(import) = object.downcast_ref::<Import>() {
        return import.promise().map(Link::Theirs);
    }
    if let Some(pipelined) = object.downcast_ref::<Pipelined>() {
        return Some(Link::Theirs(pipelined.promise()));
    }
    object.downcast_ref::<Promised>().map(Link::Ours)
}

impl Link<'_> {
    /// What became of it, if that is known and may be used.
    fn known(&self) -> Option<Resolution> {
        match self {
            Self::Theirs(promise) => promise.known(),
            Self::Ours(promised) => promised.cell.capability(&promised.path),
        }
    }

    /// What it leads to, if that is decided.
    fn decided(&self) -> Option<Capability> {
        match self {
            Self::Theirs(promise) => promise.decided(),
            Self::Ours(promised) => promised.cell.decided(&promised.path),
        }
    }

    fn depth(&self) -> &Depth {
        match self {
            Self::Theirs(promise) => promise.depth(),
            Self::Ours(promised) => promised.cell.depth(),
        }
    }
}

/// What a capability has become by now: a promise that is one still, or no promise.
pub(super) fn follow(mut capability: Capability) -> Resolution {
    while let Some(known) = link(&capability).and_then(|link| link.known()) {
        capability = known?;
    }
    Ok(capability)
}

/// Held while it is decided what promises lead to, so that two do not come to lead to each other.
static DECIDING: Mutex<()> = Mutex::new(());

/// Holds all other decisions about promises back.
pub(super) fn deciding() -> MutexGuard<'static, ()> {
    DECIDING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Checks what a promise of this depth is about to lead to, while [`deciding`].
///
/// # Errors
///
/// A promise that leads back to itself, or through too many others.
pub(super) fn check(
    capability: &Capability,
    depth: &Depth,
    is_itself: impl Fn(&Link<'_>) -> bool,
) -> Result<(), Exception> {
    let mut capability = capability.clone();
    while let Some(link) = link(&capability) {
        if is_itself(&link) {
            return Err(super::peer::broken("it makes a promise become itself"));
        }
        let Some(next) = link.decided() else {
            return link.depth().below(depth);
        };
        capability = next;
    }
    Ok(())
}

/// Calls that were sent to a promise which became this capability count as calls of this one.
pub(super) fn inherit_calls(capability: &Capability) {
    if let Some(Link::Theirs(promise)) = link(capability) {
        promise.inherit_calls();
    }
}

impl Peer {
    /// What a capability of results that we owe is from now on, for the peer's calls of it.
    ///
    /// The peer is told that it is a promise of its own, say. Then the calls which it makes of our
    /// results have to go to that promise, even when we know what became of it: the protocol forbids
    /// to shorten two ways at once.
    pub(super) fn pin(
        self: &Arc<Self>,
        capability: Capability,
        cell: &Arc<AnswerCell>,
    ) -> Capability {
        let is_itself =
            |link: &Link<'_>| matches!(link, Link::Ours(other) if Arc::ptr_eq(&other.cell, cell));
        let checked = follow(capability).and_then(|capability| {
            check(&capability, cell.depth(), is_itself).map(|()| capability)
        });
        let capability = match checked {
            Ok(capability) => capability,
            Err(exception) => return Broken::capability(self.connection(), exception),
        };
        let name = match link(&capability) {
            Some(Link::Theirs(_)) => self.name_of(&capability),
            _ => None,
        };
        match (name, capability.0) {
            (Some(name), Target::Remote(object)) => Capability::remote(Arc::new(Pinned {
                peer: Arc::clone(self),
                name,
                object,
            })),
            (_, target) => Capability(target),
        }
    }
}

/// A promise of the peer, called by the name that the peer was told, whatever becomes of it.
pub(super) struct Pinned {
    peer: Arc<Peer>,
    name: Addressee,
    /// Keeps the name valid.
    object: Arc<dyn RemoteObject>,
}

impl Pinned {
    pub(super) fn name(&self, peer: &Arc<Peer>) -> Option<Addressee> {
        Arc::ptr_eq(&self.peer, peer).then(|| self.name.clone())
    }
}

impl RemoteObject for Pinned {
    fn connection(&self) -> &Arc<Connection> {
        self.peer.connection()
    }

    fn call(&self, request: Request) -> Answer {
        self.peer.call(self.name.clone(), request)
    }

    fn call_for(&self, request: Request, path: &[u16]) -> (Answer, Capability) {
        self.peer.call_for(&self.name, request, path)
    }

    fn resolve(&self) -> BoxFuture<'static, Resolution> {
        self.object.resolve()
    }
}

impl fmt::Debug for Pinned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.object.fmt(f)
    }
}

/// An object that is none: all its calls fail.
pub(super) struct Broken {
    connection: Arc<Connection>,
    reason: Exception,
}

impl Broken {
    pub(super) fn new(connection: &Arc<Connection>, reason: Exception) -> Arc<Self> {
        Arc::new(Self {
            connection: Arc::clone(connection),
            reason,
        })
    }

    pub(super) fn capability(connection: &Arc<Connection>, reason: Exception) -> Capability {
        Capability::remote(Self::new(connection, reason))
    }

    /// The answer to a call that was not made, and an object in it.
    pub(super) fn answer(connection: &Arc<Connection>, reason: Exception) -> (Answer, Capability) {
        let object = Self::capability(connection, reason.clone());
        (Answer::failed(reason), object)
    }
}

impl RemoteObject for Broken {
    fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }

    fn call(&self, _request: Request) -> Answer {
        Answer::failed(self.reason.clone())
    }

    fn call_for(&self, request: Request, _path: &[u16]) -> (Answer, Capability) {
        let object = Self::capability(&self.connection, self.reason.clone());
        (self.call(request), object)
    }

    fn resolve(&self) -> BoxFuture<'static, Resolution> {
        let reason = self.reason.clone();
        Box::pin(async { Err(reason) })
    }
}

impl fmt::Debug for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "broken: {}", self.reason.message())
    }
}
