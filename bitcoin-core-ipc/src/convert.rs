//! Conversions into the types of the crate `bitcoin`, and back.

use bitcoin::consensus::{deserialize, serialize};
use bitcoin::hashes::Hash;

use crate::encoded::{Amount, Block, Header, Transaction, TxOut};
use crate::error::Error;
use crate::hash::{BlockHash, MerkleNode, Txid, Wtxid};
use crate::network::Network;

macro_rules! hashes {
    ($($ours:ty, $theirs:ty;)*) => {$(
        impl From<$ours> for $theirs {
            fn from(hash: $ours) -> Self {
                <$theirs>::from_byte_array(hash.to_byte_array())
            }
        }

        impl From<$theirs> for $ours {
            fn from(hash: $theirs) -> Self {
                <$ours>::from_byte_array(hash.to_byte_array())
            }
        }
    )*};
}

hashes! {
    BlockHash, bitcoin::BlockHash;
    Txid, bitcoin::Txid;
    Wtxid, bitcoin::Wtxid;
    MerkleNode, bitcoin::TxMerkleNode;
}

macro_rules! encoded {
    ($($ours:ident, $theirs:ty, $what:literal;)*) => {$(
        impl TryFrom<&$ours> for $theirs {
            type Error = Error;

            fn try_from(encoded: &$ours) -> Result<Self, Error> {
                deserialize(&encoded.0).map_err(|error| Error::malformed($what, error))
            }
        }

        impl TryFrom<$ours> for $theirs {
            type Error = Error;

            fn try_from(encoded: $ours) -> Result<Self, Error> {
                Self::try_from(&encoded)
            }
        }
    )*};
}

encoded! {
    Block, bitcoin::Block, "a block";
    Header, bitcoin::block::Header, "a block header";
    Transaction, bitcoin::Transaction, "a transaction";
    TxOut, bitcoin::TxOut, "a transaction output";
}

macro_rules! serialized {
    ($($ours:ident, $theirs:ty;)*) => {$(
        impl From<&$theirs> for $ours {
            fn from(value: &$theirs) -> Self {
                Self(serialize(value))
            }
        }

        impl From<$theirs> for $ours {
            fn from(value: $theirs) -> Self {
                Self::from(&value)
            }
        }
    )*};
}

serialized! {
    Block, bitcoin::Block;
    Transaction, bitcoin::Transaction;
    TxOut, bitcoin::TxOut;
}

impl From<&bitcoin::block::Header> for Header {
    fn from(header: &bitcoin::block::Header) -> Self {
        let mut bytes = [0; 80];
        bytes.copy_from_slice(&serialize(header));
        Self(bytes)
    }
}

impl From<bitcoin::block::Header> for Header {
    fn from(header: bitcoin::block::Header) -> Self {
        Self::from(&header)
    }
}

impl TryFrom<Amount> for bitcoin::Amount {
    type Error = Error;

    fn try_from(amount: Amount) -> Result<Self, Error> {
        u64::try_from(amount.0)
            .map(Self::from_sat)
            .map_err(|_| Error::malformed("an amount", format_args!("{amount} is negative")))
    }
}

impl TryFrom<bitcoin::Amount> for Amount {
    type Error = Error;

    fn try_from(amount: bitcoin::Amount) -> Result<Self, Error> {
        i64::try_from(amount.to_sat())
            .map(Self)
            .map_err(|_| Error::malformed("an amount", format_args!("{amount} is too much")))
    }
}

impl From<Amount> for bitcoin::SignedAmount {
    fn from(amount: Amount) -> Self {
        Self::from_sat(amount.0)
    }
}

impl From<bitcoin::Network> for Network {
    fn from(network: bitcoin::Network) -> Self {
        match network {
            bitcoin::Network::Bitcoin => Self::Mainnet,
            bitcoin::Network::Testnet => Self::Testnet3,
            bitcoin::Network::Testnet4 => Self::Testnet4,
            bitcoin::Network::Signet => Self::Signet,
            bitcoin::Network::Regtest => Self::Regtest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_and_blocks_come_back_the_same() {
        let block = bitcoin::constants::genesis_block(bitcoin::Network::Regtest);
        let hash = BlockHash::from(block.block_hash());
        assert_eq!(hash.to_string(), block.block_hash().to_string());
        assert_eq!(bitcoin::BlockHash::from(hash), block.block_hash());

        let header = Header::from(&block.header);
        assert_eq!(header.time(), block.header.time);
        assert_eq!(header.nonce(), block.header.nonce);
        assert_eq!(header.bits(), block.header.bits.to_consensus());
        assert_eq!(header.merkle_root(), block.header.merkle_root.into());
        assert_eq!(
            bitcoin::Block::try_from(Block::from(&block)).unwrap(),
            block
        );
    }

    #[test]
    fn damaged_blocks_are_errors() {
        let error = bitcoin::Block::try_from(Block(vec![1; 10])).unwrap_err();
        assert!(error.to_string().starts_with("a block: "), "{error}");
        assert!(bitcoin::Amount::try_from(Amount(-1)).is_err());
    }
}
