//! Objects that pass each other around: what tests of the RPC protocol serve and call.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use ipc_runtime::{Exception, ExceptionKind};
use tokio::sync::{Semaphore, watch};

use crate::nodes::{Node, NodeProxy};

/// What the nodes of one test have seen, and the gate that [`Node::wait`] waits at.
#[derive(Debug)]
pub struct Journal {
    pings: Mutex<Vec<(u32, u32)>>,
    arrived: watch::Sender<usize>,
    nodes: watch::Sender<usize>,
    waiting: watch::Sender<usize>,
    made: Mutex<u32>,
    slots: Mutex<Vec<Weak<Mutex<Option<NodeProxy>>>>>,
    gate: Semaphore,
}

impl Journal {
    /// Nothing seen, the gate shut.
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            pings: Mutex::default(),
            arrived: watch::Sender::new(0),
            nodes: watch::Sender::new(0),
            waiting: watch::Sender::new(0),
            made: Mutex::new(0),
            slots: Mutex::default(),
            gate: Semaphore::new(0),
        })
    }

    /// The numbers that nodes were pinged with, in their order of arrival.
    pub fn pings(&self) -> Vec<u32> {
        lock(&self.pings)
            .iter()
            .map(|(_node, number)| *number)
            .collect()
    }

    /// Which node was pinged with which number, in their order of arrival.
    pub fn arrivals(&self) -> Vec<(u32, u32)> {
        lock(&self.pings).clone()
    }

    /// Waits until so many pings have arrived.
    pub async fn arrived(&self, count: usize) {
        reach(&self.arrived, count).await;
    }

    /// Waits until so many nodes live.
    pub async fn nodes(&self, count: usize) {
        reach(&self.nodes, count).await;
    }

    /// Waits until so many calls wait at the gate.
    pub async fn waiting(&self, count: usize) {
        reach(&self.waiting, count).await;
    }

    /// Makes every node forget the node that it remembers, since nodes that remember each other live
    /// for ever.
    pub fn forget(&self) {
        let slots: Vec<_> = std::mem::take(&mut *lock(&self.slots));
        for slot in slots.iter().filter_map(Weak::upgrade) {
            let kept = lock(&slot).take();
            drop(kept);
        }
    }

    /// Lets one call through the gate.
    pub fn open(&self) {
        self.gate.add_permits(1);
    }
}

async fn reach(value: &watch::Sender<usize>, count: usize) {
    // The sender is alive, so the wait cannot fail.
    let _ = value.subscribe().wait_for(|value| *value == count).await;
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A [`Node`] that writes into a [`Journal`].
pub struct TestNode {
    journal: Arc<Journal>,
    number: u32,
    slot: Slot,
}

/// The node that a node remembers.
type Slot = Arc<Mutex<Option<NodeProxy>>>;

impl TestNode {
    /// A node; the first of a journal has number 0.
    pub fn new(journal: &Arc<Journal>) -> Self {
        journal.nodes.send_modify(|count| *count += 1);
        let mut made = lock(&journal.made);
        let number = *made;
        *made += 1;
        let slot = Slot::default();
        lock(&journal.slots).push(Arc::downgrade(&slot));
        Self {
            journal: Arc::clone(journal),
            number,
            slot,
        }
    }

    fn other(&self) -> Result<NodeProxy, Exception> {
        let kept = lock(&self.slot).clone();
        kept.ok_or_else(|| Exception::failed("no node is kept"))
    }
}

impl Drop for TestNode {
    fn drop(&mut self) {
        self.journal.nodes.send_modify(|count| *count -= 1);
    }
}

impl std::fmt::Debug for TestNode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "node {}", self.number)
    }
}

/// Counts a call as long as it waits.
struct Waiting(Arc<Journal>);

impl Waiting {
    fn new(journal: &Arc<Journal>) -> Self {
        journal.waiting.send_modify(|count| *count += 1);
        Self(Arc::clone(journal))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.waiting.send_modify(|count| *count -= 1);
    }
}

impl Node for TestNode {
    async fn ping(&self, number: u32) -> Result<u32, Exception> {
        let count = {
            let mut pings = lock(&self.journal.pings);
            pings.push((self.number, number));
            pings.len()
        };
        self.journal.arrived.send_replace(count);
        Ok(number)
    }

    async fn child(&self) -> Result<NodeProxy, Exception> {
        Ok(NodeProxy::new(Self::new(&self.journal)))
    }

    async fn keep(&self, node: Option<NodeProxy>) -> Result<(), Exception> {
        let before = std::mem::replace(&mut *lock(&self.slot), node);
        drop(before);
        Ok(())
    }

    async fn kept(&self) -> Result<Option<NodeProxy>, Exception> {
        Ok(lock(&self.slot).clone())
    }

    async fn wait(&self) -> Result<Option<NodeProxy>, Exception> {
        let waiting = Waiting::new(&self.journal);
        let permit = self.journal.gate.acquire().await;
        permit.map_err(Exception::failed)?.forget();
        drop(waiting);
        self.kept().await
    }

    async fn ping_kept(&self, number: u32) -> Result<u32, Exception> {
        self.other()?.ping(number).await
    }

    async fn fail(&self, kind: u16) -> Result<(), Exception> {
        let kind = match kind {
            1 => ExceptionKind::Overloaded,
            2 => ExceptionKind::Unimplemented,
            3 => ExceptionKind::Disconnected,
            _ => ExceptionKind::Failed,
        };
        Err(Exception::new(kind, "failed as asked"))
    }

    async fn introduce(&self) -> Result<(), Exception> {
        let child = self.child().await?;
        self.other()?.keep(Some(child)).await
    }

    async fn fetch(&self) -> Result<(), Exception> {
        let fetched = self.other()?.kept().await?;
        self.keep(fetched).await
    }
}
