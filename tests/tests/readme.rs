//! The README's example is the crate `examples/greeter`, word for word, and works.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::Stdio;

use ipc_tests::peers::{within, workspace};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

#[test]
fn the_readme_shows_the_example_as_it_is() {
    let readme = std::fs::read_to_string(workspace().join("README.md")).unwrap();
    for file in [
        "schema/greeter.capnp",
        "build.rs",
        "src/lib.rs",
        "src/bin/server.rs",
        "src/bin/client.rs",
    ] {
        let text =
            std::fs::read_to_string(workspace().join("examples/greeter").join(file)).unwrap();
        assert!(readme.contains(&text), "README.md differs from {file}");
    }
}

#[tokio::test]
async fn the_example_greets() {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "-p", "greeter", "--bins"])
        .current_dir(workspace())
        .status();
    assert!(built.await.unwrap().success());
    let programs = Path::new(env!("CARGO_BIN_EXE_peer")).parent().unwrap();

    let directory = tempfile::tempdir().unwrap();
    let run = |program: &str| {
        let mut command = Command::new(programs.join(program));
        command
            .current_dir(&directory)
            .kill_on_drop(true)
            .stdout(Stdio::piped());
        command
    };
    let mut server = run("server").spawn().unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let line = within("the server's first line", lines.next_line())
        .await
        .unwrap();
    let address = line
        .as_deref()
        .and_then(|line| line.strip_prefix("listening on "));
    assert!(
        address.is_some_and(|it| it.starts_with("unix:/") && it.ends_with("/greeter.sock")),
        "{line:?}"
    );

    let client = within("the client", run("client").output()).await.unwrap();
    assert_eq!(
        String::from_utf8(client.stdout).unwrap(),
        "Hello, world!\ntotal: 55\n"
    );
    assert!(client.status.success());
}
