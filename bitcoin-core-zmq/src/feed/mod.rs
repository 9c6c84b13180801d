//! What a node over IPC can tell, to be published.
//!
//! The interfaces of released nodes follow the tip of the chain and nothing else. So a node of v30 or v31 feeds
//! `hashblock`; one of v32, which runs RPC methods over IPC, `rawblock` as well. A node of the multiprocess branch tells of
//! its transactions, too. No node tells the numbers that `sequence` has for changes of the mempool; of a multiprocess node they
//! are worked out.

#[cfg(feature = "chain")]
mod alignment;
#[cfg(feature = "chain")]
mod chain;
#[cfg(feature = "chain")]
mod conflicts;
#[cfg(feature = "chain")]
mod numbered;
#[cfg(feature = "chain")]
mod numbering;
mod tips;

use bitcoin_core_ipc::Interfaces;

use crate::topic::Topic;

#[cfg(feature = "chain")]
pub use chain::chain;
#[cfg(feature = "chain")]
pub use numbered::numbered_chain;
pub use tips::{blocks, tips};

/// The topics that there is a feed for: [`tips`] or, where the node can give blocks, [`blocks`]; of the multiprocess branch
#[cfg_attr(feature = "chain", doc = "[`numbered_chain`],")]
#[cfg_attr(not(feature = "chain"), doc = "`numbered_chain`,")]
/// which needs the feature `chain` of this crate.
pub fn topics(interfaces: Interfaces) -> &'static [Topic] {
    match interfaces {
        #[cfg(feature = "chain")]
        Interfaces::Multiprocess => &Topic::ALL,
        #[cfg(not(feature = "chain"))]
        Interfaces::Multiprocess => &[Topic::HashBlock, Topic::RawBlock],
        Interfaces::V32 => &[Topic::HashBlock, Topic::RawBlock],
        _ => &[Topic::HashBlock],
    }
}
