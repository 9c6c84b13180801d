//! What the multiprocess branch lets other processes see and do of a node: what its user interface has.

mod addresses;
mod bans;
mod blocks;
mod events;
mod life;
mod mempool;
mod network;
mod peers;
mod prompts;
mod settings;

use generated_examples::multiprocess::node::NodeProxy;

use crate::error::Error;
use crate::interfaces::{Init, Interfaces, Of};
use crate::rpc::Rpc;

pub use addresses::{LocalAddress, NetworkAddress};
pub use bans::Ban;
pub use events::{Progress, SyncState, TipChange};
pub use mempool::MempoolUsage;
pub use network::{Direction, NetworkKind, NetworkProxy};
pub use peers::{ConnectionKind, Peer, PeerChain, Transport};
pub use prompts::{MessageBox, Question};

/// The state of a multiprocess node, its connections and its settings. See [`Node::control`](crate::Node::control).
///
/// It has the methods of Bitcoin Core's `Node`, but for those by which a process starts and ends a node that it has
/// spawned: `initLogging`, `initParameterInteraction`, `baseInitialize`, `appInitMain` and `appShutdown` are methods of
/// [`NodeControl::proxy`]. The wallets are at [`Node::wallet_loader`](crate::Node::wallet_loader).
///
/// Dropping the future of a call leaves the method running in the node, which is done with it soon.
#[derive(Clone, Debug)]
pub struct NodeControl(NodeProxy);

impl NodeControl {
    /// Makes the object at a node's first object.
    pub(crate) async fn of(init: &Init) -> Result<Self, Error> {
        match init {
            Of::Multiprocess(init) => Ok(Self(init.make_node().await?)),
            Of::V30(_) | Of::V31(_) | Of::V32(_) => Err(Error::Missing {
                what: "Node",
                speaks: init.interfaces(),
                has: &[Interfaces::Multiprocess],
            }),
        }
    }

    /// The generated proxy, with the types of the schema.
    pub fn proxy(&self) -> &NodeProxy {
        &self.0
    }

    /// JSON-RPC methods by this object: `executeRpc`.
    pub fn rpc(&self) -> Rpc {
        Rpc::multiprocess(self.0.clone())
    }

    /// The names of all JSON-RPC methods.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn list_rpc_commands(&self) -> Result<Vec<String>, Error> {
        Ok(self.0.list_rpc_commands().await?)
    }
}
