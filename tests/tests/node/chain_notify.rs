//! The example `chain-notify`.

use std::process::Stdio;

use bitcoin_core_ipc::chain::RemovalReason;
use bitcoin_core_ipc::testing::FakeNode;
use bitcoin_core_ipc::{Amount, Interfaces};
use ipc_tests::peers::within;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::example::built;

/// Builds the example, and has it watch a node: how it reaches it was printed.
async fn watch(fake: &FakeNode) -> (Child, Lines<BufReader<ChildStdout>>) {
    let program = built("chain-notify").await;
    let mut child = Command::new(program)
        .arg(fake.address())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(line(&mut lines).await, "height 0");
    (child, lines)
}

async fn line(lines: &mut Lines<BufReader<ChildStdout>>) -> String {
    let line = within("a line of the example", lines.next_line()).await;
    line.unwrap().unwrap()
}

#[tokio::test]
async fn it_prints_a_line_for_each_event_until_it_is_interrupted() {
    let fake = FakeNode::start(Interfaces::Multiprocess).unwrap();
    let (mut child, mut lines) = watch(&fake).await;

    let txid = fake.add_transaction(Amount(10)).compute_txid();
    let tip = fake.mine();
    fake.disconnect_tip();
    fake.remove_transaction(txid, RemovalReason::Conflict);
    fake.flush();
    let expected = [
        format!("mempool + {txid}"),
        format!("block + 1 {}", tip.hash),
        "new tip".to_owned(),
        format!("block - 1 {}", tip.hash),
        format!("mempool + {txid}"),
        "new tip".to_owned(),
        format!("mempool - {txid} (Conflict)"),
        "on disk".to_owned(),
    ];
    for expected in expected {
        assert_eq!(line(&mut lines).await, expected);
    }

    let id = i32::try_from(child.id().unwrap()).unwrap();
    let id = rustix::process::Pid::from_raw(id).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    assert_eq!(line(&mut lines).await, "unsubscribed");
    let status = within("the end of the example", child.wait())
        .await
        .unwrap();
    assert!(status.success(), "{status}");
    within("unsubscribing", fake.until_subscribed(0)).await;
}

#[tokio::test]
async fn it_fails_when_the_node_goes() {
    let fake = FakeNode::start(Interfaces::Multiprocess).unwrap();
    let (child, _lines) = watch(&fake).await;
    drop(fake);
    let ended = within("the end of the example", child.wait_with_output());
    let ended = ended.await.unwrap();
    assert!(!ended.status.success());
    let error = String::from_utf8(ended.stderr).unwrap();
    assert!(error.contains("Disconnected"), "{error}");
}
