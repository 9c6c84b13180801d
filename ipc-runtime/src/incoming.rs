//! The connections that peers opened.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::connection::Connection;

/// Connections of one listener, each until it ends.
#[derive(Debug, Default)]
pub(crate) struct Incoming {
    open: Mutex<HashMap<usize, Arc<Connection>>>,
}

impl Incoming {
    /// Keeps a connection until it ends.
    pub(crate) fn add(self: &Arc<Self>, connection: Arc<Connection>) {
        let key = Arc::as_ptr(&connection).addr();
        self.edit(|open| open.insert(key, Arc::clone(&connection)));
        let incoming = Arc::clone(self);
        let runtime = connection.runtime().clone();
        runtime.spawn(async move {
            connection.ended().await;
            incoming.edit(|open| open.remove(&key));
        });
    }

    /// Closes them all. Returns at once.
    pub(crate) fn close(&self) {
        let open: Vec<_> = self.edit(|open| open.values().cloned().collect());
        for connection in open {
            connection.close();
        }
    }

    /// Closes them all and waits until they have ended.
    pub(crate) async fn closed(&self) {
        self.close();
        let open: Vec<_> = self.edit(|open| open.values().cloned().collect());
        for connection in open {
            connection.ended().await;
        }
    }

    fn edit<T>(&self, edit: impl FnOnce(&mut HashMap<usize, Arc<Connection>>) -> T) -> T {
        edit(&mut self.open.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
