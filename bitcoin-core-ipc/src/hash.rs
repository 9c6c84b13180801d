//! Hashes that name things.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Error;

macro_rules! hash {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        ///
        /// It is shown and parsed as people write it, and as JSON-RPC has it: in hexadecimal, the last byte first. The
        /// default is all zero, which names nothing.
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name([u8; 32]);

        impl $name {
            /// From the 32 bytes in internal order, as they are hashed and sent.
            pub const fn from_byte_array(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// The 32 bytes in internal order.
            pub const fn to_byte_array(self) -> [u8; 32] {
                self.0
            }

            /// The 32 bytes in internal order.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_reversed(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_reversed(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self, Error> {
                read_reversed(text)
                    .map(Self)
                    .ok_or_else(|| Error::malformed($what, "not 64 hexadecimal digits"))
            }
        }

        impl TryFrom<String> for $name {
            type Error = Error;

            fn try_from(text: String) -> Result<Self, Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(hash: $name) -> Self {
                hash.to_string()
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = Error;

            fn try_from(bytes: &[u8]) -> Result<Self, Error> {
                <[u8; 32]>::try_from(bytes).map(Self).map_err(|_| {
                    Error::malformed($what, format_args!("{} bytes instead of 32", bytes.len()))
                })
            }
        }
    };
}

hash!(
    /// The hash of a block.
    BlockHash,
    "a block hash"
);
hash!(
    /// The id of a transaction: the hash of it without its witnesses.
    Txid,
    "a txid"
);
hash!(
    /// The witness id of a transaction: the hash of it with its witnesses.
    Wtxid,
    "a wtxid"
);
hash!(
    /// A node of a Merkle tree of transactions.
    MerkleNode,
    "a hash of a Merkle tree"
);

fn write_reversed(bytes: &[u8; 32], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes
        .iter()
        .rev()
        .try_for_each(|byte| write!(f, "{byte:02x}"))
}

fn read_reversed(text: &str) -> Option<[u8; 32]> {
    let (digits, []) = text.as_bytes().as_chunks::<2>() else {
        return None;
    };
    if digits.len() != 32 {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, [high, low]) in bytes.iter_mut().rev().zip(digits) {
        let digit = |digit: u8| char::from(digit).to_digit(16);
        *byte = u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GENESIS: &str = "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206";

    #[test]
    fn shows_the_last_byte_first() {
        let hash: BlockHash = GENESIS.parse().unwrap();
        assert_eq!(hash.as_bytes()[..3], [0x06, 0x22, 0x6e]);
        assert_eq!(hash.to_string(), GENESIS);
        assert_eq!(BlockHash::from_byte_array(hash.to_byte_array()), hash);
    }

    #[test]
    fn json_has_it_as_people_do() {
        let hash: BlockHash = GENESIS.parse().unwrap();
        let json = serde_json::to_value(hash).unwrap();
        assert_eq!(json, GENESIS);
        assert_eq!(serde_json::from_value::<BlockHash>(json).unwrap(), hash);
        assert!(serde_json::from_str::<Txid>("\"00\"").is_err());
    }

    #[test]
    fn refuses_what_is_no_hash() {
        let long = format!("{GENESIS}00");
        for text in ["", "00", &GENESIS[1..], &long, &GENESIS.replace('0', "+")] {
            assert!(text.parse::<Txid>().is_err(), "{text}");
        }
        let error = BlockHash::try_from(&[0; 31][..]).unwrap_err();
        assert_eq!(error.to_string(), "a block hash: 31 bytes instead of 32");
    }
}
