//! The JSON form of our types in code that `ipc-gen` generates for JSON-RPC: the one that bitcoind's users know.

use std::fmt;

use ipc_json_rpc::{JsonValue, Side, rt};
use ipc_runtime::{CustomValue, Exception, ExceptionKind};
use serde_json::Value;

use crate::encoded::{Block, Header, Transaction, TxOut};
use crate::fee_rate::FeeRate;
use crate::hash::{BlockHash, MerkleNode, Txid, Wtxid};
use crate::locator::Locator;
use crate::out_point::OutPoint;
use crate::script::ScriptBuf;

fn malformed(error: impl fmt::Display) -> Exception {
    Exception::new(ExceptionKind::Malformed, error)
}

macro_rules! hashes {
    ($($name:ident)*) => {$(
        /// 64 hexadecimal digits, the last byte first.
        impl JsonValue for $name {
            fn to_json(&self, _side: Side<'_>) -> Result<Value, Exception> {
                Ok(Value::from(self.to_string()))
            }

            fn from_json(value: Value, side: Side<'_>) -> Result<Self, Exception> {
                String::from_json(value, side)?.parse().map_err(malformed)
            }
        }
    )*};
}

hashes!(BlockHash Txid Wtxid MerkleNode);

macro_rules! bytes {
    ($($name:ident)*) => {$(
        /// The bytes of the network's encoding, in hexadecimal.
        impl JsonValue for $name {
            fn to_json(&self, side: Side<'_>) -> Result<Value, Exception> {
                u8::list_to_json(&self.0, side)
            }

            fn from_json(value: Value, side: Side<'_>) -> Result<Self, Exception> {
                Self::from_wire(&u8::list_from_json(value, side)?).map_err(malformed)
            }
        }
    )*};
}

bytes!(Block Header ScriptBuf Transaction TxOut);

/// An object: `{"txid": "…", "vout": 0}`.
impl JsonValue for OutPoint {
    fn to_json(&self, side: Side<'_>) -> Result<Value, Exception> {
        let fields = rt::write(side).put("txid", &self.txid)?;
        Ok(fields.put("vout", &self.vout)?.end())
    }

    fn from_json(value: Value, side: Side<'_>) -> Result<Self, Exception> {
        let mut fields = rt::read(value, side)?;
        let (txid, vout) = (fields.need("txid")?, fields.need("vout")?);
        fields.end(Self { txid, vout })
    }
}

/// An array of the hashes.
impl JsonValue for Locator {
    fn to_json(&self, side: Side<'_>) -> Result<Value, Exception> {
        self.0.to_json(side)
    }

    fn from_json(value: Value, side: Side<'_>) -> Result<Self, Exception> {
        Vec::from_json(value, side).map(Self)
    }
}

/// Satoshi for 1,000 virtual bytes, a whole number as all amounts in Bitcoin Core's schemas.
impl JsonValue for FeeRate {
    fn to_json(&self, side: Side<'_>) -> Result<Value, Exception> {
        self.to_sat_per_kvb().to_json(side)
    }

    fn from_json(value: Value, side: Side<'_>) -> Result<Self, Exception> {
        i64::from_json(value, side).map(Self::from_sat_per_kvb)
    }
}
