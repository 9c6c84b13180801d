//! The example `wallet-stand-in`, driven as a node of the multiprocess branch drives its `bitcoin-wallet`.

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use bitcoin_core_ipc::roles::spawn_node;
use bitcoin_core_ipc::{Error, Node, WalletLoader};
use generated_examples::multiprocess::chain::Chain;
use generated_examples::multiprocess::common::GlobalArgs;
use generated_examples::multiprocess::init::InitProxy;
use ipc_runtime::{Exception, ExceptionKind, Ipc, Proxy as _};
use ipc_tests::bitcoin_node::BitcoinNode;
use ipc_tests::peers::{Peer, program, within};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::Command;
use tokio::sync::Notify;

use crate::example::built;

/// What a wallet's process does with the node's chain.
#[derive(Clone, Default)]
struct Scripted {
    shown: Arc<Mutex<Vec<String>>>,
    /// Whether what is shown is never answered.
    stalls: bool,
    called: Arc<Notify>,
}

impl Chain for Scripted {
    async fn init_message(&self, message: String) -> Result<(), Exception> {
        self.shown.lock().unwrap().push(message);
        self.called.notify_one();
        match self.stalls {
            true => std::future::pending().await,
            false => Ok(()),
        }
    }
}

async fn stand_in() -> PathBuf {
    built("wallet-stand-in").await
}

/// A node looks for its `bitcoin-wallet` beside itself: there is ours.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_node_starts_ours_lists_no_wallets_and_stops() {
    let what = "a bitcoin-node of Bitcoin Core's multiprocess branch";
    let Some(program) = program("BITCOIN_NODE_MULTIPROCESS", what) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(stand_in().await, folder.path().join("bitcoin-wallet")).unwrap();
    let mut command = Command::new(program);
    command.arg0(folder.path().join("bitcoin-node"));
    let process = BitcoinNode::run(command, &[]).await.loaded().await;
    let node = within("connecting", Node::connect(&process.address()))
        .await
        .unwrap();
    let loader = within("the loader", node.wallet_loader()).await.unwrap();
    assert!(
        within("the wallets", loader.wallets())
            .await
            .unwrap()
            .is_empty()
    );
    drop((loader, node));
    process.stop().await;
}

#[tokio::test]
async fn a_node_starts_lists_no_wallets_and_stops() {
    let program = stand_in().await;
    let ipc = Ipc::builder().exe_name("bitcoin-node").build().unwrap();
    let (init, child) = within("starting", ipc.spawn_child::<InitProxy>(&program))
        .await
        .unwrap();
    let chain = Scripted::default();
    let loader = init.make_wallet_loader(GlobalArgs::default(), chain.clone());
    let loader = within("makeWalletLoader", loader).await.unwrap();
    assert_eq!(*chain.shown.lock().unwrap(), ["No wallets here"]);

    within("registerRpcs", loader.register_rpcs())
        .await
        .unwrap();
    assert!(within("verify", loader.verify()).await.unwrap());
    assert!(within("load", loader.load()).await.unwrap());
    within("start", loader.start(())).await.unwrap();
    within("setMockTime", loader.set_mock_time(1_700_000_000))
        .await
        .unwrap();
    within("schedulerMockForward", loader.scheduler_mock_forward(60))
        .await
        .unwrap();

    let wallets = WalletLoader::new(loader.clone());
    assert!(within("list", wallets.list()).await.unwrap().is_empty());
    assert!(
        within("getWallets", wallets.wallets())
            .await
            .unwrap()
            .is_empty()
    );
    let loaded = within("loaded", wallets.loaded()).await.unwrap();
    let error = within("load", wallets.load("mine")).await.unwrap_err();
    assert!(matches!(error, Error::Refused { .. }), "{error}");
    assert_eq!(
        error.to_string(),
        "WalletLoader.loadWallet: This program has no wallets"
    );

    within("stop", loader.stop()).await.unwrap();
    within("unsubscribing", loaded.unsubscribe()).await.unwrap();
    drop(wallets);
    within("destroy", loader.destroy()).await.unwrap();
    drop(init);
    let status = within("its end", child.exited()).await.unwrap();
    assert!(status.success(), "{status}");
}

/// The kind of the node does not matter to its echo.
#[tokio::test]
async fn it_answers_an_echo_and_ends_with_the_connection() {
    let program = stand_in().await;
    let ipc = Ipc::new().unwrap();
    let (node, child) = within("starting", spawn_node(&ipc, &program))
        .await
        .unwrap();
    assert_eq!(
        within("an echo", node.echo("there?")).await.unwrap(),
        "there?"
    );
    drop(node);
    assert!(within("its end", child.exited()).await.unwrap().success());
}

#[tokio::test]
async fn calls_of_a_killed_wallet_process_end() {
    let program = stand_in().await;
    let ipc = Ipc::new().unwrap();
    let (init, child) = within("starting", ipc.spawn_child::<InitProxy>(&program))
        .await
        .unwrap();
    let chain = Scripted {
        stalls: true,
        ..Scripted::default()
    };
    let loader = tokio::spawn(init.make_wallet_loader(GlobalArgs::default(), chain.clone()));
    within("its call", chain.called.notified()).await;
    child.kill().unwrap();
    let exception = within("makeWalletLoader", loader)
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(exception.kind(), ExceptionKind::Disconnected, "{exception}");
    let status = within("its end", child.exited()).await.unwrap();
    assert_eq!(status.signal(), Some(9));
}

/// It holds the pipe of the node's output, too: that ends when both have ended.
#[tokio::test]
async fn a_wallet_process_ends_when_its_node_is_killed() {
    let program = stand_in().await;
    let node = Path::new(env!("CARGO_BIN_EXE_wallet_node"));
    let mut node = Peer::start("the node", node, [&program]);
    node.line(&["shown: No wallets here"]).await;
    let pid = Pid::from_raw(node.id().cast_signed()).unwrap();
    kill_process(pid, Signal::KILL).unwrap();
    let (status, _, report) = node.finish().await;
    assert_eq!(status.signal(), Some(9), "{report}");
}

#[tokio::test]
async fn it_says_what_it_is_for() {
    let program = stand_in().await;
    let output = Command::new(&program).kill_on_drop(true).output();
    let output = within("its end", output).await.unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("only a node starts me"), "{said}");
}
