//! Real nodes, on regtest with an empty chain, where environment variables name them.

use std::ffi::OsString;

use bitcoin_core_ipc::{Interfaces, Network, Node};
use ipc_tests::peers::{DEADLINE, Peer, program, within};
use tempfile::TempDir;
use tokio::process::Command;

/// A node in a folder of its own, and a connection to it.
pub(crate) struct RealNode {
    pub(crate) node: Node,
    peer: Peer,
    _folder: TempDir,
}

impl RealNode {
    /// Starts the node that an environment variable names; none if there is none.
    pub(crate) async fn start(variable: &str) -> Option<Self> {
        let program = program(variable, "a bitcoin-node of Bitcoin Core, v30 or later")?;
        let folder = tempfile::tempdir().unwrap();
        let mut datadir = OsString::from("-datadir=");
        datadir.push(folder.path());
        let mut command = Command::new(program);
        command.arg(datadir).args([
            "-regtest",
            "-server=0",
            "-ipcbind=unix",
            "-listen=0",
            "-daemon=0",
            "-printtoconsole=1",
        ]);
        let mut peer = Peer::run("bitcoin-node", command);
        // A node listens before it has loaded its chain.
        let node = Node::builder()
            .datadir(folder.path())
            .network(Network::Regtest)
            .wait(DEADLINE);
        let node = within("connecting", node.connect()).await.unwrap();
        peer.line(&["init message: Done loading"]).await;
        Some(Self {
            node,
            peer,
            _folder: folder,
        })
    }

    /// Ends it.
    pub(crate) async fn kill(self) {
        let Self {
            node,
            peer,
            _folder,
        } = self;
        drop(node);
        peer.kill().await;
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
