//! What messages say, and how it is written.

use bitcoin_core_ipc::{Block, BlockHash, Transaction, Txid};

use crate::error::MessageError;
use crate::topic::Topic;

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Notification {
    /// The new tip of the chain.
    HashBlock(BlockHash),
    /// The new tip of the chain as a whole block.
    RawBlock(Block),
    /// A transaction that entered the mempool or a block, or left a block.
    HashTx(Txid),
    /// The same as a whole transaction.
    RawTx(Transaction),
    /// A step of the chain or the mempool.
    Sequence(Sequence),
}

/// A step of the chain or the mempool.
///
/// Mempool sequences are those of the node's RPC method `getrawmempool` with `mempool_sequence`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sequence {
    /// A block was put on the chain.
    BlockConnected(BlockHash),
    /// A block was taken from the chain.
    BlockDisconnected(BlockHash),
    /// A transaction entered the mempool.
    TransactionAdded {
        /// Which one.
        txid: Txid,
        /// The number of this change of the mempool.
        mempool_sequence: u64,
    },
    /// A transaction left the mempool, and not for a block.
    TransactionRemoved {
        /// Which one.
        txid: Txid,
        /// The number of this change of the mempool.
        mempool_sequence: u64,
    },
}

/// How long a hash and a label are.
const LABELLED: usize = 33;

impl Notification {
    /// Its topic.
    pub fn topic(&self) -> Topic {
        match self {
            Self::HashBlock(_) => Topic::HashBlock,
            Self::RawBlock(_) => Topic::RawBlock,
            Self::HashTx(_) => Topic::HashTx,
            Self::RawTx(_) => Topic::RawTx,
            Self::Sequence(_) => Topic::Sequence,
        }
    }

    /// The second part of its message. Hashes are sent in the order in which people write them, the last byte first.
    pub(crate) fn body(&self) -> Vec<u8> {
        match self {
            Self::HashBlock(hash) => reversed(hash.as_bytes()).to_vec(),
            Self::RawBlock(block) => block.0.clone(),
            Self::HashTx(txid) => reversed(txid.as_bytes()).to_vec(),
            Self::RawTx(transaction) => transaction.0.clone(),
            Self::Sequence(sequence) => sequence.body(),
        }
    }

    /// Reads the second part of a message.
    pub(crate) fn read(topic: Topic, body: Vec<u8>) -> Result<Self, MessageError> {
        let hash = |body: &[u8]| match body.try_into() {
            Ok(bytes) => Ok(reversed(bytes)),
            Err(_) => Err(MessageError::Length {
                topic,
                length: body.len(),
                expected: "32",
            }),
        };
        Ok(match topic {
            Topic::HashBlock => Self::HashBlock(BlockHash::from_byte_array(hash(&body)?)),
            Topic::RawBlock => Self::RawBlock(Block(body)),
            Topic::HashTx => Self::HashTx(Txid::from_byte_array(hash(&body)?)),
            Topic::RawTx => Self::RawTx(Transaction(body)),
            Topic::Sequence => Self::Sequence(Sequence::read(&body)?),
        })
    }
}

impl Sequence {
    fn body(&self) -> Vec<u8> {
        let (hash, label, number) = match self {
            Self::BlockConnected(hash) => (hash.as_bytes(), b'C', None),
            Self::BlockDisconnected(hash) => (hash.as_bytes(), b'D', None),
            Self::TransactionAdded {
                txid,
                mempool_sequence,
            } => (txid.as_bytes(), b'A', Some(mempool_sequence)),
            Self::TransactionRemoved {
                txid,
                mempool_sequence,
            } => (txid.as_bytes(), b'R', Some(mempool_sequence)),
        };
        let mut body = reversed(hash).to_vec();
        body.push(label);
        body.extend(number.into_iter().flat_map(|number| number.to_le_bytes()));
        body
    }

