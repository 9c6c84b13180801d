//! What one can subscribe to.

use std::fmt;
use std::str::FromStr;

/// A topic of Bitcoin Core's notifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// The hash of each new tip of the chain.
    HashBlock,
    /// Each new tip as a whole block.
    RawBlock,
    /// The ids of transactions that enter the mempool, a block, or leave a block.
    HashTx,
    /// The same transactions as a whole.
    RawTx,
    /// Blocks connected and disconnected, transactions that enter and leave the mempool, in one order.
    Sequence,
}

impl Topic {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::HashBlock,
        Self::RawBlock,
        Self::HashTx,
        Self::RawTx,
        Self::Sequence,
    ];

    /// Its name, which is the first part of its messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HashBlock => "hashblock",
            Self::RawBlock => "rawblock",
            Self::HashTx => "hashtx",
            Self::RawTx => "rawtx",
            Self::Sequence => "sequence",
        }
    }

    pub(crate) fn from_name(name: &[u8]) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|topic| topic.name().as_bytes() == name)
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Topic {
    type Err = UnknownTopic;

    fn from_str(name: &str) -> Result<Self, UnknownTopic> {
        Self::from_name(name.as_bytes()).ok_or_else(|| UnknownTopic(name.to_owned()))
    }
}

/// A name that no topic has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no topic {0:?}; there are hashblock, rawblock, hashtx, rawtx and sequence")]
pub struct UnknownTopic(String);
