//! Where the outcome of a call that arrived goes.

use std::fmt;
use std::sync::Arc;

use tokio::sync::oneshot;

use super::native::Owed;
use crate::connection::RunningCall;
use crate::exception::Exception;
use crate::message::Payload;

/// Takes the outcome of one call, and tells whether it is still wanted. Dropping it fails the call.
pub(crate) struct Reply {
    to: Option<To>,
    /// Ends when the outcome is no longer wanted; none before somebody asks for that.
    abandoned: Option<oneshot::Receiver<()>>,
    /// Says that the call runs, until the outcome was handed over.
    running: Option<Arc<RunningCall>>,
}

enum To {
    /// A peer, over our own engine: the usual case, which needs no box.
    Owed(Owed),
    Other(Box<dyn FnOnce(Result<Payload, Exception>) + Send>),
}

/// Kept by whoever waits for the outcome: dropping it abandons the call.
#[derive(Debug)]
pub(crate) struct Interest {
    _held: oneshot::Sender<()>,
}

impl Interest {
    /// An interest, and what ends with it.
    pub(crate) fn new() -> (Self, oneshot::Receiver<()>) {
        let (held, abandoned) = oneshot::channel();
        (Self { _held: held }, abandoned)
    }
}

impl Reply {
    /// A reply that hands the outcome to `done`, in whatever task or thread the call ends.
    pub(crate) fn new(
        done: impl FnOnce(Result<Payload, Exception>) + Send + 'static,
    ) -> (Self, Interest) {
        let (interest, abandoned) = Interest::new();
        let reply = Self {
            to: Some(To::Other(Box::new(done))),
            abandoned: Some(abandoned),
            running: None,
        };
        (reply, interest)
    }

    /// A reply to a peer.
    pub(super) fn owed(owed: Owed) -> Self {
        Self {
            to: Some(To::Owed(owed)),
            abandoned: None,
            running: None,
        }
    }

    /// Keeps the mark of a running call until the outcome was handed over.
    pub(crate) fn counted(mut self, running: Arc<RunningCall>) -> Self {
        self.running = Some(running);
        self
    }

    /// Ready when the outcome is no longer wanted.
    pub(crate) async fn abandoned(&mut self) {
        // The sender sends nothing: it is dropped.
        let _ = self.watch().await;
    }

    /// Whether the outcome is no longer wanted.
    pub(crate) fn is_abandoned(&mut self) -> bool {
        match (&mut self.abandoned, &self.to) {
            (Some(abandoned), _) => {
                abandoned.try_recv() == Err(oneshot::error::TryRecvError::Closed)
            }
            (None, Some(To::Owed(owed))) => owed.is_abandoned(),
            (None, _) => true,
        }
    }

    fn watch(&mut self) -> &mut oneshot::Receiver<()> {
        self.abandoned.get_or_insert_with(|| match &self.to {
            Some(To::Owed(owed)) => owed.watch(),
            Some(To::Other(_)) | None => Interest::new().1,
        })
    }

    /// Finds out from now on whether the outcome is wanted, so that to ask takes no lock later.
    pub(super) fn watched(&mut self) {
        self.watch();
    }

    /// Hands the outcome over.
    pub(crate) fn send(mut self, outcome: Result<Payload, Exception>) {
        self.end(outcome);
    }

    fn end(&mut self, outcome: Result<Payload, Exception>) {
        match self.to.take() {
            Some(To::Owed(owed)) => owed.send(outcome),
            Some(To::Other(done)) => done(outcome),
            None => {}
        }
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        if self.to.is_some() {
            self.end(Err(Exception::failed("the server is shutting down")));
        }
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").finish_non_exhaustive()
    }
}
