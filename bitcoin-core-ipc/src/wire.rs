//! Numbers, bytes and messages as the interfaces have them, and as we have them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use generated_examples::multiprocess::common::BilingualStr;

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

/// A moment, in seconds since 1970. Nodes write 0 where there was none.
pub(crate) fn moment(seconds: i64) -> Option<SystemTime> {
    let seconds = u64::try_from(seconds).ok().filter(|seconds| *seconds > 0)?;
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

/// A count for a node, which has 31 bits for it.
pub(crate) fn to_count(what: &'static str, count: u32) -> Result<i32, Error> {
    i32::try_from(count).map_err(|_| Error::malformed(what, count))
}

/// A message that nobody has translated.
pub(crate) fn untranslated(message: &str) -> BilingualStr {
    BilingualStr {
        original: message.to_owned(),
        translated: message.to_owned(),
    }
}
