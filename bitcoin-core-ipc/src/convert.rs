//! Conversions into the types of the crate `bitcoin`, and back.

use bitcoin::consensus::{deserialize, serialize};
use bitcoin::hashes::Hash;

use crate::encoded::{Amount, Block, Header, Transaction, TxOut};
use crate::error::Error;
use crate::fee_rate::FeeRate;
use crate::hash::{BlockHash, MerkleNode, Txid, Wtxid};
use crate::network::Network;
use crate::out_point::OutPoint;
use crate::script::ScriptBuf;

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

/// Rounded up to a whole number of satoshi for 1,000 weight units, so that fees at that rate are enough.
impl TryFrom<FeeRate> for bitcoin::FeeRate {
    type Error = Error;

    fn try_from(rate: FeeRate) -> Result<Self, Error> {
        u64::try_from(rate.to_sat_per_kvb())
            .map(|satoshi| Self::from_sat_per_kwu(satoshi.div_ceil(WEIGHT_OF_VB)))
            .map_err(|_| Error::malformed("a fee rate", format_args!("{rate} is negative")))
    }
}

impl TryFrom<bitcoin::FeeRate> for FeeRate {
    type Error = Error;

    fn try_from(rate: bitcoin::FeeRate) -> Result<Self, Error> {
        let satoshi = rate.to_sat_per_kwu().checked_mul(WEIGHT_OF_VB);
        satoshi
            .and_then(|satoshi| i64::try_from(satoshi).ok())
            .map(Self::from_sat_per_kvb)
            .ok_or_else(|| Error::malformed("a fee rate", format_args!("{rate} is too much")))
    }
}

/// How many weight units a virtual byte has.
const WEIGHT_OF_VB: u64 = 4;

impl From<OutPoint> for bitcoin::OutPoint {
    fn from(outpoint: OutPoint) -> Self {
        Self::new(outpoint.txid.into(), outpoint.vout)
    }
}

impl From<bitcoin::OutPoint> for OutPoint {
    fn from(outpoint: bitcoin::OutPoint) -> Self {
        Self {
            txid: outpoint.txid.into(),
            vout: outpoint.vout,
        }
    }
}

impl From<ScriptBuf> for bitcoin::ScriptBuf {
    fn from(script: ScriptBuf) -> Self {
        Self::from_bytes(script.0)
    }
}

impl From<bitcoin::ScriptBuf> for ScriptBuf {
    fn from(script: bitcoin::ScriptBuf) -> Self {
        Self(script.into_bytes())
    }
}

impl From<&bitcoin::Script> for ScriptBuf {
    fn from(script: &bitcoin::Script) -> Self {
        Self(script.to_bytes())
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
    fn fee_rates_outpoints_and_scripts_come_back_the_same() {
        let rate = bitcoin::FeeRate::from_sat_per_kwu(750);
        let ours = FeeRate::try_from(rate).unwrap();
        assert_eq!(ours, FeeRate::from_sat_per_vb(3));
        assert_eq!(bitcoin::FeeRate::try_from(ours).unwrap(), rate);
        let uneven = bitcoin::FeeRate::try_from(FeeRate::from_sat_per_kvb(1001)).unwrap();
        assert_eq!(uneven.to_sat_per_kwu(), 251);
        assert!(bitcoin::FeeRate::try_from(FeeRate::from_sat_per_kvb(-1)).is_err());
        assert!(FeeRate::try_from(bitcoin::FeeRate::MAX).is_err());

        let outpoint = bitcoin::OutPoint::null();
        let ours = OutPoint::from(outpoint);
        assert_eq!(bitcoin::OutPoint::from(ours), outpoint);
        assert_eq!(ours.to_byte_array()[..], serialize(&outpoint));
        assert_eq!(ours.to_string(), outpoint.to_string());

        let script = bitcoin::ScriptBuf::from_bytes(vec![0x51]);
        assert_eq!(ScriptBuf::from(script.as_script()), ScriptBuf(vec![0x51]));
        assert_eq!(
            bitcoin::ScriptBuf::from(ScriptBuf::from(script.clone())),
            script
        );
    }

    #[test]
    fn damaged_blocks_are_errors() {
        let error = bitcoin::Block::try_from(Block(vec![1; 10])).unwrap_err();
        assert!(error.to_string().starts_with("a block: "), "{error}");
        assert!(bitcoin::Amount::try_from(Amount(-1)).is_err());
    }
}
