//! What callers can choose, and what they are told.

use std::fmt;
use std::time::Duration;

use crate::encoded::{Amount, Transaction};
use crate::error::Error;
use crate::hash::BlockHash;

/// How to fill a block template. The defaults are the node's own, also on nodes whose interfaces have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TemplateOptions {
    /// Whether to take transactions from the mempool; otherwise the block stays empty. Default: yes.
    pub use_mempool: bool,
    /// The weight to keep free for the header, the transaction count and the coinbase transaction. Default:
    /// 8,000. Nodes refuse less than 2,000.
    pub reserved_weight: u64,
    /// The signature operations to keep free for the outputs of the coinbase transaction. Default: 400.
    pub coinbase_sigops: u64,
    /// Whether to wait first until the node has caught up with the chain. Default: yes. Only v31 and v32 know of it;
    /// other nodes never wait.
    pub cooldown: bool,
}

impl Default for TemplateOptions {
    fn default() -> Self {
        Self {
            use_mempool: true,
            reserved_weight: 8000,
            coinbase_sigops: 400,
            cooldown: true,
        }
    }
}

impl TemplateOptions {
    /// The defaults without the cooldown: for test networks, on which a node may believe for long that it has not caught
    /// up with the chain.
    pub fn at_once() -> Self {
        Self {
            cooldown: false,
            ..Self::default()
        }
    }
}

/// What ends the wait for a better template.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WaitOptions {
    /// How long to wait at most. Default: without end.
    pub timeout: Option<Duration>,
    /// By how much fees must rise for a new template on the same tip. With 0 any template will do. Default: rising
    /// fees end no wait.
    pub fee_threshold: Option<Amount>,
}

/// Which parts of a block that is not solved yet to check. Default: all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckOptions {
    /// Whether the header must name the Merkle root of the transactions.
    pub merkle_root: bool,
    /// Whether the header must have enough proof of work.
    pub pow: bool,
}

impl Default for CheckOptions {
    fn default() -> Self {
        Self {
            merkle_root: true,
            pow: true,
        }
    }
}

/// What completes a template: the fields of a solved header, and the coinbase transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Solution {
    /// The header's version.
    pub version: u32,
    /// The header's time, in seconds since 1970.
    pub time: u32,
    /// The header's nonce.
    pub nonce: u32,
    /// The coinbase transaction, with its witness.
    pub coinbase: Transaction,
}

/// What a node makes of a block, or of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "what is refused is no error of the call"]
pub struct Verdict {
    /// Whether it is valid; where it was submitted, whether it was accepted, and a block as new.
    pub accepted: bool,
    /// Why not, as a short code such as `bad-cb-height`. Empty if it was accepted, and for solutions submitted to
    /// nodes before v32, which do not say.
    pub reason: String,
    /// The details. Empty as `reason` is.
    pub debug: String,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.accepted, self.reason.as_str()) {
            (true, _) => f.write_str("accepted"),
            (false, "") => f.write_str("rejected"),
            (false, reason) => write!(f, "rejected: {reason}"),
        }
    }
}

/// A block of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BlockRef {
    /// Its hash.
    pub hash: BlockHash,
    /// How many blocks are below it.
    pub height: u32,
}

impl BlockRef {
    /// Reads what a node sent. A wait that was interrupted gives a block without a hash, which is none.
    pub(crate) fn read(hash: &[u8], height: i32) -> Result<Option<Self>, Error> {
        if hash.is_empty() {
            return Ok(None);
        }
        let height =
            u32::try_from(height).map_err(|_| Error::malformed("the height of a block", height))?;
        let hash = BlockHash::try_from(hash)?;
        Ok(Some(Self { hash, height }))
    }
}

/// Milliseconds, as the interfaces have them.
pub(crate) fn milliseconds(timeout: Option<Duration>) -> f64 {
    timeout.map_or(f64::MAX, |timeout| timeout.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_in_milliseconds() {
        assert_eq!(milliseconds(None), f64::MAX);
        assert_eq!(milliseconds(Some(Duration::from_micros(1500))), 1.5);
    }

    #[test]
    fn a_block_without_a_hash_is_none() {
        assert_eq!(BlockRef::read(&[], 0).unwrap(), None);
        assert!(BlockRef::read(&[0; 20], 0).is_err());
        assert!(BlockRef::read(&[0; 32], -1).is_err());
    }
}
