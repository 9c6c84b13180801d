//! Which output of which transaction.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::hash::Txid;

/// An output of a transaction.
///
/// It is shown and parsed as `TXID:INDEX`. With serde it is an object: `{"txid": "…", "vout": 0}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
pub struct OutPoint {
    /// The transaction.
    pub txid: Txid,
    /// The index of the output, from 0.
    pub vout: u32,
}

impl OutPoint {
    /// How long the network's encoding is.
    const LENGTH: usize = 36;

    /// The network's encoding: the txid in internal order, and the index with its lowest byte first.
    pub fn to_byte_array(self) -> [u8; 36] {
        let mut bytes = [0; Self::LENGTH];
        bytes[..32].copy_from_slice(self.txid.as_bytes());
        bytes[32..].copy_from_slice(&self.vout.to_le_bytes());
        bytes
    }
}

impl TryFrom<&[u8]> for OutPoint {
    type Error = Error;

    fn try_from(bytes: &[u8]) -> Result<Self, Error> {
        let malformed = || {
            let reason = format_args!("{} bytes instead of {}", bytes.len(), Self::LENGTH);
            Error::malformed("an outpoint", reason)
        };
        let (txid, vout) = bytes.split_at_checked(32).ok_or_else(malformed)?;
        let vout = vout.try_into().map_err(|_| malformed())?;
        Ok(Self {
            txid: Txid::try_from(txid)?,
            vout: u32::from_le_bytes(vout),
        })
    }
}

impl fmt::Display for OutPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.txid, self.vout)
    }
}

impl FromStr for OutPoint {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (txid, vout) = text
            .split_once(':')
            .ok_or_else(|| Error::malformed("an outpoint", "not TXID:INDEX"))?;
        let vout = vout
            .parse()
            .map_err(|error| Error::malformed("the index of an outpoint", error))?;
        let txid = txid.parse()?;
        Ok(Self { txid, vout })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_the_lowest_byte_of_the_index_first() {
        let outpoint = OutPoint {
            txid: Txid::from_byte_array([7; 32]),
            vout: 0x0102,
        };
        let bytes = outpoint.to_byte_array();
        assert_eq!(bytes[31..], [7, 2, 1, 0, 0]);
        assert_eq!(OutPoint::try_from(&bytes[..]).unwrap(), outpoint);
        assert_eq!(
            outpoint.to_string().parse::<OutPoint>().unwrap(),
            outpoint,
            "{outpoint}"
        );
    }

    #[test]
    fn refuses_what_is_no_outpoint() {
        for length in [0, 31, 32, 35, 37] {
            let error = OutPoint::try_from(&vec![0; length][..]).unwrap_err();
            let expected = format!("an outpoint: {length} bytes instead of 36");
            assert_eq!(error.to_string(), expected);
        }
        for text in [
            "",
            "00:0",
            &"00".repeat(32),
            &format!("{}:-1", "00".repeat(32)),
        ] {
            assert!(text.parse::<OutPoint>().is_err(), "{text}");
        }
    }
}
