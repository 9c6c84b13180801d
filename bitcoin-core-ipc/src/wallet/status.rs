//! How far a transaction is.

use generated_examples::multiprocess::wallet::WalletTxStatus;

use super::WalletTransaction;

/// How far a transaction is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransactionStatus {
    /// The height of the block that has it, or that has a transaction which conflicts with it; none if no block has.
    pub block_height: Option<u32>,
    /// How many blocks are missing until a coinbase transaction can be spent.
    pub blocks_to_maturity: u32,
    /// How many confirmations it has. Less than 0: it conflicts with one that has so many.
    pub depth: i32,
    /// When the wallet learnt of it, in seconds since 1970.
    pub time_received: u32,
    /// Its lock time.
    pub lock_time: u32,
    /// Whether the wallet relies on it.
    pub is_trusted: bool,
    /// Whether it was given up.
    pub is_abandoned: bool,
    /// Whether it is the coinbase transaction of a block.
    pub is_coinbase: bool,
    /// Whether a block of the active chain has it.
    pub is_in_main_chain: bool,
}

/// How far a transaction is, and the tip as the wallet knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransactionUpdate {
    /// How far it is.
    pub status: TransactionStatus,
    /// The height of the tip; none before the wallet has seen a block.
    pub tip_height: Option<u32>,
    /// The time of the tip, in seconds since 1970; -1 if it is not known.
    pub tip_time: i64,
}

/// A transaction with all that the wallet knows of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransactionDetails {
    /// The transaction.
    pub transaction: WalletTransaction,
    /// How far it is.
    pub status: TransactionStatus,
    /// What the wallet was told about its purpose when it was committed, by name.
    pub order_form: Vec<(String, String)>,
    /// Whether it is in the mempool.
    pub in_mempool: bool,
    /// The height of the tip; none before the wallet has seen a block.
    pub tip_height: Option<u32>,
}

impl From<WalletTxStatus> for TransactionStatus {
    fn from(status: WalletTxStatus) -> Self {
        // The greatest number stands for no block.
        let height = Some(status.block_height).filter(|height| *height != i32::MAX);
        Self {
            block_height: height.and_then(|height| u32::try_from(height).ok()),
            blocks_to_maturity: u32::try_from(status.blocks_to_maturity).unwrap_or_default(),
            depth: status.depth_in_main_chain,
            time_received: status.time_received,
            lock_time: status.lock_time,
            is_trusted: status.is_trusted,
            is_abandoned: status.is_abandoned,
            is_coinbase: status.is_coinbase,
            is_in_main_chain: status.is_in_main_chain,
        }
    }
}
