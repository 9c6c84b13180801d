//! Numbers as the interfaces have them, and as we have them.

use crate::error::Error;
use crate::hash::BlockHash;

/// The height of a block.
pub(crate) fn height(height: i32) -> Result<u32, Error> {
    u32::try_from(height).map_err(|_| Error::malformed("the height of a block", height))
}

/// A height for a node, which has 31 bits for it.
pub(crate) fn to_height(height: u32) -> Result<i32, Error> {
    i32::try_from(height).map_err(|_| Error::malformed("the height of a block", height))
}

/// The time of a block, in seconds since 1970: the network has 32 bits for it.
pub(crate) fn block_time(seconds: i64) -> Result<u32, Error> {
    u32::try_from(seconds).map_err(|_| Error::malformed("the time of a block", seconds))
}

/// A hash that may be missing.
pub(crate) fn hash_if_any(bytes: &[u8]) -> Result<Option<BlockHash>, Error> {
    match bytes {
        [] => Ok(None),
        bytes => BlockHash::try_from(bytes).map(Some),
    }
}

/// Bytes that may be missing.
pub(crate) fn bytes_if_any(bytes: Vec<u8>) -> Option<Vec<u8>> {
    (!bytes.is_empty()).then_some(bytes)
}

/// A count for a node, which has 31 bits for it.
pub(crate) fn to_count(what: &'static str, count: u32) -> Result<i32, Error> {
    i32::try_from(count).map_err(|_| Error::malformed(what, count))
}
