//! `ipc watch`.

use bitcoin_core_ipc::{Amount, Interfaces};
use ipc_tests::peers::{Peer, within};

use crate::{ALL, command, fake, interrupt, ipc};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tips_are_told_until_ctrl_c() {
    for interfaces in ALL {
        let fake = fake(interfaces);
        let address = fake.address();
        let command = command(&["watch", "--json", "--event", "tips", &address]);
        let mut peer = Peer::run("ipc", command);
        let mut tip = fake.tip();
        for _ in 0..3 {
            let line = format!(
                "{{\"event\":\"tip\",\"hash\":\"{}\",\"height\":{}}}",
                tip.hash, tip.height
            );
            assert_eq!(peer.line(&["tip"]).await, line, "{interfaces}");
            within("the wait", fake.until_waiting(1)).await;
            tip = fake.mine();
        }
        peer.line(&["\"height\":3"]).await;
        interrupt(peer.id());
        let (status, _, report) = peer.finish().await;
        assert!(status.success(), "{interfaces}: {report}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn templates_are_told_when_they_get_better() {
    let fake = fake(Interfaces::V31);
    let address = fake.address();
    let arguments = [
        "watch",
        &address,
        "--event",
        "templates",
        "--fee-threshold",
        "1000",
    ];
    let command = command(&[&arguments[..], &["--count", "3"]].concat());
    let mut peer = Peer::run("ipc", command);
    let first = format!(
        "template  on {}, 0 transactions, 0 sat of fees",
        fake.tip().hash
    );
    assert_eq!(peer.line(&["template"]).await, first);
    within("the wait", fake.until_waiting(1)).await;
    fake.add_transaction(Amount(5000));
    peer.line(&["1 transactions, 5000 sat of fees"]).await;
    within("the wait", fake.until_waiting(1)).await;
    let tip = fake.mine();
    peer.line(&[&tip.hash.to_string(), "0 transactions"]).await;
    let (status, _, report) = peer.finish().await;
    assert!(status.success(), "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_the_node_is_an_error() {
    let fake = fake(Interfaces::V32);
    let address = fake.address();
    let mut peer = Peer::run("ipc", command(&["watch", &address, "--event", "tips"]));
    peer.line(&["at height 0"]).await;
    drop(fake);
    let (status, _, report) = peer.finish().await;
    assert_eq!(status.code(), Some(3), "{report}");
    assert!(report.contains("stderr: error: "), "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_multiprocess_node_tells_of_its_mempool() {
    let fake = fake(Interfaces::Multiprocess);
    let address = fake.address();
    let events = ["--event", "mempool", "--event", "tips"];
    let arguments = [&["watch", "--json", &address][..], &events].concat();
    let mut peer = Peer::run("ipc", command(&arguments));
    peer.line(&["\"height\":0"]).await;
    within("subscribing", fake.until_subscribed(1)).await;
    fake.add_transaction(Amount(1000));
    let line = peer.line(&["added"]).await;
    assert!(
        line.starts_with("{\"event\":\"added\",\"txid\":\""),
        "{line:?}"
    );
    interrupt(peer.id());
    let (status, _, report) = peer.finish().await;
    assert!(status.success(), "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_version_does_not_tell_is_said() {
    let fake = fake(Interfaces::V32);
    let run = ipc(["watch", &fake.address(), "--event", "mempool"]).await;
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
    assert!(
        run.stderr
            .contains("the node speaks v32; multiprocess has it"),
        "{run:?}"
    );
}
