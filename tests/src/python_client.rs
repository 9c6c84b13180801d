//! `interop/client.py`, the client that does not use our code, against a node or what stands for one.

use crate::peers::{Peer, program, workspace};

/// What it does with a node's first object, each by its name.
const CASES: [&str; 25] = [
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

/// Runs all cases against the node at this address. Nothing if there is no Python for it, which is said.
///
/// # Panics
///
/// When a case fails.
pub async fn calls_a_node(address: &str) {
    let Some(python) = program("IPC_INTEROP_PYTHON", "a Python that has pycapnp 2.2") else {
        return;
    };
    let script = workspace().join("tests/interop/client.py");
    let script = script.display().to_string();
    let arguments = [script.as_str(), address].into_iter().chain(CASES);
    let (status, lines, report) = Peer::start("client.py", &python, arguments).finish().await;
    assert!(status.success(), "client.py failed ({status}){report}");
    assert_eq!(lines, CASES.map(|case| format!("ok {case}")));
}
