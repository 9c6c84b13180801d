//! The command `ipc`, against scripted nodes of every version and a server of another schema.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod by_schema;
mod calls;
mod doctor;
mod foreign;
mod help;
mod interfaces;
mod schema;
mod serve;
mod served;
mod watch;

use std::ffi::OsStr;
use std::path::Path;
use std::process::Output;

use bitcoin_core_ipc::Interfaces;
use bitcoin_core_ipc::testing::FakeNode;
use ipc_tests::peers::within;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::Command;

const PROGRAM: &str = env!("CARGO_BIN_EXE_ipc");

/// Every set of interfaces.
const ALL: [Interfaces; 4] = [
    Interfaces::V30,
    Interfaces::V31,
    Interfaces::V32,
    Interfaces::Multiprocess,
];

/// How a run of the command ended.
#[derive(Debug, PartialEq, Eq)]
struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

/// Runs the command to its end.
async fn ipc<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Run {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).kill_on_drop(true);
    let Output {
        status,
        stdout,
        stderr,
    } = within("the command", command.output()).await.unwrap();
    Run {
        code: status.code(),
        stdout: String::from_utf8(stdout).unwrap(),
        stderr: String::from_utf8(stderr).unwrap(),
    }
}

/// Runs `ipc call`, which succeeds, and returns what it prints as JSON.
async fn json(arguments: &[&str]) -> String {
    let run = ipc(["call", "--json"].iter().chain(arguments)).await;
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
    run.stdout.trim_end().to_owned()
}

/// A command that does not end by itself.
fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(arguments);
    command
}

/// What Ctrl-C does.
fn interrupt(id: u32) {
    let id = i32::try_from(id).unwrap();
    kill_process(Pid::from_raw(id).unwrap(), Signal::INT).unwrap();
}

/// A node whose socket only its user can reach.
fn fake(interfaces: Interfaces) -> FakeNode {
    use std::os::unix::fs::PermissionsExt;

    let fake = FakeNode::start(interfaces).unwrap();
    let address = fake.address();
    let path = Path::new(address.strip_prefix("unix:").unwrap());
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    fake
}
