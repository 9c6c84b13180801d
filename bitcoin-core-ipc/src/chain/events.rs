//! What happens to a chain.

use generated_examples::multiprocess::chain as generated;

use crate::encoded::{Block, Transaction};
use crate::error::Error;
use crate::hash::BlockHash;
use crate::locator::Locator;
use crate::numbered::numbered;
use crate::wire;

/// What a node tells of its chain and its mempool. See [`Chain::notifications`](super::Chain::notifications).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChainEvent {
    /// A transaction came into the mempool.
    TransactionAdded(Transaction),
    /// A transaction left the mempool, without being in a block that came onto the chain.
    TransactionRemoved {
        /// The transaction.
        transaction: Transaction,
        /// Why it left.
        reason: RemovalReason,
    },
    /// A block came onto a chain.
    BlockConnected {
        /// Which of the node's chains.
        role: ChainstateRole,
        /// The block, with its transactions.
        block: BlockInfo,
    },
    /// The last block was taken off the active chain.
    BlockDisconnected(BlockInfo),
    /// The tip of the active chain is another.
    UpdatedTip,
    /// A chain is on disk.
    Flushed {
        /// Which of the node's chains.
        role: ChainstateRole,
        /// Up to which block.
        locator: Locator,
    },
}

numbered! {
    /// Why a transaction left the mempool.
    pub enum RemovalReason {
        /// It had been there for too long.
        Expiry = 0,
        /// The mempool was full.
        SizeLimit = 1,
        /// A block was taken off the chain, on which it depended.
        Reorg = 2,
        /// A block has it.
        Block = 3,
        /// A block spends what it spends.
        Conflict = 4,
        /// Another transaction replaced it.
        Replaced = 5,
    }
}

/// Which of a node's chains something is about: one that starts from a snapshot has two, until all is verified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ChainstateRole {
    /// Whether the chain is fully verified, rather than built on a snapshot that is not yet.
    pub validated: bool,
    /// Whether the chain is the one in the background that verifies the snapshot.
    pub historical: bool,
}

/// A block that came onto a chain, or was taken off it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BlockInfo {
    /// Its hash.
    pub hash: BlockHash,
    /// The block below; none for the first.
    pub prev_hash: Option<BlockHash>,
    /// How many blocks are below it.
    pub height: u32,
    /// The largest time of all blocks up to it, in seconds since 1970.
    pub chain_time_max: u32,
    /// The block itself, where it is at hand.
    pub block: Option<Block>,
    /// What takes it off the chain again, in the node's own encoding, where it is at hand.
    pub undo: Option<Vec<u8>>,
    /// The number of the file that has it, of the node's `blk?????.dat`; none where it is in none.
    pub file_number: Option<u32>,
    /// Where in that file it is, in bytes.
    pub data_position: u32,
}

impl From<generated::ChainstateRole> for ChainstateRole {
    fn from(role: generated::ChainstateRole) -> Self {
        Self {
            validated: role.validated,
            historical: role.historical,
        }
    }
}

impl TryFrom<generated::BlockInfo> for BlockInfo {
    type Error = Error;

    fn try_from(info: generated::BlockInfo) -> Result<Self, Error> {
        Ok(Self {
            hash: BlockHash::try_from(&info.hash[..])?,
            prev_hash: wire::hash_if_any(&info.prev_hash)?,
            height: wire::height(info.height)?,
            chain_time_max: info.chain_time_max,
            block: wire::bytes_if_any(info.data).map(Block),
            undo: wire::bytes_if_any(info.undo_data),
            file_number: u32::try_from(info.file_number).ok(),
            data_position: info.data_pos,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_that_are_not_known_keep_their_number() {
        assert_eq!(RemovalReason::from(5), RemovalReason::Replaced);
        for number in [-1, 6, i32::MAX] {
            let reason = RemovalReason::from(number);
            assert_eq!(reason, RemovalReason::Other(number));
            assert_eq!(i32::from(reason), number);
        }
    }

    #[test]
    fn the_first_block_has_none_below() {
        let info = generated::BlockInfo {
            hash: vec![1; 32],
            height: 0,
            ..generated::BlockInfo::default()
        };
        let read = BlockInfo::try_from(info.clone()).unwrap();
        assert_eq!((read.prev_hash, read.file_number), (None, None));
        assert_eq!((read.block, read.undo), (None, None));
        let nowhere = generated::BlockInfo { height: -1, ..info };
        let error = BlockInfo::try_from(nowhere).unwrap_err();
        assert_eq!(error.to_string(), "the height of a block: -1");
        assert!(BlockInfo::try_from(generated::BlockInfo::default()).is_err());
    }
}
