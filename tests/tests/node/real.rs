//! Real nodes, on regtest, where environment variables name them.

use bitcoin_core_ipc::{Interfaces, Network, Node};
use ipc_tests::bitcoin_node::BitcoinNode;
use ipc_tests::peers::{DEADLINE, program, within};

/// A node in a folder of its own, and a connection to it.
pub(crate) struct RealNode {
    pub(crate) node: Node,
    pub(crate) process: BitcoinNode,
}

impl RealNode {
    /// Starts the node that an environment variable names; none if there is none.
    pub(crate) async fn start(variable: &str) -> Option<Self> {
        Self::start_with(variable, &[]).await
    }

    /// As [`RealNode::start`], with settings.
    pub(crate) async fn start_with(variable: &str, settings: &[&str]) -> Option<Self> {
        let Self { node, process } = Self::begin(variable, settings).await?;
        let process = process.loaded().await;
        if matches!(
            node.interfaces(),
            Interfaces::V31 | Interfaces::Multiprocess
        ) {
            // They make no template for a lower height; the latter ends when it is asked for one.
            process.mine(16).await;
        }
        Some(Self { node, process })
    }

    /// As [`RealNode::start_with`], without waiting until the node has loaded its chain.
    pub(crate) async fn begin(variable: &str, settings: &[&str]) -> Option<Self> {
        let program = program(variable, "a bitcoin-node of Bitcoin Core, v30 or later")?;
        let process = BitcoinNode::begin(program, settings).await;
        // A node listens before it has loaded its chain.
        let node = Node::builder()
            .datadir(process.datadir())
            .network(Network::Regtest)
            .wait(DEADLINE);
        let node = within("connecting", node.connect()).await.unwrap();
        Some(Self { node, process })
    }

    /// Ends it.
    pub(crate) async fn kill(self) {
        drop(self.node);
        self.process.kill().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_mines() {
    let Some(real) = RealNode::start("BITCOIN_NODE").await else {
        return;
    };
    assert_ne!(real.node.interfaces(), Interfaces::Multiprocess);
    crate::scenario::mine(&real.node, 17).await;
    real.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_multiprocess_node_mines() {
    let Some(real) = RealNode::start("BITCOIN_NODE_MULTIPROCESS").await else {
        return;
    };
    assert_eq!(real.node.interfaces(), Interfaces::Multiprocess);
    crate::scenario::mine(&real.node, 17).await;
    real.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_multiprocess_node_tells_of_its_chain() {
    let Some(real) = RealNode::start("BITCOIN_NODE_MULTIPROCESS").await else {
        return;
    };
    crate::scenario::follow(&real.node).await;
    real.kill().await;
}
