//! What the coinbase transaction of a block has to contain.

use crate::cursor::Cursor;
use crate::encoded::{Amount, TxOut};
use crate::error::Error;

/// What a miner's own coinbase transaction needs to contain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coinbase {
    /// The version of the transaction.
    pub version: u32,
    /// The sequence number of its only input.
    pub sequence: u32,
    /// The bytes with which the script of its input starts: the height of the block. A miner may append its own, and
    /// must where these are fewer than two, up to 100 bytes in all.
    pub script_sig_prefix: Vec<u8>,
    /// The only element of its input's witness, 32 bytes; none where the block needs none.
    pub witness: Option<Vec<u8>>,
    /// The subsidy and the fees, less what the required outputs spend.
    pub reward_remaining: Amount,
    /// The outputs that it must have: the commitment to the witnesses among them.
    pub required_outputs: Vec<TxOut>,
    /// The lock time of the transaction.
    pub lock_time: u32,
}

impl Coinbase {
    /// Reads the coinbase transaction of a v30 template, which pays everything to its first output.
    ///
    /// # Errors
    ///
    /// It is no such transaction.
    pub(crate) fn of_transaction(bytes: &[u8]) -> Result<Self, Error> {
        let read = read(&mut Cursor(bytes));
        read.ok_or_else(|| {
            let reason = "not a transaction with one input and the reward as its first output";
            Error::malformed("the coinbase transaction of the template", reason)
        })
    }
}

fn read(cursor: &mut Cursor<'_>) -> Option<Coinbase> {
    let version = cursor.u32()?;
    // Where the number of inputs would be, zero says that there are witnesses.
    let mut inputs = cursor.size()?;
    let has_witness = inputs == 0;
    if has_witness {
        cursor.take(1)?;
        inputs = cursor.size()?;
    }
    if inputs != 1 {
        return None;
    }
    cursor.take(36)?;
    let script_sig = cursor.bytes()?;
    let sequence = cursor.u32()?;
    let mut reward = None;
    let mut required_outputs = Vec::new();
    for _ in 0..cursor.size()? {
        let start = cursor.0;
        let value = i64::from_le_bytes(*cursor.take(8)?.first_chunk()?);
        cursor.bytes()?;
        match reward {
            None => reward = Some(Amount(value)),
            Some(_) => {
                let length = start.len() - cursor.0.len();
                required_outputs.push(TxOut(start[..length].to_vec()));
            }
        }
    }
    let mut witness = None;
    if has_witness {
        for _ in 0..cursor.size()? {
            witness = Some(cursor.bytes()?.to_vec());
        }
    }
    Some(Coinbase {
        version,
        sequence,
        script_sig_prefix: height_push(script_sig)?.to_vec(),
        witness,
        reward_remaining: reward?,
        required_outputs,
        lock_time: cursor.u32()?,
    })
}

/// The height, which is all that a script must start with. A v30 node puts a zero behind it.
fn height_push(script: &[u8]) -> Option<&[u8]> {
    let length = match *script.first()? {
        // The length of a number that follows.
        push @ 1..=75 => 1 + usize::from(push),
        // A number up to 16 in one byte.
        _ => 1,
    };
    script.get(..length)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One input whose script is height 300 and a zero, the reward, a commitment, a witness.
    fn transaction() -> Vec<u8> {
        let mut bytes = vec![2, 0, 0, 0, 0, 1, 1];
        bytes.extend([0; 32]);
        bytes.extend([0xff; 4]);
        bytes.extend([4, 2, 0x2c, 0x01, 0x00]);
        bytes.extend([0xfe, 0xff, 0xff, 0xff]);
        bytes.push(2);
        bytes.extend(5_000_000_000_i64.to_le_bytes());
        bytes.extend([1, 0x51]);
        bytes.extend([0; 8]);
        bytes.extend([2, 0x6a, 0x00]);
        bytes.extend([1, 3, 7, 8, 9]);
        bytes.extend([43, 1, 0, 0]);
        bytes
    }

    #[test]
    fn reads_a_transaction() {
        let coinbase = Coinbase::of_transaction(&transaction()).unwrap();
        let expected = Coinbase {
            version: 2,
            sequence: 0xffff_fffe,
            script_sig_prefix: vec![2, 0x2c, 0x01],
            witness: Some(vec![7, 8, 9]),
            reward_remaining: Amount(5_000_000_000),
            required_outputs: vec![TxOut(vec![0, 0, 0, 0, 0, 0, 0, 0, 2, 0x6a, 0x00])],
            lock_time: 299,
        };
        assert_eq!(coinbase, expected);
    }

    #[test]
    fn refuses_what_is_cut_short() {
        let whole = transaction();
        for length in 0..whole.len() {
            let cut = Coinbase::of_transaction(&whole[..length]);
            assert!(cut.is_err(), "{length} bytes: {cut:?}");
        }
    }

    #[test]
    fn refuses_sizes_beyond_what_is_there() {
        let mut bytes = vec![2, 0, 0, 0, 1];
        bytes.extend([0; 36]);
        bytes.extend([0xff; 9]);
        assert!(Coinbase::of_transaction(&bytes).is_err());
    }

    #[test]
    fn a_small_height_is_one_byte() {
        assert_eq!(height_push(&[0x51, 0x00]), Some(&[0x51][..]));
        assert_eq!(height_push(&[2, 0x2c]), None);
    }
}
