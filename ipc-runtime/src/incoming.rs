//! The connections that peers opened.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::sync::OwnedSemaphorePermit;
use tokio::task::AbortHandle;

use crate::connection::Connection;

/// Connections of one listener, each until it ends.
#[derive(Debug, Default)]
pub(crate) struct Incoming {
    open: Mutex<HashMap<usize, Arc<Connection>>>,
    accepting: OnceLock<AbortHandle>,
    stopped: AtomicBool,
}

impl Incoming {
    /// Names the task that accepts them.
    pub(crate) fn accepts_by(&self, task: AbortHandle) {
        // Set once, by the one function that starts listeners.
        let _ = self.accepting.set(task);
    }

    /// Lets nobody in any more. Returns at once.
    pub(crate) fn stop_accepting(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        if let Some(task) = self.accepting.get() {
            task.abort();
        }
    }

    /// Keeps a connection, and its place among those that may be open, until it ends.
    pub(crate) fn add(self: &Arc<Self>, connection: Arc<Connection>, permit: OwnedSemaphorePermit) {
        let key = Arc::as_ptr(&connection).addr();
        self.edit(|open| open.insert(key, Arc::clone(&connection)));
        // It may have been accepted in the moment of the end, and come too late to be closed with the others.
        if self.stopped.load(Ordering::SeqCst) {
            connection.close();
        }
        let incoming = Arc::clone(self);
        let runtime = connection.runtime().clone();
        runtime.spawn(async move {
            connection.ended().await;
            incoming.edit(|open| open.remove(&key));
            drop(permit);
        });
    }

    /// All that are open.
    pub(crate) fn all(&self) -> Vec<Arc<Connection>> {
        self.edit(|open| open.values().cloned().collect())
    }

    /// Closes them all. Returns at once.
    pub(crate) fn close(&self) {
        for connection in self.all() {
            connection.close();
        }
    }

    /// Closes them all and waits until they have ended.
    pub(crate) async fn closed(&self) {
        self.close();
        for connection in self.all() {
            connection.ended().await;
        }
    }

    fn edit<T>(&self, edit: impl FnOnce(&mut HashMap<usize, Arc<Connection>>) -> T) -> T {
        edit(&mut self.open.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
