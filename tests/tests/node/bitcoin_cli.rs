//! `bitcoin-cli` of Bitcoin Core v32 or later as a client of the scripted node, where `BITCOIN_CLI` names it: upstream's tests
//! of what it does with `-ipcconnect` and `-rpcconnect`, by number (`docs/checklist.md`).

use std::path::PathBuf;
use std::process::Output;

use bitcoin_core_ipc::Interfaces;
use bitcoin_core_ipc::testing::{FakeNode, Received};
use ipc_tests::peers::{program, within};
use tempfile::TempDir;
use tokio::net::UnixStream;
use tokio::process::Command;

/// `Rpc.executeRpc`.
const EXECUTE_RPC: Received = Received {
    interface: 0xacb1_d37f_0a71_3129,
    ordinal: 0,
};

const NO_HTTP: &str = "Could not connect to the server";
const NO_SOCKET: &str = "Probably bitcoin-node is not running or not listening on a unix socket";

struct Cli {
    program: PathBuf,
    folder: TempDir,
}

impl Cli {
    /// None where there is no `bitcoin-cli`.
    fn find() -> Option<Self> {
        let program = program("BITCOIN_CLI", "a bitcoin-cli of Bitcoin Core, v32 or later")?;
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("regtest")).unwrap();
        Some(Self { program, folder })
    }

    /// Where it looks for a node.
    fn socket(&self) -> PathBuf {
        self.folder.path().join("regtest/node.sock")
    }

    fn node(&self) -> FakeNode {
        FakeNode::start_at(Interfaces::V32, self.socket()).unwrap()
    }

    /// Asks for the number of blocks. Nobody listens on port 1 of this machine, where HTTP goes to.
    async fn ask(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(&self.program);
        command
            .arg(format!("-datadir={}", self.folder.path().display()))
            .args(["-regtest", "-rpcport=1", "-rpcpassword=wrong"])
            .args(arguments)
            .arg("getblockcount")
            .kill_on_drop(true);
        within("bitcoin-cli", command.output()).await.unwrap()
    }

    async fn succeeds(&self, arguments: &[&str]) {
        let output = self.ask(arguments).await;
        let error = String::from_utf8_lossy(&output.stderr);
        let status = output.status;
        assert!(status.success(), "{arguments:?}: {status}: {error}");
        assert_eq!(output.stdout, b"2\n", "{arguments:?}");
    }

    async fn fails(&self, arguments: &[&str], reason: &str) {
        let output = self.ask(arguments).await;
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{arguments:?}");
        assert!(error.contains(reason), "{arguments:?}: {error}");
    }
}

/// Ends the node, and waits until nobody listens any more.
async fn end(node: FakeNode, cli: &Cli) {
    drop(node);
    let ended = async {
        while UnixStream::connect(cli.socket()).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    within("the end of the node", ended).await;
}

fn two_blocks(node: &FakeNode) {
    node.mine();
    node.mine();
}

#[tokio::test]
async fn upstream_34_by_itself_it_takes_the_socket_if_there_is_a_node() {
    let Some(cli) = Cli::find() else {
        return;
    };
    let node = cli.node();
    two_blocks(&node);
    cli.succeeds(&[]).await;
    cli.succeeds(&["-ipcconnect=auto"]).await;
    let asked = node.received();
    let asked = asked.iter().filter(|call| **call == EXECUTE_RPC);
    assert_eq!(asked.count(), 2);
    end(node, &cli).await;
    cli.fails(&[], NO_HTTP).await;
    cli.fails(&["-ipcconnect=auto"], NO_HTTP).await;
}

#[tokio::test]
async fn upstream_35_37_http_is_taken_where_it_is_asked_for() {
    let Some(cli) = Cli::find() else {
        return;
    };
    let node = cli.node();
    for arguments in [
        &["-rpcconnect=127.0.0.1"][..],
        &["-rpcconnect=127.0.0.1", "-ipcconnect=auto"],
        &["-noipcconnect"],
    ] {
        cli.fails(arguments, NO_HTTP).await;
    }
    assert_eq!(node.received(), []);
}

#[tokio::test]
async fn upstream_36_a_socket_that_is_named_has_to_have_a_node() {
    let Some(cli) = Cli::find() else {
        return;
    };
    let path = format!("-ipcconnect=unix:{}", cli.socket().display());
    cli.fails(&["-ipcconnect=unix"], NO_SOCKET).await;
    let node = cli.node();
    two_blocks(&node);
    cli.succeeds(&["-ipcconnect=unix"]).await;
    cli.succeeds(&[&path]).await;
    end(node, &cli).await;
    assert!(cli.socket().exists());
    cli.fails(&["-ipcconnect=unix"], "Connection refused").await;
    cli.fails(&[&path], NO_SOCKET).await;
}

#[tokio::test]
async fn upstream_38_it_takes_one_way_only() {
    let Some(cli) = Cli::find() else {
        return;
    };
    let both = &["-ipcconnect=unix", "-rpcconnect=127.0.0.1"];
    cli.fails(both, "cannot both be enabled").await;
}

/// Not of upstream's list: what becomes of an error of the method.
#[tokio::test]
async fn an_error_of_a_method_is_told() {
    let Some(cli) = Cli::find() else {
        return;
    };
    let _node = cli.node();
    let mut command = Command::new(&cli.program);
    command
        .arg(format!("-datadir={}", cli.folder.path().display()))
        .args(["-regtest", "-ipcconnect=unix", "getblockhash", "7"])
        .kill_on_drop(true);
    let output = within("bitcoin-cli", command.output()).await.unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains("Block height out of range"), "{error}");
    assert_eq!(output.status.code(), Some(8));
}
