//! What a node over IPC can tell, to be published.
//!
//! The interfaces of released nodes follow the tip of the chain and nothing else. So a node of v30 or v31 feeds
//! `hashblock`; one of v32, which runs RPC methods over IPC, `rawblock` as well. A node of the multiprocess branch tells of
//! its transactions, too. No node tells the numbers that `sequence` has for changes of the mempool: of that topic only blocks
//! are fed, and [`topics`] leaves it out.

#[cfg(feature = "chain")]
mod chain;
mod tips;

use bitcoin_core_ipc::Interfaces;

use crate::topic::Topic;

#[cfg(feature = "chain")]
pub use chain::chain;
pub use tips::{blocks, tips};

/// The topics that there is a feed for: [`tips`] or, where the node can give blocks, [`blocks`]; of the multiprocess branch
#[cfg_attr(feature = "chain", doc = "[`chain`],")]
#[cfg_attr(not(feature = "chain"), doc = "`chain`,")]
/// which needs the feature `chain` of this crate.
pub fn topics(interfaces: Interfaces) -> &'static [Topic] {
    match interfaces {
        #[cfg(feature = "chain")]
        Interfaces::Multiprocess => &[
            Topic::HashBlock,
            Topic::RawBlock,
            Topic::HashTx,
            Topic::RawTx,
        ],
        #[cfg(not(feature = "chain"))]
        Interfaces::Multiprocess => &[Topic::HashBlock, Topic::RawBlock],
        Interfaces::V32 => &[Topic::HashBlock, Topic::RawBlock],
        _ => &[Topic::HashBlock],
    }
}
