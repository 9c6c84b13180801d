//! Work for when a connection has ended.

use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type Cleanup = Box<dyn FnOnce() + Send>;

/// Cleanups, which run one after the other, in the order of adding.
#[derive(Clone, Default)]
pub(super) struct Cleanups(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    queue: VecDeque<Cleanup>,
    progress: Progress,
}

#[derive(Default, PartialEq, Eq)]
enum Progress {
    /// The connection is open.
    #[default]
    Waiting,
    /// A thread runs what there is.
    Running,
    /// All have run; who comes now runs at once.
    Done,
}

impl Cleanups {
    /// Adds one, or runs it if there is nothing to wait for any more.
    pub(super) fn add(&self, cleanup: impl FnOnce() + Send + 'static) {
        let mut state = self.lock();
        if state.progress == Progress::Done {
            drop(state);
            cleanup();
        } else {
            state.queue.push_back(Box::new(cleanup));
        }
    }

    /// The connection has ended: runs them all, and those that are added meanwhile. Returns at once.
    pub(super) fn run(&self) {
        {
            let mut state = self.lock();
            state.progress = match state.queue.is_empty() {
                true => Progress::Done,
                false => Progress::Running,
            };
            if state.progress == Progress::Done {
                return;
            }
        }
        // A thread of its own, because a cleanup may block for long, on a child process say, and
        // must not keep the runtime from shutting down.
        let this = self.clone();
        let started = std::thread::Builder::new()
            .name("ipc-cleanup".to_owned())
            .spawn(move || this.run_all());
        if let Err(error) = started {
            tracing::error!(%error, "no thread for the cleanups of a connection");
        }
    }

    fn run_all(&self) {
        while let Some(cleanup) = self.next() {
            // The others have nothing to do with it.
            if catch_unwind(AssertUnwindSafe(cleanup)).is_err() {
                tracing::error!("a cleanup of a connection panicked");
            }
        }
    }

    fn next(&self) -> Option<Cleanup> {
        let mut state = self.lock();
        let next = state.queue.pop_front();
        if next.is_none() {
            state.progress = Progress::Done;
        }
        next
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Cleanups {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cleanups").finish_non_exhaustive()
    }
}
