//! The peer's first object, before and after the peer has sent it.

use std::fmt;
use std::sync::{Arc, OnceLock};

use futures_util::future::BoxFuture;

use super::peer::{Asking, Peer};
use super::promise::{Promise, Resolution};
use super::wire::Addressee;
use super::writer::Urgency;
use crate::connection::Connection;
use crate::engine::RemoteObject;
use crate::exception::Exception;
use crate::message::Payload;

/// The answer to our Bootstrap. The question is finished when this is dropped, so that calls may
/// name it as long as it lives.
pub(super) struct First {
    peer: Arc<Peer>,
    asked: OnceLock<Asking>,
    promise: Arc<Promise>,
}

impl First {
    /// Asks for it.
    pub(super) fn ask(peer: &Arc<Peer>) -> Arc<Self> {
        let first = Arc::new(Self {
            peer: Arc::clone(peer),
            asked: OnceLock::new(),
            promise: Promise::new(),
        });
        match peer.bootstrap(Arc::downgrade(&first)) {
            Ok(asking) => drop(first.asked.set(asking)),
            Err(exception) => first.promise.fail(&exception),
        }
        first
    }

    pub(super) fn promise(&self) -> &Arc<Promise> {
        &self.promise
    }

    /// How messages on this connection can name it.
    pub(super) fn addressee(&self, peer: &Arc<Peer>) -> Option<Addressee> {
        let asking = self.asked.get()?;
        Arc::ptr_eq(&self.peer, peer).then(|| asking.addressee())
    }
}

impl RemoteObject for First {
    fn connection(&self) -> &Arc<Connection> {
        self.peer.connection()
    }

    fn call(
        &self,
        interface_id: u64,
        ordinal: u16,
        params: Payload,
    ) -> BoxFuture<'static, Result<Payload, Exception>> {
        match self.asked.get() {
            Some(asking) => self.promise.call(
                &self.peer,
                asking.addressee(),
                interface_id,
                ordinal,
                params,
            ),
            None => {
                let exception = self.connection().disconnected();
                Box::pin(async { Err(exception) })
            }
        }
    }

    fn resolve(&self) -> BoxFuture<'static, Resolution> {
        self.promise.resolve(self.connection())
    }
}

impl Drop for First {
    fn drop(&mut self) {
        if let Some(asking) = self.asked.get() {
            self.peer.finish(*asking, Urgency::Soon);
        }
    }
}

impl fmt::Debug for First {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("remote first object")
    }
}
