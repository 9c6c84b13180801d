//! Calls that name no thread: those of one object begin in their order of arrival.
//!
//! While there are such calls of an object, a task of its own begins one after the other. What waits is
//! left to a task of its own, so a burst of quick calls costs one task and holds up nobody else.

use std::collections::{HashMap, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::fast::RandomState;

use super::Connection;
use super::accept::Job;
use crate::adapter::LocalObject;

/// Calls that are begun before other tasks get a turn.
const AT_ONCE: usize = 64;

/// The objects that have calls to begin, by their addresses.
#[derive(Default)]
pub(super) struct Lines(Mutex<HashMap<usize, VecDeque<Job>, RandomState>>);

impl Lines {
    /// Whether calls of the object wait to begin.
    pub(super) fn has(&self, object: &Arc<LocalObject>) -> bool {
        self.lock().contains_key(&address(object))
    }

    /// Puts a call behind the others of its object. Gives it back if it is the first.
    fn join(&self, object: &Arc<LocalObject>, job: Job) -> Option<Job> {
        let mut lines = self.lock();
        match lines.get_mut(&address(object)) {
            Some(line) => {
                line.push_back(job);
                None
            }
            None => {
                lines.insert(address(object), VecDeque::new());
                Some(job)
            }
        }
    }

    /// The object's next call; none, and no line, if there is none.
    fn next(&self, object: &Arc<LocalObject>) -> Option<Job> {
        let mut lines = self.lock();
        let job = lines.get_mut(&address(object))?.pop_front();
        if job.is_none() {
            lines.remove(&address(object));
        }
        job
    }

    fn leave(&self, object: &Arc<LocalObject>) {
        let left = self.lock().remove(&address(object));
        // Outside of the lock: calls that are dropped are answered.
        drop(left);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<usize, VecDeque<Job>, RandomState>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn address(object: &Arc<LocalObject>) -> usize {
    Arc::as_ptr(object).addr()
}

impl Connection {
    /// Begins a call after those of the same object that arrived before.
    pub(super) fn begin_in_order(self: &Arc<Self>, object: &Arc<LocalObject>, job: Job) {
        if let Some(first) = self.lines.join(object, job) {
            let server = Server {
                connection: Arc::clone(self),
                object: Arc::clone(object),
                done: false,
            };
            self.runtime().spawn(server.run(first));
        }
    }
}

/// What begins an object's calls. It keeps the object, so that its address stays its own.
struct Server {
    connection: Arc<Connection>,
    object: Arc<LocalObject>,
    /// The line is gone.
    done: bool,
}

impl Server {
    async fn run(mut self, first: Job) {
        let mut next = Some(first);
        let mut begun = 0;
        while let Some(job) = next {
            if let Some(room) = self.connection.room() {
                room.await;
            }
            // A handler's own panics are its call's; this is for what is dropped with it.
            let rest = std::panic::catch_unwind(AssertUnwindSafe(|| job.begin()));
            if let Ok(Some(rest)) = rest {
                self.connection.runtime().spawn(rest);
            }
            begun += 1;
            if begun % AT_ONCE == 0 {
                tokio::task::yield_now().await;
            }
            next = self.connection.lines.next(&self.object);
        }
        self.done = true;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The runtime was shut down.
        if !self.done {
            self.connection.lines.leave(&self.object);
        }
    }
}
