//! Peers in Python (pycapnp), both directions.
//!
//! They run when `IPC_INTEROP_PYTHON` names a Python that has pycapnp (`.ci/run` sets one up), and
//! are skipped with a message otherwise. The peers themselves are in `tests/interop/`.

mod rust_client;
mod rust_server;

use std::path::{Path, PathBuf};

use ipc_tests::peers::{self, Peer};

fn python() -> Option<PathBuf> {
    peers::program("IPC_INTEROP_PYTHON", "a Python that has pycapnp 2.2")
}

fn script(name: &str) -> String {
    peers::workspace()
        .join("tests/interop")
        .join(name)
        .display()
        .to_string()
}

/// Runs `client.py` with these arguments to its end: what it printed.
async fn run_client(python: &Path, arguments: &[&str]) -> Vec<String> {
    let script = script("client.py");
    let all = std::iter::once(script.as_str()).chain(arguments.iter().copied());
    let (status, lines, report) = Peer::start("client.py", python, all).finish().await;
    assert!(status.success(), "client.py failed ({status}){report}");
    lines
}

/// The two Python peers against each other: what the tests take for granted about them.
#[tokio::test]
async fn the_python_peers_understand_each_other() {
    let Some(python) = python() else { return };
    let node = rust_client::Node::start(&python, &["--accept-no-thread"]).await;
    let listed = run_client(&python, &["--list"]).await;
    let names = listed
        .iter()
        .filter_map(|line| line.split_whitespace().next());
    // The stand-in has neither a Mining nor a pool of threads.
    let cases: Vec<&str> = names
        .filter(|name| !["mining", "pool"].contains(name))
        .collect();
    let mut arguments = vec![node.address.as_str()];
    arguments.extend_from_slice(&cases);
    let lines = run_client(&python, &arguments).await;
    assert_eq!(lines.len(), cases.len(), "{lines:?}");
    node.finish().await;
}
