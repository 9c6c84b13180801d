//! Unspent outputs.

use crate::cursor::Cursor;
use crate::encoded::Amount;
use crate::error::Error;

/// An output that is not spent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coin {
    /// The height of the block that has its transaction; none if that is in the mempool.
    pub height: Option<u32>,
    /// Whether its transaction is the coinbase transaction of a block.
    pub is_coinbase: bool,
    /// What it is worth.
    pub value: Amount,
    /// The script, in the node's compressed form.
    pub(crate) script: Vec<u8>,
}

/// The height of what is in no block yet.
const MEMPOOL: u32 = 0x7fff_ffff;

impl Coin {
    /// Reads the form in which nodes keep coins.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Error> {
        read(Cursor(bytes)).ok_or_else(|| Error::malformed("a coin", "it ends too early"))
    }
}

fn read(mut cursor: Cursor<'_>) -> Option<Coin> {
    let code = u32::try_from(cursor.variable()?).ok()?;
    let value = decompress_amount(cursor.variable()?)?;
    Some(Coin {
        height: Some(code >> 1).filter(|height| *height != MEMPOOL),
        is_coinbase: code & 1 == 1,
        value: Amount(value),
        script: cursor.0.to_vec(),
    })
}

/// Satoshi from a number in which factors of ten are a digit: the number of those below nine, then what is left.
fn decompress_amount(number: u64) -> Option<i64> {
    let Some(number) = number.checked_sub(1) else {
        return Some(0);
    };
    let zeros = u32::try_from(number % 10).ok()?;
    let number = number / 10;
    let digits = match zeros {
        9 => number.checked_add(1)?,
        // The last digit that is not zero has one of nine values.
        _ => (number / 9).checked_mul(10)?.checked_add(number % 9 + 1)?,
    };
    let satoshi = digits.checked_mul(10_u64.checked_pow(zeros)?)?;
    i64::try_from(satoshi).ok()
}

#[cfg(feature = "bitcoin")]
mod script {
    use bitcoin::hashes::Hash;
    use bitcoin::{PubkeyHash, PublicKey, ScriptBuf, ScriptHash, TxOut};

    use super::Coin;
    use crate::cursor::Cursor;
    use crate::error::Error;

    /// The kinds of scripts that have forms of their own. Greater numbers are the length of any other script, and these.
    const SPECIAL: u64 = 6;

    impl Coin {
        /// The output.
        ///
        /// # Errors
        ///
        /// The script or the amount makes no sense.
        pub fn output(&self) -> Result<TxOut, Error> {
            let script = decompress(Cursor(&self.script));
            Ok(TxOut {
                value: self.value.try_into()?,
                script_pubkey: script
                    .ok_or_else(|| Error::malformed("the script of a coin", "it makes no sense"))?,
            })
        }
    }

    fn decompress(mut cursor: Cursor<'_>) -> Option<ScriptBuf> {
        let kind = cursor.variable()?;
        if let Some(length) = kind.checked_sub(SPECIAL) {
            let script = cursor.take(usize::try_from(length).ok()?)?;
            return Some(ScriptBuf::from_bytes(script.to_vec()));
        }
        if kind < 2 {
            let hash = *cursor.take(20)?.first_chunk()?;
            return Some(match kind {
                0 => ScriptBuf::new_p2pkh(&PubkeyHash::from_byte_array(hash)),
                _ => ScriptBuf::new_p2sh(&ScriptHash::from_byte_array(hash)),
            });
        }
        // 2 and 3 are the first byte of the key; 4 and 5 are that of a key which is not compressed in the script.
        let first = if kind < 4 { kind } else { kind - 2 };
        let key = [&[u8::try_from(first).ok()?], cursor.take(32)?].concat();
        let mut key = PublicKey::from_slice(&key).ok()?;
        key.compressed = kind < 4;
        Some(ScriptBuf::new_p2pk(&key))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn script(bytes: &[u8]) -> Option<String> {
            decompress(Cursor(bytes)).map(|script| script.to_hex_string())
        }

        #[test]
        fn reads_every_kind_of_script() {
            let hash = |kind| script(&[&[kind][..], &[0xab; 20]].concat()).unwrap();
            assert_eq!(hash(0), format!("76a914{}88ac", "ab".repeat(20)));
            assert_eq!(hash(1), format!("a914{}87", "ab".repeat(20)));
            assert_eq!(script(&[8, 0x51, 0x52]).unwrap(), "5152");
            // The generator of the curve.
            let x = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
            let y = "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";
            let bytes: Vec<u8> = (0..64)
                .step_by(2)
                .map(|at| u8::from_str_radix(&x[at..at + 2], 16).unwrap())
                .collect();
            let key = |kind| script(&[&[kind][..], &bytes].concat()).unwrap();
            assert_eq!(key(2), format!("2102{x}ac"));
            assert_eq!(key(4), format!("4104{x}{y}ac"));
        }

        #[test]
        fn refuses_what_is_no_script() {
            for bytes in [
                &[][..],
                &[0, 1],
                &[2],
                &[9, 0x51],
                &[0xff; 12],
                &[[2; 1], [0; 1]].concat(),
            ] {
                assert_eq!(script(bytes), None, "{bytes:?}");
            }
            assert_eq!(
                script(&[&[3][..], &[0xff; 32]].concat()),
                None,
                "not on the curve"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_amounts() {
        let amounts = [
            (0, 0),
            (1, 1),
            (7, 1_000_000),
            (9, 100_000_000),
            (0x32, 5_000_000_000),
            (1_111_111_101, 123_456_789),
        ];
        for (number, satoshi) in &amounts {
            assert_eq!(decompress_amount(*number), Some(*satoshi), "{number}");
        }
        assert_eq!(decompress_amount(u64::MAX), None);
    }

    #[test]
    fn reads_height_and_kind() {
        // 100 * 2 + 1, of which the first seven bits count one less.
        let coin = Coin::read(&[0x80, 0x49, 0x32, 6]).unwrap();
        assert_eq!((coin.height, coin.is_coinbase), (Some(100), true));
        assert_eq!(coin.value, Amount(5_000_000_000));
        assert!(Coin::read(&[]).is_err());
        assert!(Coin::read(&[0x80]).is_err());
        assert!(Coin::read(&[0x80, 0x49]).is_err());
    }
}
