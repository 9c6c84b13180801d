//! The scripted node as a foreign peer finds it: what the tests of a real one ask of it.

use bitcoin_core_ipc::Interfaces;
use bitcoin_core_ipc::testing::FakeNode;
use ipc_tests::peers::{Peer, program, workspace};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_the_python_client() {
    let Some(python) = program("IPC_INTEROP_PYTHON", "a Python that has pycapnp 2.2") else {
        return;
    };
    let fake = FakeNode::start(Interfaces::V32).unwrap();
    let script = workspace().join("tests/interop/client.py");
    let script = script.display().to_string();
    let address = fake.address();
    let cases = [
        "construct",
        "make-thread",
        "pipelined",
        "texts",
        "large-text",
        "answers-in-order",
        "threads",
        "thread-name",
        "callback-thread",
        "foreign-thread",
        "thread-of-other-connection",
        "wrong-object-as-thread",
        "broken-thread",
        "no-thread",
        "pool",
        "destroy",
        "destroy-twice",
        "release",
        "unimplemented",
        "error-text",
        "disconnect",
        "disconnect-early",
        "garbage",
        "connections",
        "mining",
    ];
    let arguments = [script.as_str(), address.as_str()].into_iter().chain(cases);
    let (status, lines, report) = Peer::start("client.py", &python, arguments).finish().await;
    assert!(status.success(), "client.py failed ({status}){report}");
    assert_eq!(lines, cases.map(|case| format!("ok {case}")));
}
