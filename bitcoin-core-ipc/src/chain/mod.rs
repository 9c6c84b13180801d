//! What the multiprocess branch tells other processes of its chain.
//!
//! ```no_run
//! # async fn example() -> Result<(), bitcoin_core_ipc::Error> {
//! use bitcoin_core_ipc::Node;
//! use bitcoin_core_ipc::chain::{BlockQuery, ChainEvent};
//!
//! let chain = Node::connect("unix").await?.chain().await?;
//! let mut events = chain.notifications().await?;
//! while let Some(event) = events.next().await {
//!     if let ChainEvent::BlockConnected { block, .. } = event? {
//!         let query = BlockQuery::new().median_time().in_active_chain();
//!         println!("{}: {:?}", block.hash, chain.find_block(block.hash, query).await?);
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod block_query;
mod blocks;
mod coin;
mod events;
mod fee_estimate;
mod fees;
mod mempool;
mod mempool_transactions;
mod messages;
mod notifications;
mod rpc_method;
mod settings;

use generated_examples::multiprocess::chain::ChainProxy;

use crate::error::Error;
use crate::interfaces::{Init, Interfaces, Of};

pub use block_query::{BlockQuery, CommonAncestor, FoundBlock};
pub use coin::Coin;
pub use events::{BlockInfo, ChainEvent, ChainstateRole, RemovalReason};
pub use fee_estimate::{EstimateMode, FeeEstimate, FeeRange, FeeReason};
pub use mempool::{Ancestry, BroadcastMethod, PackageLimits, Replaceability};
pub use mempool_transactions::MempoolTransactions;
pub use rpc_method::{RpcFailure, RpcMethod, RpcRequest};
pub use settings::SettingsAction;
pub(crate) use settings::read_setting;

/// The chain, mempool, fee estimates and settings of a multiprocess node. See [`Node::chain`](crate::Node::chain).
///
/// It has all methods of Bitcoin Core's `Chain`. [`Chain::proxy`] has them as the schema has them.
///
/// Dropping the future of a call leaves the method running in the node, which is done with it soon.
#[derive(Clone, Debug)]
pub struct Chain(ChainProxy);

impl Chain {
    /// Makes the object at a node's first object.
    pub(crate) async fn of(init: &Init) -> Result<Self, Error> {
        match init {
            Of::Multiprocess(init) => Ok(Self(init.make_chain().await?)),
            Of::V30(_) | Of::V31(_) | Of::V32(_) => Err(Error::Missing {
                what: "Chain",
                speaks: init.interfaces(),
                has: &[Interfaces::Multiprocess],
            }),
        }
    }

    /// The chain behind a proxy that was come by in another way, such as what a node gives to its wallets.
    pub fn new(proxy: ChainProxy) -> Self {
        Self(proxy)
    }

    /// The generated proxy, with the types of the schema.
    pub fn proxy(&self) -> &ChainProxy {
        &self.0
    }
}
