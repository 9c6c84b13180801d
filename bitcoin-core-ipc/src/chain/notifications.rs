//! Being told of what happens to a chain.

use generated_examples::multiprocess::chain as generated;
use ipc_runtime::Exception;

use super::Chain;
use super::events::{BlockInfo, ChainEvent};
use crate::encoded::Transaction;
use crate::error::Error;
use crate::hash::BlockHash;
use crate::locator::Locator;
use crate::subscription::{Events, Subscription};

/// How many events wait here before the node has to. Each may be a block.
const ROOM: usize = 32;

impl Chain {
    /// Subscribes to what happens to the chain and the mempool from now on.
    ///
    /// 32 events wait here. Then the node waits for this to be read, without any lock: nothing is lost, but it puts off what it
    /// would tell others, wallets among them, and when about ten blocks are put off, it takes no more. So read it all the time,
    /// and put work that takes long into a task of its own.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn notifications(&self) -> Result<Subscription<ChainEvent>, Error> {
        let told = |events| self.0.handle_notifications(Notified(events));
        Subscription::begin_with(ROOM, told).await
    }

    /// Waits until everything is told that has happened until now: see [`Chain::notifications`]. Unless the tip is another
    /// block than `tip`, there is no wait.
    ///
    /// Somebody else has to read the notifications meanwhile.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn wait_for_notifications_if_tip_changed(&self, tip: BlockHash) -> Result<(), Error> {
        let told = (self.0).wait_for_notifications_if_tip_changed(tip.as_bytes());
        Ok(told.await?)
    }
}

/// What the node calls.
pub(super) struct Notified(pub(super) Events<ChainEvent>);

impl generated::ChainNotifications for Notified {
    async fn transaction_added_to_mempool(&self, tx: Vec<u8>) -> Result<(), Exception> {
        let added = ChainEvent::TransactionAdded(Transaction(tx));
        self.0.tell(Ok(added)).await
    }

    async fn transaction_removed_from_mempool(
        &self,
        tx: Vec<u8>,
        reason: i32,
    ) -> Result<(), Exception> {
        let removed = ChainEvent::TransactionRemoved {
            transaction: Transaction(tx),
            reason: reason.into(),
        };
        self.0.tell(Ok(removed)).await
    }

    async fn block_connected(
        &self,
        role: generated::ChainstateRole,
        block: generated::BlockInfo,
    ) -> Result<(), Exception> {
        let connected = BlockInfo::try_from(block).map(|block| ChainEvent::BlockConnected {
            role: role.into(),
            block,
        });
        self.0.tell(connected).await
    }

    async fn block_disconnected(&self, block: generated::BlockInfo) -> Result<(), Exception> {
        let disconnected = BlockInfo::try_from(block).map(ChainEvent::BlockDisconnected);
        self.0.tell(disconnected).await
    }

    async fn updated_block_tip(&self) -> Result<(), Exception> {
        self.0.tell(Ok(ChainEvent::UpdatedTip)).await
    }

    async fn chain_state_flushed(
        &self,
        role: generated::ChainstateRole,
        locator: Vec<u8>,
    ) -> Result<(), Exception> {
        let flushed = Locator::try_from(&locator[..]).map(|locator| ChainEvent::Flushed {
            role: role.into(),
            locator,
        });
        self.0.tell(flushed).await
    }
}
