//! What happens in a node, and what it publishes then.

use bitcoin_core_ipc::{Block, BlockHash, Transaction, Txid};

use crate::notification::{Notification, Sequence};

/// What happens in a node.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// The tip of the chain is another block now.
    Tip {
        /// Its hash.
        hash: BlockHash,
        /// The whole block, where it is known.
        block: Option<Block>,
    },
    /// A block was put on the chain.
    BlockConnected {
        /// Its hash.
        hash: BlockHash,
        /// Its transactions, in their order.
        transactions: Vec<(Txid, Transaction)>,
    },
    /// A block was taken from the chain.
    BlockDisconnected {
        /// Its hash.
        hash: BlockHash,
        /// Its transactions, in their order.
        transactions: Vec<(Txid, Transaction)>,
    },
    /// A transaction entered the mempool.
    TransactionAdded {
        /// Its id.
        txid: Txid,
        /// The transaction.
        transaction: Transaction,
        /// The number of this change of the mempool, where it is known.
        mempool_sequence: Option<u64>,
    },
    /// A transaction left the mempool, and not for a block.
    TransactionRemoved {
        /// Its id.
        txid: Txid,
        /// The number of this change of the mempool, where it is known.
        mempool_sequence: Option<u64>,
    },
}

impl Event {
    /// What Bitcoin Core publishes for it, in this order: what is known of that.
    pub fn notifications(self) -> impl Iterator<Item = Notification> + Send {
        let mut transactions = Vec::new();
        let mut last = Vec::new();
        match self {
            Self::Tip { hash, block } => {
                last.push(Notification::HashBlock(hash));
                last.extend(block.map(Notification::RawBlock));
            }
            Self::BlockConnected {
                hash,
                transactions: all,
            } => {
                transactions = all;
                last.push(Notification::Sequence(Sequence::BlockConnected(hash)));
            }
            Self::BlockDisconnected {
                hash,
                transactions: all,
            } => {
                transactions = all;
                last.push(Notification::Sequence(Sequence::BlockDisconnected(hash)));
            }
            Self::TransactionAdded {
                txid,
                transaction,
                mempool_sequence,
            } => {
                transactions.push((txid, transaction));
                last.extend(mempool_sequence.map(|mempool_sequence| {
                    Notification::Sequence(Sequence::TransactionAdded {
                        txid,
                        mempool_sequence,
                    })
                }));
            }
            Self::TransactionRemoved {
                txid,
                mempool_sequence,
            } => last.extend(mempool_sequence.map(|mempool_sequence| {
                Notification::Sequence(Sequence::TransactionRemoved {
                    txid,
                    mempool_sequence,
                })
            })),
        }
        transactions
            .into_iter()
            .flat_map(|(txid, transaction)| {
                [Notification::HashTx(txid), Notification::RawTx(transaction)]
            })
            .chain(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topic::Topic;

    #[test]
    fn a_block_tells_of_its_transactions_first() {
        let transaction = |number| {
            let txid = Txid::from_byte_array([number; 32]);
            (txid, Transaction(vec![number]))
        };
        let event = Event::BlockConnected {
            hash: BlockHash::from_byte_array([9; 32]),
            transactions: vec![transaction(1), transaction(2)],
        };
        let topics: Vec<_> = event.notifications().map(|it| it.topic()).collect();
        use Topic::{HashTx, RawTx, Sequence};
        assert_eq!(topics, [HashTx, RawTx, HashTx, RawTx, Sequence]);
    }

    #[test]
    fn a_tip_without_its_block_is_a_hash() {
        let hash = BlockHash::from_byte_array([9; 32]);
        let event = Event::Tip { hash, block: None };
        let all: Vec<_> = event.notifications().collect();
        assert_eq!(all, [Notification::HashBlock(hash)]);
    }
}
