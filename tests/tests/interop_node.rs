//! A real Bitcoin Core node with the v32 interfaces, on regtest with an empty chain.
//!
//! The tests run when `BITCOIN_NODE` names a `bitcoin-node`, and are skipped with a message
//! otherwise. Each starts a node of its own in a temporary folder.

use std::io::Write;

use bitcoin_core_ipc::Interfaces;
use generated_examples::v32::init::InitProxy;
use generated_examples::v32::mining::{BlockCheckOptions, BlockCreateOptions, MiningProxy};
use ipc_runtime::{ExceptionKind, Ipc};
use ipc_tests::bitcoin_node::BitcoinNode;
use ipc_tests::peers::{self, within};
use ipc_tests::python_client;
use tokio::process::Command;

/// The node that is given, if it is a v32.
async fn start() -> Option<BitcoinNode> {
    let program = peers::program("BITCOIN_NODE", "a bitcoin-node of Bitcoin Core v32")?;
    let node = BitcoinNode::begin(program, &["-debug=ipc"]).await;
    let node = node.loaded().await;
    let address = node.address();
    let connected = within("connecting", bitcoin_core_ipc::Node::connect(&address)).await;
    let interfaces = connected.expect("a node").interfaces();
    if interfaces != Interfaces::V32 {
        let message =
            format!("SKIPPED: the node speaks {interfaces}; `node` is for all versions\n");
        let _ = std::io::stderr().write_all(message.as_bytes());
        node.kill().await;
        return None;
    }
    Some(node)
}

async fn connect(node: &BitcoinNode, ipc: &Ipc) -> InitProxy {
    within("connecting", ipc.connect_address(&node.address()))
        .await
        .expect("the node accepts")
}

