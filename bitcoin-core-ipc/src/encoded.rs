//! Blocks, headers and transactions as the network encodes them, and amounts.

use std::fmt;

use crate::error::Error;
use crate::hash::{BlockHash, MerkleNode};

/// A whole block in the network's encoding, with witnesses.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Block(pub Vec<u8>);

/// A transaction in the network's encoding, with witnesses.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Transaction(pub Vec<u8>);

impl Transaction {
    /// The bytes, where there are any: for a multiprocess node none is a null pointer, by which it would end.
    pub(crate) fn some_bytes(self) -> Result<Vec<u8>, Error> {
        match self.0.is_empty() {
            true => Err(Error::malformed("a transaction", "it has no bytes")),
            false => Ok(self.0),
        }
    }
}

/// A transaction output in the network's encoding: amount and script.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TxOut(pub Vec<u8>);

macro_rules! not_empty {
    ($($name:ident, $what:literal;)*) => {$(
        /// Any bytes but none. They are not read.
        impl TryFrom<&[u8]> for $name {
            type Error = Error;

            fn try_from(bytes: &[u8]) -> Result<Self, Error> {
                match bytes {
                    [] => Err(Error::malformed($what, "there are no bytes")),
                    bytes => Ok(Self(bytes.to_vec())),
                }
            }
        }
    )*};
}

not_empty! {
    Block, "a block";
    Transaction, "a transaction";
    TxOut, "a transaction output";
}

/// A block header in the network's encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Header(pub [u8; 80]);

impl Header {
    /// The version.
    pub fn version(&self) -> u32 {
        self.number(0)
    }

    /// The block below.
    pub fn prev_block(&self) -> BlockHash {
        BlockHash::from_byte_array(self.hash(4))
    }

    /// The root of the transactions' Merkle tree.
    pub fn merkle_root(&self) -> MerkleNode {
        MerkleNode::from_byte_array(self.hash(36))
    }

    /// The time, in seconds since 1970.
    pub fn time(&self) -> u32 {
        self.number(68)
    }

    /// The target that the header's hash has to reach, in its short form.
    pub fn bits(&self) -> u32 {
        self.number(72)
    }

    /// The number that miners change.
    pub fn nonce(&self) -> u32 {
        self.number(76)
    }

    fn number(&self, at: usize) -> u32 {
        let mut bytes = [0; 4];
        bytes.copy_from_slice(&self.0[at..at + 4]);
        u32::from_le_bytes(bytes)
    }

    fn hash(&self, at: usize) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(&self.0[at..at + 32]);
        bytes
    }
}

impl TryFrom<&[u8]> for Header {
    type Error = Error;

    fn try_from(bytes: &[u8]) -> Result<Self, Error> {
        <[u8; 80]>::try_from(bytes).map(Self).map_err(|_| {
            let reason = format_args!("{} bytes instead of 80", bytes.len());
            Error::malformed("a block header", reason)
        })
    }
}

/// An amount of money, in satoshi.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(pub i64);

impl Amount {
    /// All the money that there can be.
    pub const MAX_MONEY: Self = Self(21_000_000 * 100_000_000);
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} sat", self.0)
    }
}
