//! The peer's first object, before and after the peer has sent it.

use std::fmt;
use std::sync::{Arc, OnceLock};

use futures_util::future::BoxFuture;
use tokio::sync::watch;

use super::peer::Peer;
use super::wire::Addressee;
use super::writer::Urgency;
use crate::capability::Capability;
use crate::connection::Connection;
use crate::engine::RemoteObject;
use crate::exception::Exception;
use crate::message::Payload;

/// The answer to our Bootstrap. The question is finished when this is dropped, so that calls may
/// name it as long as it lives.
pub(super) struct First {
    connection: Arc<Connection>,
    /// The connection and the question, once it is asked.
    asked: OnceLock<(Arc<Peer>, u32)>,
    state: watch::Sender<State>,
}

/// Nothing yet, or what it is, or why it will not come.
type State = Option<Result<Capability, Exception>>;

impl First {
    /// Asks for it.
    pub(super) fn ask(peer: &Arc<Peer>) -> Arc<Self> {
        let first = Arc::new(Self {
            connection: Arc::clone(peer.connection()),
            asked: OnceLock::new(),
            state: watch::Sender::new(None),
        });
        match peer.bootstrap(Arc::downgrade(&first)) {
            Ok(question) => drop(first.asked.set((Arc::clone(peer), question))),
            Err(exception) => first.arrive(Err(exception)),
        }
        first
    }

    /// One that will never come.
    pub(super) fn failed(connection: &Arc<Connection>, exception: Exception) -> Arc<Self> {
        Arc::new(Self {
            connection: Arc::clone(connection),
            asked: OnceLock::new(),
            state: watch::Sender::new(Some(Err(exception))),
        })
    }

    /// It has come, or cannot.
    pub(super) fn arrive(&self, outcome: Result<Capability, Exception>) {
        self.state.send_replace(Some(outcome));
    }

    /// What it turned out to be, if that is known.
    pub(super) fn known(&self) -> State {
        self.state.borrow().clone()
    }

    /// How messages on this connection can name it as long as it is not known.
    pub(super) fn addressee(&self, peer: &Arc<Peer>) -> Option<Addressee> {
        let (own, question) = self.asked.get()?;
        Arc::ptr_eq(own, peer).then(|| Addressee::Answer(*question, Vec::new()))
    }
}

impl RemoteObject for First {
    fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }

    fn call(
        &self,
        interface_id: u64,
        ordinal: u16,
        params: Payload,
    ) -> BoxFuture<'static, Result<Payload, Exception>> {
        match (self.known(), self.asked.get()) {
            (Some(Ok(capability)), _) => capability.call(interface_id, ordinal, params),
            (Some(Err(exception)), _) => Box::pin(async { Err(exception) }),
            (None, Some((peer, question))) => {
                let addressee = Addressee::Answer(*question, Vec::new());
                peer.call(addressee, interface_id, ordinal, params)
            }
            (None, None) => {
                let exception = self.connection.disconnected();
                Box::pin(async { Err(exception) })
            }
        }
    }

    fn resolve(&self) -> BoxFuture<'static, Result<Capability, Exception>> {
        let mut state = self.state.subscribe();
        let connection = Arc::clone(&self.connection);
        Box::pin(async move {
            let known = match state.wait_for(Option::is_some).await {
                Ok(known) => known.clone(),
                Err(_dropped) => None,
            };
            let capability = known.unwrap_or_else(|| Err(connection.disconnected()))?;
            capability.resolve().await
        })
    }
}

impl Drop for First {
    fn drop(&mut self) {
        if let Some((peer, question)) = self.asked.get() {
            peer.finish(*question, Urgency::Soon);
        }
    }
}

impl fmt::Debug for First {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("remote first object")
    }
}
