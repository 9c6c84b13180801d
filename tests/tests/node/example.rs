//! The example `mining`: one short program, which runs with every version.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use bitcoin_core_ipc::testing::FakeNode;
use ipc_tests::peers::{within, workspace};
use tokio::process::Command;

use crate::ALL;

/// How long a program may be that mines a block.
const LINES: usize = 20;

/// The examples whose programs tests here run.
const EXAMPLES: [&str; 5] = [
    "chain-notify",
    "mining",
    "spawn-node",
    "wallet-balance",
    "wallet-stand-in",
];

/// The program of an example.
pub(crate) async fn built(name: &str) -> PathBuf {
    // All at once: alone, each would have its dependencies built anew, with features of its own.
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet"])
        .args(EXAMPLES.iter().flat_map(|example| ["-p", example]))
        .current_dir(workspace())
        .status();
    assert!(built.await.unwrap().success());
    Path::new(env!("CARGO_BIN_EXE_peer")).with_file_name(name)
}

#[test]
fn it_is_short() {
    let source = workspace().join("examples/mining/src/main.rs");
    let source = std::fs::read_to_string(source).unwrap();
    let code = source
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("//"));
    let count = code.count();
    assert!(count <= LINES, "the example has {count} lines of code");
}

#[tokio::test]
async fn it_mines_with_every_version() {
    let program = built("mining").await;

    for interfaces in ALL {
        let fake = FakeNode::start(interfaces).unwrap();
        let before = fake.mine();
        let output = Command::new(&program)
            .arg(fake.address())
            .kill_on_drop(true)
            .stderr(Stdio::inherit())
            .output();
        let output = within("the example", output).await.unwrap();
        assert!(output.status.success(), "{interfaces}: {}", output.status);
        let after = fake.tip();
        assert_eq!(after.height, 2);
        let expected = format!(
            "{interfaces}: tip 1 {}\nblock: accepted\nnext template on {}\n",
            before.hash, after.hash
        );
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
    }
}
