//! Bitcoin Core's own programs, where environment variables name them.

use std::net::TcpListener;
use std::path::PathBuf;

use bitcoin_core_ipc::{Gateway, Interfaces, Node};
use ipc_tests::peers::{Peer, program, within};
use tokio::process::Command;

use crate::dialect;
use crate::support::{ALICE, Served, curl};

/// What `bitcoin-cli` printed, and whether it was content.
async fn run(mut command: Command) -> (bool, String) {
    let output = within("bitcoin-cli", command.kill_on_drop(true).output())
        .await
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8(text).unwrap().trim().to_owned(),
    )
}

fn cli(program: &PathBuf, served: &Served, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command
        .arg(format!("-datadir={}", served.folder.path().display()))
        .args(["-regtest", "-rpcconnect=127.0.0.1"])
        .arg(format!("-rpcport={}", served.port()))
        .args(arguments);
    command
}

fn cookie(served: &Served) -> String {
    format!(
        "-rpccookiefile={}",
        served.folder.path().join(".cookie").display()
    )
}

#[tokio::test]
async fn bitcoin_cli_takes_the_gateway_for_a_node() {
    let Some(bitcoin_cli) = program("BITCOIN_CLI", "Bitcoin Core's bitcoin-cli") else {
        return;
    };
    for interfaces in crate::support::WITH_RPC {
        let (fake, served) = crate::support::gateway(interfaces).await;
        let tip = fake.mine();
        let cookie = cookie(&served);
        let run = async |arguments: &[&str]| run(cli(&bitcoin_cli, &served, arguments)).await;
        assert_eq!(
            run(&[&cookie, "getblockcount"]).await,
            (true, "1".to_owned())
        );
        let hash = (true, tip.hash.to_string());
        assert_eq!(run(&[&cookie, "getblockhash", "1"]).await, hash);
        let (success, text) = run(&[&cookie, "getblockhash", "9"]).await;
        assert_eq!(
            (success, text.as_str()),
            (
                false,
                "error code: -8\nerror message:\nBlock height out of range"
            )
        );
        let (success, text) = run(&["-rpcuser=alice", "-rpcpassword=wrong", "stop"]).await;
        assert!(!success && text.contains("Authorization failed"), "{text}");
        drop(fake);
        let (success, text) = run(&[&cookie, "getblockcount"]).await;
        let told =
            text.contains("the node cannot be reached") || text.contains("the node went away");
        assert!(!success && told, "{text}");
    }
}

/// A node that answers over HTTP too.
async fn start(datadir: &std::path::Path, rpc_port: u16, program: PathBuf) -> Peer {
    let mut command = Command::new(program);
    command.arg(format!("-datadir={}", datadir.display()));
    command.arg(format!("-rpcport={rpc_port}")).args([
        "-regtest",
        "-rpcuser=alice",
        "-rpcpassword=open sesame",
        "-ipcbind=unix",
        "-listen=0",
        "-daemon=0",
        "-printtoconsole=1",
    ]);
    let mut peer = Peer::run("bitcoin-node", command);
    peer.line(&["init message: Done loading"]).await;
    peer
}

#[tokio::test]
async fn a_node_says_the_same_through_the_gateway() {
    let Some(node) = program(
        "BITCOIN_NODE",
        "a bitcoin-node of Bitcoin Core, v30 or later",
    ) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let node = start(folder.path(), free, node).await;
    let socket = folder.path().join("regtest/node.sock");
    let builder = Node::builder().address(format!("unix:{}", socket.display()));
    let connected = within("connecting", builder.clone().connect())
        .await
        .unwrap();
    let served = Served::start(Gateway::new(builder)).await;
    if matches!(connected.interfaces(), Interfaces::V30 | Interfaces::V31) {
        let reply = served.post(r#"{"method":"getblockcount","id":1}"#).await;
        assert!(reply.body.contains("executeRpc is not there"), "{reply:?}");
        return node.kill().await;
    }
    let itself = format!("http://127.0.0.1:{free}/");
    let post = async |body: &str| curl(&["--user", ALICE, "--data-binary", body, &itself]).await;
    dialect::is_spoken(post, "the node itself").await;
    dialect::is_spoken(async |body| served.post(body).await, "the gateway").await;
    let more = [
        r#"{"method":"getblockhash","params":{"height":0},"id":1}"#,
        r#"{"method":"getblockhash","params":{"heihgt":0},"id":1}"#,
        r#"{"method":"getblockhash","params":["x"],"id":1}"#,
        r#"{"method":"getblock","params":["00"],"id":1}"#,
        r#"{"method":"validateaddress","params":["bcrt1qä"],"id":"ü"}"#,
        r#"{"jsonrpc":"2.0","method":"getdifficulty","params":[],"id":1}"#,
        r#"{"jsonrpc":"2.0","method":"getchaintips","id":1}"#,
        r#"{"jsonrpc":"2.0","method":"help","params":["getblockcount"],"id":1}"#,
        r#"{"jsonrpc":"2.0","method":"getdescriptorinfo","params":["raw(00)"],"id":1}"#,
        r#"{"jsonrpc":"2.0","method":"setmocktime","params":[-1],"id":1}"#,
    ];
    for body in more {
        assert_eq!(served.post(body).await, post(body).await, "{body}");
    }
    if let Some(bitcoin_cli) = program("BITCOIN_CLI", "Bitcoin Core's bitcoin-cli") {
        let address = "bcrt1q6rhpng9evdsfnn833a4f4vej0asu6dk5srld6x";
        let cookie = cookie(&served);
        let run = async |arguments: &[&str]| run(cli(&bitcoin_cli, &served, arguments)).await;
        let (success, blocks) = run(&[&cookie, "generatetoaddress", "2", address]).await;
        assert!(success && blocks.lines().count() == 4, "{blocks}");
        let (success, info) = run(&[&cookie, "-getinfo"]).await;
        assert!(success && info.contains("Blocks: 2"), "{info}");
        let (success, text) = run(&[&cookie, "-named", "getblockhash", "height=9"]).await;
        assert!(!success && text.starts_with("error code: -8"), "{text}");
    }
    node.kill().await;
    let reply = served.post(r#"{"method":"getblockcount","id":1}"#).await;
    let code = reply.json()["error"]["code"].as_i64().unwrap();
    assert!(matches!(code, -28 | -32603), "{reply:?}");
}
