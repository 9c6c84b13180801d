//! Where the outcome of a call that arrived goes.

use std::fmt;
use std::sync::Arc;

use tokio::sync::oneshot;

use crate::connection::RunningCall;
use crate::exception::Exception;
use crate::message::Payload;

type Done = Box<dyn FnOnce(Result<Payload, Exception>) + Send>;

/// Takes the outcome of one call, and tells whether it is still wanted. Dropping it fails the call.
pub(crate) struct Reply {
    done: Option<Done>,
    abandoned: oneshot::Receiver<()>,
    /// Says that the call runs, until the outcome was handed over.
    running: Option<Arc<RunningCall>>,
}

/// Kept by whoever waits for the outcome: dropping it abandons the call.
#[derive(Debug)]
pub(crate) struct Interest {
    _held: oneshot::Sender<()>,
}

impl Reply {
    /// A reply that hands the outcome to `done`, in whatever task or thread the call ends.
    pub(crate) fn new(
        done: impl FnOnce(Result<Payload, Exception>) + Send + 'static,
    ) -> (Self, Interest) {
        let (held, abandoned) = oneshot::channel();
        let reply = Self {
            done: Some(Box::new(done)),
            abandoned,
            running: None,
        };
        (reply, Interest { _held: held })
    }

    /// Keeps the mark of a running call until the outcome was handed over.
    pub(crate) fn counted(mut self, running: Arc<RunningCall>) -> Self {
        self.running = Some(running);
        self
    }

    /// Ready when the outcome is no longer wanted.
    pub(crate) async fn abandoned(&mut self) {
        // The sender sends nothing: it is dropped.
        let _ = (&mut self.abandoned).await;
    }

    /// Whether the outcome is no longer wanted.
    pub(crate) fn is_abandoned(&mut self) -> bool {
        self.abandoned.try_recv() == Err(oneshot::error::TryRecvError::Closed)
    }

    /// Hands the outcome over.
    pub(crate) fn send(mut self, outcome: Result<Payload, Exception>) {
        if let Some(done) = self.done.take() {
            done(outcome);
        }
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        if let Some(done) = self.done.take() {
            done(Err(Exception::failed("the server is shutting down")));
        }
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").finish_non_exhaustive()
    }
}
