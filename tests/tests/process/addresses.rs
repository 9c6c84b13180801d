//! Addresses that may lead to nobody, and what is said of those that do.

use std::os::unix::net::UnixListener;
use std::path::Path;

use generated_examples::v32::init::InitProxy;
use ipc_runtime::{Exception, Ipc};
use ipc_tests::service::{TestInit, Watch};

use crate::support::{directory, soon};

/// An Ipc of a program whose socket is called `node.sock`.
fn ipc(data_dir: &Path) -> Ipc {
    let ipc = Ipc::builder().exe_name("bitcoin-node").data_dir(data_dir);
    ipc.build().unwrap()
}

async fn try_connect(ipc: &Ipc, address: &str) -> Result<Option<InitProxy>, Exception> {
    soon(ipc.connect_address_if_any(address)).await
}

#[tokio::test]
async fn some_addresses_are_never_anybody() {
    let directory = directory();
    let ipc = ipc(directory.path());
    let _listener = ipc.listen_address("unix", TestInit(Watch::new())).await;
    for address in ["", "0"] {
        assert!(try_connect(&ipc, address).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn auto_is_whoever_listens() {
    let directory = directory();
    let ipc = ipc(directory.path());
    assert!(try_connect(&ipc, "auto").await.unwrap().is_none());

    let listener = ipc.listen_address("unix:", TestInit(Watch::new())).await;
    let expected = format!("unix:{}", directory.path().join("node.sock").display());
    assert_eq!(listener.as_ref().unwrap().address(), expected);
    let init = try_connect(&ipc, "auto").await.unwrap().unwrap();
    soon(init.make_echo()).await.unwrap();
}

#[tokio::test]
async fn auto_is_nobody_where_no_server_can_be() {
    let directory = directory();
    let file = directory.path().join("file");
    std::fs::write(&file, "").unwrap();
    let long = directory.path().join("x".repeat(120));
    for data_dir in [&directory.path().join("missing"), &file, &long] {
        assert!(try_connect(&ipc(data_dir), "auto").await.unwrap().is_none());
    }

    drop(UnixListener::bind(directory.path().join("node.sock")).unwrap());
    let stale = try_connect(&ipc(directory.path()), "auto").await;
    assert!(stale.unwrap().is_none());
}

#[tokio::test]
async fn auto_fails_where_somebody_else_is() {
    let directory = directory();
    let listener = UnixListener::bind(directory.path().join("node.sock")).unwrap();
    let closing = std::thread::spawn(move || drop(listener.accept().unwrap()));
    let exception = try_connect(&ipc(directory.path()), "auto").await;
    let exception = exception.unwrap_err();
    assert!(exception.message().starts_with("auto: "), "{exception}");
    closing.join().unwrap();
}

#[tokio::test]
async fn other_addresses_need_somebody() {
    let directory = directory();
    let ipc = ipc(directory.path());
    let path = directory.path().join("node.sock");
    for address in ["unix", "unix:", "unix:node.sock"] {
        let message = try_connect(&ipc, address).await.unwrap_err().to_string();
        let full = format!("cannot connect to unix:{} (", path.display());
        assert!(message.starts_with(&full), "{message}");
    }
}

#[tokio::test]
async fn a_connection_that_must_be_there_cannot_be_optional() {
    let directory = directory();
    let ipc = ipc(directory.path());
    for address in ["", "0", "auto"] {
        let connected = soon(ipc.connect_address::<InitProxy>(address)).await;
        let message = connected.unwrap_err().to_string();
        assert!(message.contains(&format!("'{address}'")), "{message}");
        assert!(message.contains("connect_address_if_any"), "{message}");
    }
}

#[tokio::test]
async fn upstream_21_two_sockets_of_one_process() {
    let directory = directory();
    let ipc = ipc(directory.path());
    let init = || TestInit(Watch::new());
    let invalid = ipc.listen_address("invalid:", init()).await.unwrap_err();
    assert!(invalid.message().contains("'invalid:'"), "{invalid}");
    assert!(try_connect(&ipc, "invalid:").await.is_err());

    let addresses = [0, 1].map(|n| format!("unix:{}/{n}.sock", directory.path().display()));
    let mut listeners = Vec::new();
    for address in &addresses {
        let listener = ipc.listen_address(address, init()).await.unwrap();
        assert_eq!(&listener.address(), address);
        listeners.push(listener);
    }
    for n in [0, 1, 0, 0, 1] {
        let connecting = ipc.connect_address::<InitProxy>(&addresses[n]);
        let echo = soon(soon(connecting).await.unwrap().make_echo()).await;
        assert_eq!(soon(echo.unwrap().echo("hello")).await.unwrap(), "hello");
    }
}