async fn mining(init: &InitProxy) -> MiningProxy {
    within("makeMining", init.make_mining())
        .await
        .expect("a Mining")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn echoes_from_many_tasks() {
    let Some(node) = start().await else {
        return;
    };
    let ipc = Ipc::new().expect("an Ipc");
    let init = connect(&node, &ipc).await;
    let echo = within("makeEcho", init.make_echo()).await.expect("an Echo");
    let large = "0123456789abcdef".repeat(65536);
    for text in ["", "hi", "naïve – Ünïcødé 日本語 🦀", &large] {
        let answer = within("an echo", echo.echo(text)).await.expect("an answer");
        assert_eq!(answer, text);
    }

    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..16 {
        let echo = echo.clone();
        tasks.spawn(async move {
            for number in 0..25 {
                let text = format!("{task}/{number}");
                assert_eq!(echo.echo(&text).await.expect("an answer"), text);
            }
        });
    }
    within("the tasks", tasks.join_all()).await;
    drop((echo, init, ipc));
    node.stop().await;
}

#[tokio::test]
async fn an_error_has_the_text_of_the_node() {
    let Some(node) = start().await else {
        return;
    };
    let ipc = Ipc::new().expect("an Ipc");
    let init = connect(&node, &ipc).await;

    let error = within("makeMiningOld2", init.make_mining_old2())
        .await
        .expect_err("it fails");
    assert_eq!(error.kind(), ExceptionKind::Failed);
    assert!(error.is_remote());
    let text =
        "std::exception: Old mining interface (@2) not supported. Please update your client!";
    assert!(error.message().ends_with(text), "{error}");

    let mining = mining(&init).await;
    let error = within("submitBlock", mining.submit_block([]))
        .await
        .expect_err("no block");
    assert!(error.message().contains("end of data"), "{error}");
    assert!(
        within("isTestChain", mining.is_test_chain())
            .await
            .expect("an answer")
    );
    node.stop().await;
}

#[tokio::test]
async fn builds_a_block_template() {
    let Some(node) = start().await else {
        return;
    };
    let ipc = Ipc::new().expect("an Ipc");
    let init = connect(&node, &ipc).await;
    let mining = mining(&init).await;

    let tip = within("getTip", mining.get_tip())
        .await
        .expect("an answer")
        .expect("a tip");
    assert_eq!((tip.hash.len(), tip.height), (32, 0));

    let options = BlockCreateOptions::default();
    let template = within("createNewBlock", mining.create_new_block(options, false))
        .await
        .expect("a template");
    let header = within("getBlockHeader", template.get_block_header())
        .await
        .expect("a header");
    assert_eq!(header.len(), 80);
    assert_eq!(header[4..36], tip.hash, "the template builds on the tip");
    let block = within("getBlock", template.get_block())
        .await
        .expect("a block");
    assert_eq!(block[..80], header);
    let fees = within("getTxFees", template.get_tx_fees())
        .await
        .expect("fees");
    assert_eq!(fees, Vec::<i64>::new());
    let coinbase = within("getCoinbaseTx", template.get_coinbase_tx())
        .await
        .expect("a coinbase");
    assert_eq!(coinbase.block_reward_remaining, 5_000_000_000);

    let options = BlockCheckOptions {
        check_merkle_root: false,
        check_pow: false,
    };
    let checked = within("checkBlock", mining.check_block(&block, options))
        .await
        .expect("an answer");
    assert!(checked.result, "{checked:?}");

    drop(template);
    node.stop().await;
}

#[tokio::test]
async fn a_long_wait_holds_back_nothing_and_can_be_dropped() {
    let Some(mut node) = start().await else {
        return;
    };
    let ipc = Ipc::new().expect("an Ipc");
    let init = connect(&node, &ipc).await;
    let mining = mining(&init).await;
    let tip = within("getTip", mining.get_tip())
        .await
        .expect("an answer")
        .expect("a tip");

    // A wait that times out answers with the tip as it is.
    let same = within("waitTipChanged", mining.wait_tip_changed(&tip.hash, 10.0)).await;
    assert_eq!(same.expect("an answer").as_ref(), Some(&tip));

    {
        let forever = mining.wait_tip_changed(&tip.hash, f64::MAX);
        let meanwhile = async {
            node.peer
                .line(&["IPC server recv request", "Mining.waitTipChanged"])
                .await;
            node.peer
                .line(&["IPC server recv request", "Mining.waitTipChanged"])
                .await;
            for _ in 0..10 {
                let now = within("getTip", mining.get_tip()).await.expect("an answer");
                assert_eq!(now.as_ref(), Some(&tip));
            }
        };
        tokio::select! {
            tip = forever => panic!("the chain does not move: {tip:?}"),
            () = meanwhile => {}
        }
    }
    let now = within("getTip", mining.get_tip()).await.expect("an answer");
    assert_eq!(now, Some(tip));
    node.stop().await;
}

#[tokio::test]
async fn a_killed_node_fails_the_calls_in_flight() {
    let Some(mut node) = start().await else {
        return;
    };
    let ipc = Ipc::new().expect("an Ipc");
    let init = connect(&node, &ipc).await;
    let mining = mining(&init).await;
    let tip = within("getTip", mining.get_tip())
        .await
        .expect("an answer")
        .expect("a tip");
    let pending = tokio::spawn(mining.wait_tip_changed(&tip.hash, f64::MAX));
    node.peer
        .line(&["IPC server recv request", "Mining.waitTipChanged"])
        .await;
    node.peer.kill().await;
    let answer = within("the pending call", pending).await.expect("no panic");
    assert_eq!(
        answer.expect_err("no answer").kind(),
        ExceptionKind::Disconnected
    );
}

/// The Python client against the node: what the Rust tests take for granted about it still holds.
#[tokio::test]
async fn answers_the_python_client() {
    let Some(node) = start().await else {
        return;
    };
    python_client::calls_a_node(&node.address()).await;
    node.stop().await;
}

/// The node's `echoipc` starts the program `bitcoin-node` beside itself as a child over `-ipcfd`,
/// calls Echo there, and waits for its end. Here that child is ours.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_node_spawns_our_child() {
    let Some(program) = peers::program("BITCOIN_NODE", "a bitcoin-node of Bitcoin Core v32") else {
        return;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::os::unix::fs::symlink(
        env!("CARGO_BIN_EXE_peer"),
        folder.path().join("bitcoin-node"),
    )
    .expect("a link to our child");
    let mut command = Command::new(program);
    // Where the node looks for the programs that it starts.
    command.arg0(folder.path().join("bitcoin"));
    let node = BitcoinNode::run(command, &["-debug=ipc"]).await;
    let mut node = node.loaded().await;

    for text in ["from the node", "once more"] {
        let request = format!(r#"{{"method": "echoipc", "params": ["{text}"]}}"#);
        let answer = node.post(&request).await;
        let expected = format!(r#""result":"{text}""#);
        assert!(answer.contains(&expected), "{answer}");
        node.peer.line(&["exited with status 0"]).await;
    }
    node.stop().await;
}
