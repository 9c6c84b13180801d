//! Nodes that go away, and come again.

use bitcoin_core_ipc::testing::{FakeNode, Fault};
use bitcoin_core_ipc::{Gateway, Interfaces, Node};
use ipc_tests::peers::within;
use serde_json::Value;

use crate::support::{ALICE, Reply, Served, WITH_RPC, curl, gateway};

const COUNT: &str = r#"{"method":"getblockcount","id":1}"#;

/// The number and the text of an error.
fn error(reply: &Reply) -> (i64, String) {
    let json = reply.json();
    let error = &json["error"];
    let message = error["message"].as_str().unwrap_or_default();
    (
        error["code"].as_i64().unwrap_or_default(),
        message.to_owned(),
    )
}

fn method(interfaces: Interfaces) -> &'static str {
    match interfaces {
        Interfaces::Multiprocess => "Node.executeRpc",
        _ => "Rpc.executeRpc",
    }
}

#[tokio::test]
async fn a_node_that_goes_away_meanwhile_is_said_to_and_found_again() {
    for interfaces in WITH_RPC {
        let (fake, served) = gateway(interfaces).await;
        assert_eq!(served.post(COUNT).await.json()["result"], 0);
        fake.fault(method(interfaces), Fault::Disconnect);
        let reply = served.post(COUNT).await;
        let (code, message) = error(&reply);
        assert_eq!(
            (reply.status, code),
            (500, -32603),
            "{interfaces}: {message}"
        );
        let expected = "the node went away, and what became of the request is unknown: ";
        assert!(message.starts_with(expected), "{interfaces}: {message}");
        // The next one connects again.
        fake.mine();
        assert_eq!(served.post(COUNT).await.json()["result"], 1, "{interfaces}");
    }
}

#[tokio::test]
async fn the_others_of_a_batch_are_answered() {
    let (fake, served) = gateway(Interfaces::V32).await;
    fake.fault("Rpc.executeRpc", Fault::Disconnect);
    let reply = served.post(&format!("[{COUNT},{COUNT}]")).await;
    assert_eq!(reply.status, 200);
    let json = reply.json();
    assert_eq!(json[0]["error"]["code"], -32603);
    assert_eq!(json[1]["result"], 0);
}

#[tokio::test]
async fn all_that_wait_for_a_node_that_dies_are_told() {
    let (fake, served) = gateway(Interfaces::V32).await;
    for _ in 0..4 {
        fake.fault("Rpc.executeRpc", Fault::Stall);
    }
    let url = served.url("/");
    let calls: Vec<_> = (0..4)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move { curl(&["--user", ALICE, "--data", COUNT, &url]).await })
        })
        .collect();
    fake.until_waiting(4).await;
    drop(fake);
    for call in calls {
        let reply = within("a call", call).await.unwrap();
        assert_eq!((reply.status, error(&reply).0), (500, -32603), "{reply:?}");
    }
    let reply = served.post(COUNT).await;
    assert_eq!((reply.status, error(&reply).0), (500, -28), "{reply:?}");
    let cut_off = within(
        "the shutdown",
        served.server.shutdown(ipc_tests::peers::DEADLINE),
    );
    assert_eq!(cut_off.await, 0);
}

#[tokio::test]
async fn a_node_may_come_later_and_in_another_version() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("node.sock");
    let node = Node::builder().address(format!("unix:{}", socket.display()));
    let served = Served::start(Gateway::new(node)).await;
    let reply = served.post(COUNT).await;
    let (code, message) = error(&reply);
    assert_eq!((reply.status, code), (500, -28));
    assert!(
        message.starts_with("the node cannot be reached: "),
        "{message}"
    );
    assert!(message.contains("is the server running?"), "{message}");

    for interfaces in WITH_RPC {
        let fake = FakeNode::start_at(interfaces, &socket).unwrap();
        fake.mine();
        // That the one before has gone may not have been seen yet.
        let answered = async {
            loop {
                let reply = served.post(COUNT).await;
                match reply.json()["error"] {
                    Value::Null => return reply,
                    _ => assert_eq!(error(&reply).0, -32603, "{reply:?}"),
                }
            }
        };
        let reply = within("the node", answered).await;
        assert_eq!(reply.json()["result"], 1, "{interfaces}");
        drop(fake);
        std::fs::remove_file(&socket).unwrap();
    }
}
