//! Serde's form of what the network encodes: its bytes in hexadecimal.

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};

use crate::encoded::{Block, Header, Transaction, TxOut};
use crate::script::ScriptBuf;

macro_rules! hexadecimal {
    ($($name:ident)*) => {$(
        /// The bytes of the network's encoding, in hexadecimal.
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&hex::encode(&self.0))
            }
        }

        /// Reads hexadecimal digits, with `0x` before them or not.
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let digits = Cow::<str>::deserialize(deserializer)?;
                let bytes = hex::decode(&*digits).map_err(D::Error::custom)?;
                Self::try_from(&bytes[..]).map_err(D::Error::custom)
            }
        }
    )*};
}

hexadecimal!(Block Header ScriptBuf Transaction TxOut);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_digits() {
        let json = serde_json::to_string(&Transaction(vec![0, 0xab])).unwrap();
        assert_eq!(json, "\"00ab\"");
        let read: Transaction = serde_json::from_str("\"0x00AB\"").unwrap();
        assert_eq!(read, Transaction(vec![0, 0xab]));
        let header = Header(std::array::from_fn(|at| u8::try_from(at).unwrap()));
        let json = serde_json::to_value(header).unwrap();
        assert_eq!(serde_json::from_value::<Header>(json).unwrap(), header);
        let script: ScriptBuf = serde_json::from_str("\"\"").unwrap();
        assert!(script.0.is_empty());
    }

    #[test]
    fn what_is_none_is_refused() {
        let refusal = |json| serde_json::from_str::<Block>(json).unwrap_err().to_string();
        assert_eq!(refusal("\"\""), "a block: there are no bytes");
        assert!(refusal("\"0\"").contains("odd"), "{}", refusal("\"0\""));
        assert!(refusal("\"xy\"").contains("invalid character"));
        assert!(refusal("7").contains("expected a string"));
        let short = serde_json::from_str::<Header>("\"00\"").unwrap_err();
        assert_eq!(short.to_string(), "a block header: 1 bytes instead of 80");
    }
}
