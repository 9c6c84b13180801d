//! `ipc call`, of nodes.

use std::path::Path;

use bitcoin_core_ipc::Interfaces;
use bitcoin_core_ipc::testing::Fault;
use ipc_tests::peers::{Peer, within, workspace};
use serde_json::{Value, json};

use crate::{ALL, command, fake, interrupt, ipc, json};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn methods_of_every_version_are_called() {
    for interfaces in ALL {
        let fake = fake(interfaces);
        let tip = fake.mine();
        let address = fake.address();
        let called = json(&[&address, "Mining.getTip"]).await;
        let called: Value = serde_json::from_str(&called).unwrap();
        let hash = tip.hash.to_string();
        assert_eq!(called, json!({ "hash": hash, "height": 1 }), "{interfaces}");
        let echoed = json(&[&address, "Init.makeEcho.echo", "[\"naïve 🦀\"]"]).await;
        assert_eq!(echoed, "\"naïve 🦀\"", "{interfaces}");
        // Human.
        let run = ipc(["call", &address, "makeEcho", "echo", "{\"echo\":\"a b\"}"]).await;
        assert_eq!(run.stdout, "a b\n");
        let options = "{\"options\":{\"useMempool\":false,\"blockReservedWeight\":8000}}";
        let header = json(&[&address, "Mining.createNewBlock", options, "getBlockHeader"]).await;
        assert_eq!(header.len(), 2 + 2 * 80, "{interfaces}: {header}");
        assert_eq!(&header[9..73], hex(tip.hash.as_bytes()), "{interfaces}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hashes_of_named_schemas_are_as_people_write_them() {
    let fake = fake(Interfaces::V32);
    let tip = fake.mine();
    let schemas = workspace().join("schema");
    let tip_by = async |folder: &Path| -> Value {
        let file = folder.join("init.capnp").display().to_string();
        let (address, imports) = (fake.address(), schemas.display().to_string());
        let by = ["--schema", &file, "-I", &imports, "Mining.getTip"];
        let shown = json(&[&[&*address][..], &by].concat()).await;
        serde_json::from_str(&shown).unwrap()
    };
    let v32 = schemas.join("v32");
    let hash = tip.hash.to_string();
    let shown = tip_by(&v32).await;
    assert_eq!(shown, json!({ "hash": hash, "height": 1 }));

    // A file with the same names, which is somebody else's.
    let folder = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(v32).unwrap() {
        let file = file.unwrap();
        let text = std::fs::read_to_string(file.path()).unwrap();
        let text = text.replacen("@0xcd2c6232cb484a28;", "@0xcd2c6232cb484a29;", 1);
        std::fs::write(folder.path().join(file.file_name()), text).unwrap();
    }
    let shown = tip_by(folder.path()).await;
    let hash = hex(tip.hash.as_bytes());
    assert_eq!(shown, json!({ "hash": hash, "height": 1 }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn absent_results_are_null_and_objects_are_named() {
    let fake = fake(Interfaces::V32);
    let address = fake.address();
    fake.fault("Mining.getTip", Fault::Null);
    assert_eq!(json(&[&address, "Mining.getTip"]).await, "null");
    let template = json(&[&address, "Mining.createNewBlock"]).await;
    assert_eq!(template, "{\"interface\":\"BlockTemplate\",\"object\":0}");
    // The node refuses it, which is a failure of the call.
    let run = ipc(["call", &address, "Mining.submitBlock", "{\"block\":\"0x\"}"]).await;
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
    assert!(
        run.stderr.starts_with("error: Mining.submitBlock: "),
        "{run:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parameters_come_from_files_too() {
    let fake = fake(Interfaces::V32);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("echo.json");
    std::fs::write(&file, "{\"echo\":\"from a file\"}").unwrap();
    let file = format!("@{}", file.display());
    let echoed = json(&[&fake.address(), "makeEcho.echo", &file]).await;
    assert_eq!(echoed, "\"from a file\"");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mistakes_are_said_before_anything_is_called() {
    let fake = fake(Interfaces::V32);
    let address = fake.address();
    let cases: [&[&str]; 14] = [
        &["Mining.getTop"],
        &["Wallet.getBalance"],
        &["Init.construct"],
        &["Mining.createNewBlock.destroy"],
        &["Mining.getTip", "{\"height\":1}"],
        &["Mining.createNewBlock", "{\"cooldwn\":false}"],
        &["Mining.createNewBlock", "{\"cooldown\":1}"],
        &[
            "Mining.createNewBlock",
            "{\"options\":{\"blockReservedWeight\":-1}}",
        ],
        &["Mining.submitBlock", "{\"block\":\"0g\"}"],
        &["Mining.getTransactionsByTxID", "[[\"00\",7]]"],
        &["Mining.waitTipChanged", "[\"00\",1,2]"],
        &["Mining.waitTipChanged", "[\"00ff\"]"],
        &["Mining.getTip.height"],
        &["Mining.getTip", "{"],
    ];
    let mut all = String::new();
    for case in cases {
        let run = ipc(["call", address.as_str()].iter().chain(case)).await;
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
        all.push_str(&format!(
            "$ ipc call ADDRESS {}\n{}\n",
            case.join(" "),
            run.stderr
        ));
    }
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!("mistakes", all);
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_have_codes_of_their_own() {
    let fake = fake(Interfaces::V32);
    let address = fake.address();
    fake.fault("Mining.getTip", Fault::Fail("it is Monday".to_owned()));
    let run = ipc(["call", &address, "Mining.getTip"]).await;
    assert_eq!(run.code, Some(1));
    assert!(
        run.stderr.contains("Mining.getTip: it is Monday"),
        "{run:?}"
    );
    fake.fault("Mining.getTip", Fault::Stall);
    let run = ipc(["call", &address, "--timeout", "1", "Mining.getTip"]).await;
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("no answer within 1s"), "{run:?}");
    fake.fault("Mining.getTip", Fault::Disconnect);
    let run = ipc(["call", &address, "Mining.getTip"]).await;
    assert_eq!(run.code, Some(3), "{run:?}");
    drop(fake);
    let run = ipc(["call", &address, "Mining.getTip"]).await;
    assert_eq!((run.code, run.stdout.as_str()), (Some(3), ""), "{run:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_c_ends_the_call_in_the_node() {
    let fake = fake(Interfaces::V32);
    let params = format!("[\"{}\"]", fake.tip().hash);
    let address = fake.address();
    let command = command(&["call", &address, "Mining.waitTipChanged", &params]);
    let peer = Peer::run("ipc", command);
    within("the wait", fake.until_waiting(1)).await;
    interrupt(peer.id());
    within("the end of the wait", fake.until_waiting(0)).await;
    let (status, lines, report) = peer.finish().await;
    assert_eq!(status.code(), Some(130), "{report}");
    assert!(lines.is_empty(), "{lines:?}");
}
