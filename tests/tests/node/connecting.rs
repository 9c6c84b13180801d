//! Nodes that are there, that come, and that do not.

use std::time::Duration;

use bitcoin_core_ipc::testing::FakeNode;
use bitcoin_core_ipc::{Error, Interfaces, Network, Node};
use ipc_tests::peers::{DEADLINE, within};

#[tokio::test]
async fn a_node_is_found_in_its_data_directory() {
    let datadir = tempfile::tempdir().unwrap();
    std::fs::create_dir(datadir.path().join("regtest")).unwrap();
    let socket = datadir.path().join("regtest/node.sock");
    let fake = FakeNode::start_at(Interfaces::V31, socket).unwrap();
    for address in ["unix", "auto", "unix:node.sock"] {
        let node = Node::builder()
            .datadir(datadir.path())
            .network(Network::Regtest)
            .address(address);
        let node = within("connecting", node.connect()).await.unwrap();
        assert_eq!(node.address(), fake.address());
    }
}

#[tokio::test]
async fn a_node_that_starts_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("node.sock");
    let address = format!("unix:{}", socket.display());
    let waiting = Node::builder().address(address).wait(DEADLINE);
    let mut waiting = std::pin::pin!(waiting.connect());
    // Nobody is there at the first attempt.
    tokio::select! {
        biased;
        connected = &mut waiting => panic!("there is no node: {connected:?}"),
        () = tokio::task::yield_now() => {}
    }
    let _fake = FakeNode::start_at(Interfaces::V32, socket).unwrap();
    let node = within("the node", waiting).await.unwrap();
    assert_eq!(node.interfaces(), Interfaces::V32);
}

/// As a node that was killed leaves it.
#[tokio::test]
async fn a_socket_that_nobody_listens_on_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("node.sock");
    drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
    let address = format!("unix:{}", socket.display());
    let patience = Duration::from_millis(250);
    let node = Node::builder().address(address).wait(patience);
    let error = within("connecting", node.connect())
        .await
        .expect_err("no node");
    assert!(
        matches!(error, Error::NotThere { waited, .. } if waited == patience),
        "{error}"
    );
    assert!(
        error.to_string().starts_with("no node after 250ms: "),
        "{error}"
    );
    assert!(
        error.to_string().contains("nobody listens on this socket"),
        "{error}"
    );
}

#[tokio::test]
async fn nobody_is_an_error_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let at = |folder: &tempfile::TempDir| Node::builder().datadir(folder.path());
    let error = within("connecting", at(&folder).connect())
        .await
        .expect_err("no node");
    assert!(
        matches!(
            error,
            Error::NotThere {
                waited: Duration::ZERO,
                ..
            }
        ),
        "{error}"
    );
    let error = error.to_string();
    let tried = format!(
        "cannot connect to unix:{}",
        folder.path().join("node.sock").display()
    );
    assert!(error.starts_with(&tried), "{error}");
    assert!(error.ends_with("with -ipcbind=unix"), "{error}");
    let node = within("connecting", at(&folder).connect_if_any())
        .await
        .unwrap();
    assert!(node.is_none());
}

#[tokio::test]
async fn what_is_no_node_is_an_error_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("node.sock");
    std::fs::write(&file, "").unwrap();
    let long = "x".repeat(200);
    for address in ["tcp:127.0.0.1", &long, &format!("unix:{long}")] {
        let node = Node::builder()
            .datadir(folder.path())
            .address(address)
            .wait(DEADLINE);
        let error = node.connect_if_any().await.expect_err("no address");
        assert!(!matches!(error, Error::NotThere { .. }), "{error}");
    }
}

/// Somebody is there, and is no node: that is not nobody.
#[tokio::test]
async fn who_hangs_up_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let listener = tokio::net::UnixListener::bind(folder.path().join("node.sock")).unwrap();
    let hangs_up = async {
        loop {
            drop(listener.accept().await.unwrap());
        }
    };
    let node = Node::builder().datadir(folder.path()).connect_if_any();
    let connected = tokio::select! {
        connected = within("connecting", node) => connected,
        () = hangs_up => unreachable!("it listens for ever"),
    };
    let error = connected.expect_err("it hangs up");
    assert!(error.is_disconnected(), "{error}");
}
