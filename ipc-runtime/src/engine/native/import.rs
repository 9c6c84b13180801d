//! An object of the peer, or the promise of one.

use std::fmt;
use std::sync::{Arc, Weak};

use futures_util::future::BoxFuture;

use super::peer::Peer;
use super::promise::{Promise, Resolution};
use super::wire::{self, Addressee};
use crate::capability::Capability;
use crate::connection::Connection;
use crate::engine::{Answer, RemoteObject, Request};

/// Something that the peer exports to us under a number. Dropping it releases the number.
pub(super) struct Import {
    this: Weak<Self>,
    peer: Arc<Peer>,
    id: u32,
    /// None for an object.
    promise: Option<Arc<Promise>>,
}

impl Import {
    pub(super) fn new(peer: &Arc<Peer>, id: u32, promise: bool) -> Arc<Self> {
        Arc::new_cyclic(|this| Self {
            this: this.clone(),
            peer: Arc::clone(peer),
            id,
            promise: promise.then(Promise::new),
        })
    }

    pub(super) fn promise(&self) -> Option<&Arc<Promise>> {
        self.promise.as_ref()
    }

    /// How messages on this connection can name it.
    pub(super) fn addressee(&self, peer: &Arc<Peer>) -> Option<Addressee> {
        Arc::ptr_eq(&self.peer, peer).then_some(Addressee::Import(self.id))
    }
}

impl RemoteObject for Import {
    fn connection(&self) -> &Arc<Connection> {
        self.peer.connection()
    }

    fn call(&self, request: Request) -> Answer {
        let name = Addressee::Import(self.id);
        match &self.promise {
            None => self.peer.call(name, request),
            Some(promise) => promise.call(&self.peer, name, request),
        }
    }

    fn call_for(&self, request: Request, path: &[u16]) -> (Answer, Capability) {
        let name = Addressee::Import(self.id);
        match &self.promise {
            None => self.peer.call_for(&name, request, path),
            Some(promise) => promise.call_for(&self.peer, &name, request, path),
        }
    }

    fn resolve(&self) -> BoxFuture<'static, Resolution> {
        match &self.promise {
            Some(promise) => promise.resolve(self.connection()),
            None => {
                let this = self.this.upgrade();
                let connection = Arc::clone(self.connection());
                Box::pin(async move {
                    match this {
                        Some(this) => Ok(Capability::remote(this)),
                        None => Err(connection.disconnected()),
                    }
                })
            }
        }
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
