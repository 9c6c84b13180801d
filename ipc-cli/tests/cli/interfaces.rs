//! `ipc serve json-rpc --interfaces`, of nodes.

use bitcoin_core_ipc::Interfaces;
use bitcoin_core_ipc::testing::{FakeNode, Fault};
use serde_json::{Value, json};

use crate::served::{Served, answer, call, receive, send};
use crate::{ALL, fake};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn served(fake: &FakeNode) -> Served {
    Served::start(&["--interfaces", &fake.address()]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn methods_of_every_version_are_served() {
    for interfaces in ALL {
        let fake = fake(interfaces);
        let tip = fake.mine();
        let served = served(&fake).await;
        let (hash, previous) = (tip.hash.to_string(), hex(tip.hash.as_bytes()));
        let answers = served
            .post(&json!([
                call(1, "mining_getTip", json!([])),
                call(2, "echo_echo", json!({ "echo": "naïve 🦀" })),
                call(
                    3,
                    "mining_createNewBlock",
                    json!({ "options": { "useMempool": false } })
                ),
                call(
                    4,
                    "blockTemplate_getBlockHeader",
                    json!(["blockTemplate:1"])
                ),
                call(
                    5,
                    "blockTemplate_getBlockHeader",
                    json!({ "object": "blockTemplate:1" })
                ),
                call(6, "blockTemplate_destroy", json!(["blockTemplate:1"])),
                call(
                    7,
                    "blockTemplate_getBlockHeader",
                    json!(["blockTemplate:1"])
                ),
                call(8, "init_makeMining", json!([])),
                call(9, "mining_getTip", json!({ "object": "mining:2" })),
            ]))
            .await;
        let result = |at: usize| &answers[at]["result"];
        let tip = json!({ "hash": hash, "height": 1 });
        assert_eq!(result(0), &tip, "{interfaces}: {answers}");
        assert_eq!(result(1), "naïve 🦀", "{interfaces}");
        assert_eq!(result(2), "blockTemplate:1", "{interfaces}: {answers}");
        let header = result(3).as_str().unwrap();
        assert_eq!((header.len(), &header[8..72]), (2 * 80, previous.as_str()));
        assert_eq!((result(4), result(5)), (result(3), &Value::Null));
        assert_eq!(answers[6]["error"]["code"], -32602, "{interfaces}");
        assert_eq!((result(7), result(8)), (&json!("mining:2"), &tip));
        served.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_can_be_in_snake_case() {
    let fake = fake(Interfaces::V32);
    let served = Served::start(&["--interfaces", "--snake-case", &fake.address()]).await;
    let answers = served
        .post(&json!([
            call(1, "mining_create_new_block", json!([{}, false])),
            call(
                2,
                "block_template_get_block_header",
                json!(["block_template:1"])
            ),
            call(3, "mining_getTip", json!([])),
        ]))
        .await;
    assert_eq!(answers[0]["result"], "block_template:1", "{answers}");
    assert_eq!(answers[1]["result"].as_str().unwrap().len(), 2 * 80);
    assert_eq!(answers[2]["error"]["code"], -32601);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wait_ends_in_the_node_when_its_client_goes_away() {
    for interfaces in ALL {
        let fake = fake(interfaces);
        let tip = fake.tip().hash.to_string();
        let served = served(&fake).await;
        let params = json!({ "currentTip": tip, "timeout": 1e9 });
        let other = served.calling("mining_waitTipChanged", params.clone());
        fake.until_waiting(1).await;
        let mut gone = served.connection().await;
        send(&mut gone, &call(1, "mining_waitTipChanged", params)).await;
        fake.until_waiting(2).await;
        drop(gone);
        // That of the other client goes on until there is something to tell.
        if interfaces == Interfaces::V31 || interfaces == Interfaces::V32 {
            fake.until_waiting(1).await;
        }
        let mined = fake.mine();
        let changed = answer(other).await;
        let hash = mined.hash.to_string();
        assert_eq!(changed["result"]["hash"], hash, "{interfaces}: {changed}");
        fake.until_waiting(0).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_c_ends_waits_in_the_node() {
    let fake = fake(Interfaces::V32);
    let served = served(&fake).await;
    let tip = fake.tip().hash.to_string();
    let calling = served.calling("mining_waitTipChanged", json!([tip]));
    fake.until_waiting(1).await;
    served.end().await;
    fake.until_waiting(0).await;
    drop(calling);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_goes_away_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("node.sock");
    let fake = FakeNode::start_at(Interfaces::V32, &socket).unwrap();
    let served = served(&fake).await;
    let mut stream = served.connection().await;
    send(
        &mut stream,
        &call(1, "mining_createNewBlock", json!([{}, false])),
    )
    .await;
    assert_eq!(receive(&mut stream).await["result"], "blockTemplate:1");

    fake.fault("Mining.getTip", Fault::Stall);
    let waiting = served.calling("mining_getTip", json!([]));
    fake.until_waiting(1).await;
    drop(fake);
    let lost = answer(waiting).await;
    assert_eq!(lost["error"]["code"], -32002, "{lost}");
    let data = json!({ "kind": "disconnected", "method": "Mining.getTip" });
    assert_eq!(lost["error"]["data"], data);
    let nobody = served.call("mining_getTip", json!([])).await;
    assert_eq!(nobody["error"]["code"], -32002, "{nobody}");
    let message = nobody["error"]["message"].as_str().unwrap();
    assert!(
        message.starts_with("the server cannot be reached: "),
        "{message}"
    );

    std::fs::remove_file(&socket).unwrap();
    let fake = FakeNode::start_at(Interfaces::V32, &socket).unwrap();
    fake.mine();
    let tip = served.result("mining_getTip", json!([])).await;
    assert_eq!(tip["height"], 1);
    let header = call(
        2,
        "blockTemplate_getBlockHeader",
        json!(["blockTemplate:1"]),
    );
    send(&mut stream, &header).await;
    let ended = receive(&mut stream).await;
    let message = "the object `blockTemplate:1` ended with its connection to the server";
    assert_eq!(ended["error"]["message"], message, "{ended}");
    drop(fake);

    std::fs::remove_file(&socket).unwrap();
    let _fake = FakeNode::start_at(Interfaces::V31, &socket).unwrap();
    let other = served.call("mining_getTip", json!([])).await;
    let message = other["error"]["message"].as_str().unwrap();
    assert!(message.contains("it speaks v31 now"), "{message}");
}
