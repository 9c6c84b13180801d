//! What becomes of calls that were given up.

use tokio::sync::oneshot;
use tokio::sync::oneshot::error::TryRecvError;

/// Says that the peer cancelled a call, as opposed to all other ends of it.
pub(crate) struct Cancelled;

/// A call that was given up.
pub(crate) struct GivenUp {
    /// Told when the peer is done with the call; closed without a word if it answered, or the connection ended.
    end: Option<oneshot::Receiver<Cancelled>>,
    is_cancelled: bool,
}

impl GivenUp {
    pub(super) fn new(end: oneshot::Receiver<Cancelled>) -> Self {
        Self {
            end: Some(end),
            is_cancelled: false,
        }
    }

    /// A call that was not sent, or has been answered.
    pub(super) fn over() -> Self {
        Self {
            end: None,
            is_cancelled: false,
        }
    }

    /// Whether the call is over without the peer having cancelled it. Nothing is to be stopped then, and what stops
    /// a wait would stop the next one. A peer that cancelled may go on with what it began.
    pub(crate) fn is_answered(&mut self) -> bool {
        match self.end.as_mut().map(oneshot::Receiver::try_recv) {
            Some(Err(TryRecvError::Empty)) => return false,
            Some(Ok(Cancelled)) => self.is_cancelled = true,
            Some(Err(TryRecvError::Closed)) | None => {}
        }
        self.end = None;
        !self.is_cancelled
    }

    /// Waits until the peer is done with the call, or the connection has ended.
    pub(crate) async fn ended(&mut self) {
        if let Some(end) = &mut self.end {
            self.is_cancelled = end.await.is_ok();
            self.end = None;
        }
    }
}
