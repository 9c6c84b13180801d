//! The example `examples/guestbook`: traits that are their own schema, over a real socket, among themselves and
//! with a peer in Python that has only the schema.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use ipc_tests::peers::{self, Peer, within, workspace};
use tokio::process::Command;
use tokio::sync::OnceCell;

fn folder() -> PathBuf {
    workspace().join("examples/guestbook")
}

/// Builds the example, and finds one of its programs.
async fn built(program: &str) -> PathBuf {
    static BUILT: OnceCell<()> = OnceCell::const_new();
    let build = || async {
        let cargo = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "-p", "guestbook", "--bins"])
            .current_dir(workspace())
            .status();
        assert!(cargo.await.unwrap().success());
    };
    BUILT.get_or_init(build).await;
    let programs = Path::new(env!("CARGO_BIN_EXE_peer")).parent().unwrap();
    programs.join(program)
}

fn socket(directory: &tempfile::TempDir) -> String {
    directory
        .path()
        .join("guestbook.sock")
        .display()
        .to_string()
}

async fn finish(name: &str, program: &Path, arguments: &[&str]) -> Vec<String> {
    let (status, lines, report) = Peer::start(name, program, arguments).finish().await;
    assert!(status.success(), "{name} failed ({status}){report}");
    lines
}

const FERRIS: &[&str] = &["Ferris signed", "1 entries", "Ferris: Happy, 5 stars "];

#[tokio::test]
async fn the_programs_talk_to_each_other() {
    let directory = tempfile::tempdir().unwrap();
    let address = format!("unix:{}", socket(&directory));
    let mut server = Peer::start("the server", &built("guestbook_server").await, [&address]);
    within("the server", server.line(&["listening on"])).await;
    let lines = finish("the client", &built("guestbook_client").await, &[&address]).await;
    assert_eq!(lines, FERRIS);
    server.kill().await;
}

fn python() -> Option<(PathBuf, String)> {
    let python = peers::program("IPC_INTEROP_PYTHON", "a Python that has pycapnp 2.2")?;
    Some((python, folder().join("peer.py").display().to_string()))
}

#[tokio::test]
async fn python_signs_the_book() {
    let Some((python, peer)) = python() else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let socket = socket(&directory);
    let address = format!("unix:{socket}");
    let mut server = Peer::start("the server", &built("guestbook_server").await, [&address]);
    within("the server", server.line(&["listening on"])).await;
    finish("the client", &built("guestbook_client").await, &[&address]).await;
    let lines = finish("peer.py", &python, &[&peer, "sign", &socket, "Monty"]).await;
    let expected = [
        "Monty signed",
        "2 entries",
        "Monty: angry, 1 stars too cold",
        "Ferris: happy, 5 stars",
    ];
    assert_eq!(lines, expected);
    server.kill().await;
}

#[tokio::test]
async fn a_book_in_python_is_signed() {
    let Some((python, peer)) = python() else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let socket = socket(&directory);
    let mut server = Peer::start("peer.py", &python, [&peer, "serve", &socket]);
    within("peer.py", server.line(&["listening"])).await;
    let client = built("guestbook_client").await;
    let lines = finish("the client", &client, &[&format!("unix:{socket}")]).await;
    assert_eq!(lines, FERRIS);
    server.kill().await;
}

#[test]
fn the_schema_is_current() {
    let schema = folder().join("schema/guestbook.capnp");
    let export = ipc_gen::Export::new(&[folder().join("src/lib.rs")]).kept(&schema);
    let exported = export.run().unwrap();
    assert_eq!(std::fs::read_to_string(schema).unwrap(), exported.schema());
}
