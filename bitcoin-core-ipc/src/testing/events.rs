//! What happens in a fake node, and who is told.

use bitcoin::{Block, Transaction};
use tokio::sync::{mpsc, oneshot};

use super::multiprocess::WalletEvent;
use crate::options::BlockRef;

/// Something that happened.
#[derive(Clone, Debug)]
pub(super) enum Event {
    TransactionAdded(Transaction),
    /// With the number of the reason.
    TransactionRemoved(Transaction, i32),
    /// With its height.
    BlockConnected(Block, usize),
    /// With its height.
    BlockDisconnected(Block, usize),
    /// With the time of its header.
    UpdatedTip(BlockRef, u32),
    /// With the hashes of a locator.
    Flushed(Vec<crate::hash::BlockHash>),
    /// With how many there are now.
    Connections(i32),
    NetworkActive(bool),
    Warnings,
    BannedList,
    InitMessage(String),
    /// With how much is done, in percent, and whether it goes on after a restart.
    Progress(String, i32, bool),
    /// With the name of the wallet.
    Wallet(String, WalletEvent),
}

/// What waits to be told.
#[derive(Debug)]
pub(super) enum Due {
    Event(Event),
    /// To be answered when all before it is told.
    Mark(oneshot::Sender<()>),
}

/// Who is told, each in the order in which things happened.
#[derive(Debug, Default)]
pub(super) struct Listeners(Vec<mpsc::UnboundedSender<Due>>);

impl Listeners {
    pub(super) fn listen(&mut self) -> mpsc::UnboundedReceiver<Due> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.0.push(sender);
        receiver
    }

    pub(super) fn tell(&mut self, event: &Event) {
        self.0
            .retain(|listener| listener.send(Due::Event(event.clone())).is_ok());
    }

    pub(super) fn count(&self) -> usize {
        self.0
            .iter()
            .filter(|listener| !listener.is_closed())
            .count()
    }

    /// What is answered, or fails, when each listener is told all of what happened until now, or has ended.
    pub(super) fn mark(&self) -> Vec<oneshot::Receiver<()>> {
        let mark = |listener: &mpsc::UnboundedSender<Due>| {
            let (sender, receiver) = oneshot::channel();
            // The mark of a listener that has ended is dropped.
            _ = listener.send(Due::Mark(sender));
            receiver
        };
        self.0.iter().map(mark).collect()
    }
}
