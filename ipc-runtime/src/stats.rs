//! Counts of what is alive.

use std::fmt;
use std::ops::AddAssign;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::connection::Connection;

/// How much of everything is alive over the connections of an [`Ipc`](crate::Ipc), at one moment.
///
/// A peer is told of ends in the background, and tells of its own likewise, so counts go down a little
/// after the last call, proxy or object has gone. With [`EngineKind::Native`](crate::EngineKind) the
/// question for a peer's first object counts as a call as long as that object is in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Connections that are open.
    pub connections: usize,
    /// Calls of peers' objects that were not answered yet. Given-up ones count until the peer has
    /// answered, if the engine has to remember them.
    pub outgoing_calls: usize,
    /// Calls of our objects that were not answered yet, or whose answers the peer still refers to.
    pub incoming_calls: usize,
    /// Objects of peers that something here refers to.
    pub remote_objects: usize,
    /// Objects of ours that peers refer to.
    pub exported_objects: usize,
    /// Proxies of peers' objects, clones not counted.
    pub proxies: usize,
    /// Threads that peers had made here, those of pools included.
    pub threads: usize,
}

impl AddAssign for Stats {
    fn add_assign(&mut self, other: Self) {
        self.connections += other.connections;
        self.outgoing_calls += other.outgoing_calls;
        self.incoming_calls += other.incoming_calls;
        self.remote_objects += other.remote_objects;
        self.exported_objects += other.exported_objects;
        self.proxies += other.proxies;
        self.threads += other.threads;
    }
}

/// The connections of one [`Ipc`](crate::Ipc).
#[derive(Default)]
pub(crate) struct Connections(Mutex<Vec<Weak<Connection>>>);

impl Connections {
    pub(crate) fn add(&self, connection: &Arc<Connection>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() == all.capacity() {
            all.retain(|connection| connection.strong_count() > 0);
        }
        all.push(Arc::downgrade(connection));
    }

    pub(crate) fn stats(&self) -> Stats {
        let mut stats = Stats::default();
        for connection in self.all() {
            stats += connection.stats();
        }
        stats
    }

    pub(crate) fn all(&self) -> Vec<Arc<Connection>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().filter_map(Weak::upgrade).collect()
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections").finish_non_exhaustive()
    }
}

/// Counts of one connection, for an engine that has no tables to count in.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) outgoing_calls: AtomicUsize,
    pub(crate) incoming_calls: AtomicUsize,
    pub(crate) remote_objects: AtomicUsize,
    pub(crate) exported_objects: AtomicUsize,
}

impl Tally {
    pub(crate) fn stats(&self) -> Stats {
        Stats {
            outgoing_calls: self.outgoing_calls.load(Ordering::Relaxed),
            incoming_calls: self.incoming_calls.load(Ordering::Relaxed),
            remote_objects: self.remote_objects.load(Ordering::Relaxed),
            exported_objects: self.exported_objects.load(Ordering::Relaxed),
            ..Stats::default()
        }
    }
}

/// Counts itself in a connection's [`Tally`] as long as it lives.
pub(crate) struct Counted {
    connection: Arc<Connection>,
    count: fn(&Tally) -> &AtomicUsize,
}

impl Counted {
    pub(crate) fn new(connection: &Arc<Connection>, count: fn(&Tally) -> &AtomicUsize) -> Self {
        count(connection.tally()).fetch_add(1, Ordering::Relaxed);
        Self {
            connection: Arc::clone(connection),
            count,
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        (self.count)(self.connection.tally()).fetch_sub(1, Ordering::Relaxed);
    }
}