    fn read(body: &[u8]) -> Result<Self, MessageError> {
        let wrong = |expected| MessageError::Length {
            topic: Topic::Sequence,
            length: body.len(),
            expected,
        };
        let Some((hash, [label, number @ ..])) = body.split_first_chunk::<32>() else {
            return Err(wrong("33 or 41"));
        };
        let hash = reversed(hash);
        let block = || match body.len() {
            LABELLED => Ok(BlockHash::from_byte_array(hash)),
            _ => Err(wrong("33, with the labels C and D")),
        };
        let transaction = || match number.try_into() {
            Ok(number) => Ok((Txid::from_byte_array(hash), u64::from_le_bytes(number))),
            Err(_) => Err(wrong("41, with the labels R and A")),
        };
        match label {
            b'C' => block().map(Self::BlockConnected),
            b'D' => block().map(Self::BlockDisconnected),
            b'A' => transaction().map(|(txid, mempool_sequence)| Self::TransactionAdded {
                txid,
                mempool_sequence,
            }),
            b'R' => transaction().map(|(txid, mempool_sequence)| Self::TransactionRemoved {
                txid,
                mempool_sequence,
            }),
            other => Err(MessageError::Label(*other)),
        }
    }
}

fn reversed(bytes: &[u8; 32]) -> [u8; 32] {
    let mut reversed = *bytes;
    reversed.reverse();
    reversed
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206";

    fn every_kind() -> [Notification; 8] {
        let hash: BlockHash = HASH.parse().unwrap();
        let txid: Txid = HASH.parse().unwrap();
        let mempool_sequence = 0x0102_0304_0506_0708;
        [
            Notification::HashBlock(hash),
            Notification::RawBlock(Block(vec![1, 2, 3])),
            Notification::HashTx(txid),
            Notification::RawTx(Transaction(vec![4, 5])),
            Notification::Sequence(Sequence::BlockConnected(hash)),
            Notification::Sequence(Sequence::BlockDisconnected(hash)),
            Notification::Sequence(Sequence::TransactionAdded {
                txid,
                mempool_sequence,
            }),
            Notification::Sequence(Sequence::TransactionRemoved {
                txid,
                mempool_sequence,
            }),
        ]
    }

    #[test]
    fn what_is_written_is_read() {
        for notification in every_kind() {
            let read = Notification::read(notification.topic(), notification.body());
            assert_eq!(read, Ok(notification));
        }
    }

    #[test]
    fn hashes_are_sent_as_people_write_them() {
        let hex = |bytes: &[u8]| -> String { bytes.iter().map(|b| format!("{b:02x}")).collect() };
        let [hash_block, .., added, _] = every_kind();
        assert_eq!(hex(&hash_block.body()), HASH);
        assert_eq!(hex(&added.body()), format!("{HASH}410807060504030201"));
    }

    #[test]
    fn says_what_is_wrong_with_a_body() {
        let error = |topic, body: &[u8]| {
            let read = Notification::read(topic, body.to_vec());
            read.unwrap_err().to_string()
        };
        let labelled = |label: u8, more: usize| {
            let mut body = vec![0; 32];
            body.push(label);
            body.resize(LABELLED + more, 0);
            error(Topic::Sequence, &body)
        };
        assert_eq!(
            error(Topic::HashBlock, &[0; 31]),
            "the body of hashblock has 31 bytes instead of 32"
        );
        assert_eq!(
            error(Topic::Sequence, &[0; 32]),
            "the body of sequence has 32 bytes instead of 33 or 41"
        );
        assert_eq!(
            labelled(b'C', 8),
            "the body of sequence has 41 bytes instead of 33, with the labels C and D"
        );
        assert_eq!(
            labelled(b'A', 7),
            "the body of sequence has 40 bytes instead of 41, with the labels R and A"
        );
        assert_eq!(
            labelled(b'X', 0),
            "sequence has no label \"X\", only C, D, R and A"
        );
    }
}
