//! Where on a chain somebody is.

use serde::{Deserialize, Serialize};

use crate::cursor::Cursor;
use crate::error::Error;
use crate::hash::BlockHash;

/// Blocks of a chain from its end downwards, first all and then ever fewer: enough for a node to find the last one that it
/// has as well. With serde it is a list of their hashes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Locator(pub Vec<BlockHash>);

/// What nodes write where a version of the protocol would be, and ignore.
const VERSION: u32 = 70016;

impl Locator {
    /// The network's encoding.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = VERSION.to_le_bytes().to_vec();
        write_size(&mut bytes, self.0.len());
        for hash in &self.0 {
            bytes.extend(hash.as_bytes());
        }
        bytes
    }
}

impl TryFrom<&[u8]> for Locator {
    type Error = Error;

    fn try_from(bytes: &[u8]) -> Result<Self, Error> {
        read(&mut Cursor(bytes)).map_or_else(
            || {
                let reason = format_args!("{} bytes that end too early", bytes.len());
                Err(Error::malformed("a block locator", reason))
            },
            |hashes| Ok(Self(hashes)),
        )
    }
}

fn read(cursor: &mut Cursor<'_>) -> Option<Vec<BlockHash>> {
    cursor.u32()?;
    let count = cursor.size()?;
    let bytes = cursor.take(count.checked_mul(32)?)?;
    let (hashes, _) = bytes.as_chunks();
    Some(
        hashes
            .iter()
            .copied()
            .map(BlockHash::from_byte_array)
            .collect(),
    )
}

/// Appends a number in the network's compact form.
fn write_size(bytes: &mut Vec<u8>, size: usize) {
    if let Ok(small @ ..=0xfc) = u8::try_from(size) {
        bytes.push(small);
    } else if let Ok(size) = u16::try_from(size) {
        bytes.push(0xfd);
        bytes.extend(size.to_le_bytes());
    } else if let Ok(size) = u32::try_from(size) {
        bytes.push(0xfe);
        bytes.extend(size.to_le_bytes());
    } else {
        bytes.push(0xff);
        bytes.extend(u64::try_from(size).unwrap_or(u64::MAX).to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_the_same() {
        let locator = Locator(vec![BlockHash::from_byte_array([1; 32]); 2]);
        let bytes = locator.to_bytes();
        assert_eq!(bytes[..6], [0x80, 0x11, 1, 0, 2, 1]);
        assert_eq!(bytes.len(), 4 + 1 + 64);
        assert_eq!(Locator::try_from(&bytes[..]).unwrap(), locator);
        let many = Locator(vec![BlockHash::from_byte_array([1; 32]); 300]);
        assert_eq!(Locator::try_from(&many.to_bytes()[..]).unwrap(), many);
    }

    #[test]
    fn refuses_what_is_cut_short() {
        let whole = Locator(vec![BlockHash::from_byte_array([1; 32])]).to_bytes();
        for length in 0..whole.len() {
            assert!(Locator::try_from(&whole[..length]).is_err(), "{length}");
        }
        assert!(Locator::try_from(&[0xff; 13][..]).is_err());
    }
}
