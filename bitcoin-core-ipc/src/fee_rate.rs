//! Fees for room in a block.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// A fee for room in a block, in satoshi for 1,000 virtual bytes. With serde it is that number.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize,
)]
pub struct FeeRate(i64);

/// How many virtual bytes a rate is for.
const KVB: i32 = 1000;

impl FeeRate {
    /// No fee. Nodes send it for what they cannot estimate.
    pub const ZERO: Self = Self(0);

    /// From satoshi for 1,000 virtual bytes.
    pub const fn from_sat_per_kvb(satoshi: i64) -> Self {
        Self(satoshi)
    }

    /// Satoshi for 1,000 virtual bytes.
    pub const fn to_sat_per_kvb(self) -> i64 {
        self.0
    }

    /// From satoshi for a virtual byte.
    pub const fn from_sat_per_vb(satoshi: u32) -> Self {
        // Not `from`, which is no const function. It fits: 32 bits and 10 bits are less than 63.
        Self(satoshi as i64 * KVB as i64)
    }

    /// The encoding that nodes of all versions read.
    ///
    /// Nodes have two: the multiprocess branch the rate in 8 bytes, later code a fee in 8 bytes and the size that it is
    /// for in 4. A fee for 1,000 virtual bytes is both, as who reads 8 bytes ignores what is behind them.
    pub fn to_byte_array(self) -> [u8; 12] {
        let mut bytes = [0; 12];
        bytes[..8].copy_from_slice(&self.0.to_le_bytes());
        bytes[8..].copy_from_slice(&KVB.to_le_bytes());
        bytes
    }
}

/// Reads either of the two encodings. What is not a whole number of satoshi for 1,000 virtual bytes is rounded down, as
/// nodes do.
impl TryFrom<&[u8]> for FeeRate {
    type Error = Error;

    fn try_from(bytes: &[u8]) -> Result<Self, Error> {
        let malformed = |reason: String| Error::malformed("a fee rate", reason);
        let length = || malformed(format!("{} bytes instead of 8 or 12", bytes.len()));
        let (fee, size) = bytes.split_first_chunk().ok_or_else(length)?;
        let fee = i64::from_le_bytes(*fee);
        if size.is_empty() {
            return Ok(Self(fee));
        }
        let size = i32::from_le_bytes(size.try_into().map_err(|_| length())?);
        match size {
            0 if fee == 0 => Ok(Self::ZERO),
            ..=0 => Err(malformed(format!("{fee} sat for {size} virtual bytes"))),
            _ => i64::try_from((i128::from(fee) * i128::from(KVB)).div_euclid(i128::from(size)))
                .map(Self)
                .map_err(|_| malformed(format!("{fee} sat for {size} virtual bytes is too much"))),
        }
    }
}

impl fmt::Display for FeeRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} sat/kvB", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> i64 {
        FeeRate::try_from(bytes).unwrap().to_sat_per_kvb()
    }

    #[test]
    fn reads_both_encodings() {
        assert_eq!(read(&[0xe8, 3, 0, 0, 0, 0, 0, 0]), 1000);
        assert_eq!(read(&[0xe8, 3, 0, 0, 0, 0, 0, 0, 0xe8, 3, 0, 0]), 1000);
        // 10 sat for 3 virtual bytes.
        assert_eq!(read(&[10, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0]), 3333);
        assert_eq!(read(&[0; 12]), 0, "a rate that was never set");
        let negative = [&(-10_i64).to_le_bytes()[..], &[3, 0, 0, 0]].concat();
        assert_eq!(read(&negative), -3334);
    }

    #[test]
    fn is_written_for_readers_of_either() {
        let bytes = FeeRate::from_sat_per_vb(2).to_byte_array();
        assert_eq!(bytes, [0xd0, 7, 0, 0, 0, 0, 0, 0, 0xe8, 3, 0, 0]);
        assert_eq!(read(&bytes), 2000);
        assert_eq!(read(&bytes[..8]), 2000);
    }

    #[test]
    fn refuses_what_is_no_rate() {
        let fee = 5_i64.to_le_bytes();
        let endless = [&i64::MAX.to_le_bytes()[..], &[1, 0, 0, 0]].concat();
        let of_nothing = [&fee[..], &[0; 4]].concat();
        let negative = [&fee[..], &[0xff; 4]].concat();
        for bytes in [
            &[][..],
            &fee[1..],
            &[0; 9],
            &[0; 13],
            &endless,
            &of_nothing,
            &negative,
        ] {
            let error = FeeRate::try_from(bytes).unwrap_err().to_string();
            assert!(error.starts_with("a fee rate: "), "{error}");
        }
    }
}
