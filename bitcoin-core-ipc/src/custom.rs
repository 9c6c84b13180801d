//! Our types in the place of Data, in code that `ipc-gen` generates.

use std::borrow::Cow;

use ipc_runtime::CustomValue;

use crate::encoded::{Block, Header, Transaction, TxOut};
use crate::fee_rate::FeeRate;
use crate::hash::{BlockHash, MerkleNode, Txid, Wtxid};
use crate::locator::Locator;
use crate::out_point::OutPoint;
use crate::script::ScriptBuf;

macro_rules! custom {
    ($($name:ident: |$value:ident| $write:expr;)*) => {$(
        /// The bytes that nodes have for it.
        impl CustomValue<[u8]> for $name {
            type Error = <Self as TryFrom<&'static [u8]>>::Error;

            fn from_wire(bytes: &[u8]) -> Result<Self, Self::Error> {
                Self::try_from(bytes)
            }

            fn to_wire(&self) -> Cow<'_, [u8]> {
                let $value = self;
                Cow::from($write)
            }
        }
    )*};
}

custom! {
    BlockHash: |hash| &hash.as_bytes()[..];
    Txid: |hash| &hash.as_bytes()[..];
    Wtxid: |hash| &hash.as_bytes()[..];
    MerkleNode: |hash| &hash.as_bytes()[..];
    Block: |block| &block.0;
    Transaction: |transaction| &transaction.0;
    TxOut: |output| &output.0;
    Header: |header| &header.0[..];
    ScriptBuf: |script| &script.0;
    OutPoint: |output| output.to_byte_array().to_vec();
    Locator: |locator| locator.to_bytes();
    FeeRate: |rate| rate.to_byte_array().to_vec();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comes_back<T: CustomValue<[u8]> + PartialEq>(value: &T) -> Vec<u8> {
        let wire = value.to_wire().into_owned();
        let Ok(read) = T::from_wire(&wire) else {
            panic!("{value:?} was not read");
        };
        assert_eq!(read, *value);
        wire
    }

    #[test]
    fn messages_have_the_bytes_of_the_network() {
        let bytes: [u8; 32] = std::array::from_fn(|at| u8::try_from(at).unwrap());
        let hash = BlockHash::from_byte_array(bytes);
        assert_eq!(comes_back(&hash), bytes);
        comes_back(&Wtxid::from_byte_array(bytes));
        comes_back(&MerkleNode::from_byte_array(bytes));
        let txid = Txid::from_byte_array(bytes);
        assert_eq!(comes_back(&OutPoint { txid, vout: 1 }).len(), 36);
        assert_eq!(comes_back(&Block(vec![1, 2])), [1, 2]);
        comes_back(&Transaction(vec![1]));
        comes_back(&TxOut(vec![1]));
        comes_back(&Header([7; 80]));
        assert!(comes_back(&ScriptBuf::default()).is_empty());
        comes_back(&Locator(vec![hash; 2]));
        comes_back(&FeeRate::from_sat_per_kvb(1000));
    }

    #[test]
    fn what_is_none_is_refused() {
        fn refusal<T: CustomValue<[u8]>>(length: usize) -> String {
            T::from_wire(&vec![1; length]).unwrap_err().to_string()
        }
        assert_eq!(refusal::<Txid>(31), "a txid: 31 bytes instead of 32");
        assert_eq!(
            refusal::<BlockHash>(0),
            "a block hash: 0 bytes instead of 32"
        );
        assert_eq!(
            refusal::<Header>(81),
            "a block header: 81 bytes instead of 80"
        );
        assert_eq!(
            refusal::<OutPoint>(32),
            "an outpoint: 32 bytes instead of 36"
        );
        assert_eq!(refusal::<Block>(0), "a block: there are no bytes");
        assert_eq!(
            refusal::<Transaction>(0),
            "a transaction: there are no bytes"
        );
        assert_eq!(
            refusal::<TxOut>(0),
            "a transaction output: there are no bytes"
        );
    }
}
