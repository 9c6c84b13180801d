//! Clients in Python: a library for JSON-RPC, and the standard library.

use bitcoin_core_ipc::Interfaces;
use ipc_tests::peers::{Peer, program, workspace};

use crate::support::{ALICE, Methods, Served, gateway};

/// Runs `interop/json_rpc.py` against a server; nothing if there is no Python for it, which is said.
async fn runs(cases: &str, served: &Served) {
    let library = "a Python that has jsonrpclib-pelix 1.2";
    let Some(python) = program("IPC_INTEROP_PYTHON", library) else {
        return;
    };
    let script = workspace()
        .join("tests/interop/json_rpc.py")
        .display()
        .to_string();
    let (port, socket) = (served.port().to_string(), served.socket());
    let arguments = [script.as_str(), cases, &port, &socket, ALICE];
    let (status, lines, report) = Peer::start("json_rpc.py", &python, arguments)
        .finish()
        .await;
    assert!(status.success(), "json_rpc.py failed ({status}){report}");
    assert_eq!(lines, [format!("{cases}: ok")]);
}

#[tokio::test]
async fn calls_methods() {
    let methods = Methods::new();
    let served = Served::start(methods.handler()).await;
    runs("methods", &served).await;
    let notified = program("IPC_INTEROP_PYTHON", "as above").map_or(0, |_| 2);
    assert_eq!(*methods.noted.borrow(), notified);
}

#[tokio::test]
async fn calls_nodes_through_the_gateway() {
    for interfaces in [Interfaces::V32, Interfaces::Multiprocess] {
        let (fake, served) = gateway(interfaces).await;
        fake.mine();
        runs("gateway", &served).await;
    }
}
