//! The calls of a peer that run, so that an end can wait for them.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::oneshot;

/// Calls that run. Those that began before a moment can be told from those that began after it.
#[derive(Default)]
pub(crate) struct Running(Mutex<Epoch>);

struct Epoch {
    /// All calls of this epoch have it.
    mark: Arc<RunningCall>,
    ended: oneshot::Receiver<Infallible>,
}

/// Kept by a call until its outcome was handed over.
#[derive(Debug)]
pub(crate) struct RunningCall {
    _ended: oneshot::Sender<Infallible>,
}

impl Running {
    /// A call has begun.
    pub(crate) fn begin(&self) -> Arc<RunningCall> {
        let epoch = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&epoch.mark)
    }

    /// The calls that run now.
    pub(crate) fn now(&self) -> Remaining {
        let mut epoch = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Epoch { mark, ended } = std::mem::take(&mut *epoch);
        Remaining {
            calls: Arc::downgrade(&mark),
            ended,
        }
    }
}

impl Default for Epoch {
    fn default() -> Self {
        let (sender, ended) = oneshot::channel();
        Self {
            mark: Arc::new(RunningCall { _ended: sender }),
            ended,
        }
    }
}

/// Calls that ran at one moment.
pub(crate) struct Remaining {
    calls: Weak<RunningCall>,
    ended: oneshot::Receiver<Infallible>,
}

impl Remaining {
    /// How many of them still run.
    pub(crate) fn count(&self) -> usize {
        self.calls.strong_count()
    }

    /// Waits until all of them have ended.
    pub(crate) async fn ended(&mut self) {
        // Nothing is sent: the sender is dropped with the last call.
        let _ = (&mut self.ended).await;
    }
}
