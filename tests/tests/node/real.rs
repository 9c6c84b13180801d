//! The scenario with real nodes, on regtest with an empty chain, where environment variables name them.

use std::ffi::OsString;

use bitcoin_core_ipc::{Interfaces, Network, Node};
use ipc_tests::peers::{DEADLINE, Peer, program, within};
use tokio::process::Command;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_mines() {
    mines(
        "BITCOIN_NODE",
        "a bitcoin-node of Bitcoin Core v30 or later",
        |interfaces| interfaces != Interfaces::Multiprocess,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_multiprocess_node_mines() {
    let what = "a bitcoin-node of Bitcoin Core's multiprocess branch";
    mines("BITCOIN_NODE_MULTIPROCESS", what, |interfaces| {
        interfaces == Interfaces::Multiprocess
    })
    .await;
}

async fn mines(variable: &str, what: &str, is: impl Fn(Interfaces) -> bool) {
    let Some(program) = program(variable, what) else {
        return;
    };
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
    // It is waited for: a node listens before it has loaded its chain.
    let node = Node::builder()
        .datadir(folder.path())
        .network(Network::Regtest)
        .wait(DEADLINE);
    let node = within("connecting", node.connect()).await.unwrap();
    assert!(
        is(node.interfaces()),
        "{variable} speaks {}",
        node.interfaces()
    );
    peer.line(&["init message: Done loading"]).await;
    crate::scenario::mine(&node, 18).await;
    drop(node);
    peer.kill().await;
}
