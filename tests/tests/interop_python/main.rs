//! Peers in Python (pycapnp), both directions.
//!
//! They run when `IPC_INTEROP_PYTHON` names a Python that has pycapnp (`.ci/run` sets one up), and
//! are skipped with a message otherwise. The peers themselves are in `tests/interop/`.

mod rust_client;
mod rust_server;

use std::path::PathBuf;

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
async fn run_client(python: &std::path::Path, arguments: &[&str]) -> Vec<String> {
    let script = script("client.py");
    let all = std::iter::once(script.as_str()).chain(arguments.iter().copied());
    let (status, lines, report) = Peer::start("client.py", python, all).finish().await;
    assert!(status.success(), "client.py failed ({status}){report}");
    lines
}
