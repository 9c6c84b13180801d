//! The examples: short programs, each the same for every version.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use bitcoin_core_ipc::testing::FakeNode;
use bitcoin_core_ipc::{Interfaces, Network};
use ipc_tests::peers::{Peer, within, workspace};
use tokio::process::Command;

use crate::ALL;

/// How long a program may be that mines a block.
const MINING: usize = 20;
/// What one sees of a program at once.
const SCREEN: usize = 55;

/// The examples whose programs tests here run.
const EXAMPLES: [&str; 7] = [
    "chain-notify",
    "mining",
    "rpc",
    "spawn-node",
    "tip-watch",
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

async fn output(program: &Path, arguments: &[&str]) -> Output {
    let output = Command::new(program)
        .args(arguments)
        .kill_on_drop(true)
        .stdin(Stdio::null())
        .output();
    within("the example", output).await.unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn they_are_short() {
    for example in EXAMPLES {
        let lines = if example == "mining" { MINING } else { SCREEN };
        let source = workspace().join(format!("examples/{example}/src/main.rs"));
        let source = std::fs::read_to_string(source).unwrap();
        let code = source
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with("//"));
        let count = code.count();
        assert!(count <= lines, "{example} has {count} lines of code");
    }
}

#[tokio::test]
async fn mining_mines_with_every_version() {
    let program = built("mining").await;
    for interfaces in ALL {
        let fake = FakeNode::start(interfaces).unwrap();
        let before = fake.mine();
        let output = output(&program, &[&fake.address()]).await;
        assert!(output.status.success(), "{}", text(&output.stderr));
        let after = fake.tip();
        assert_eq!(after.height, 2);
        let expected = format!(
            "{interfaces}: tip 1 {}\nblock: accepted\nnext template on {}\n",
            before.hash, after.hash
        );
        assert_eq!(text(&output.stdout), expected);
    }
}

/// The line that the program prints next.
async fn line(watching: &mut Peer) -> String {
    watching.line(&[]).await
}

#[tokio::test]
async fn tip_watch_outlives_the_node() {
    let program = built("tip-watch").await;
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("node.sock");
    let address = format!("unix:{}", socket.display());
    let mut watching = Peer::start("tip-watch", &program, [&address]);
    for interfaces in ALL {
        let _ = std::fs::remove_file(&socket);
        let fake = FakeNode::start_at(interfaces, &socket).unwrap();
        fake.mine();
        let first = fake.tip();
        assert_eq!(
            line(&mut watching).await,
            format!("{interfaces} at {address}")
        );
        let expected = format!("tip 1 {}", first.hash);
        assert_eq!(line(&mut watching).await, expected);
        within("its wait", fake.until_waiting(1)).await;
        let second = fake.mine();
        let expected = format!("tip 2 {}", second.hash);
        assert_eq!(line(&mut watching).await, expected);
        within("its wait", fake.until_waiting(1)).await;
        drop(fake);
        let lost = line(&mut watching).await;
        assert!(lost.starts_with("lost: "), "{lost}");
    }
    watching.kill().await;
}

#[tokio::test]
async fn tip_watch_tells_how_far_the_node_is() {
    let program = built("tip-watch").await;
    for interfaces in ALL {
        let fake = FakeNode::start(interfaces).unwrap();
        fake.mine();
        fake.set_initial_block_download(true);
        let mut watching = Peer::start("tip-watch", &program, [fake.address()]);
        assert!(
            line(&mut watching)
                .await
                .starts_with(&interfaces.to_string())
        );
        let expected = match interfaces {
            Interfaces::V30 | Interfaces::V31 => "catching up: 1",
            _ => "catching up: 1 of 1, 50.00 %",
        };
        assert_eq!(line(&mut watching).await, expected);
        fake.set_initial_block_download(false);
        let tip = watching.line(&["tip 1 "]).await;
        assert_eq!(tip, format!("tip 1 {}", fake.tip().hash));
        within("its wait", fake.until_waiting(1)).await;
        fake.stop_waits();
        watching.line(&["the node shuts down"]).await;
        watching.kill().await;
    }
}

#[tokio::test]
async fn tip_watch_says_what_to_do_while_nobody_is_there() {
    let program = built("tip-watch").await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(Network::Regtest.folder())).unwrap();
    let socket = folder.path().join("regtest/node.sock");
    let mut watching = Command::new(&program)
        .arg(format!("unix:{}", socket.display()))
        .kill_on_drop(true)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = tokio::io::BufReader::new(watching.stderr.take().unwrap());
    let mut line = String::new();
    let reading = tokio::io::AsyncBufReadExt::read_line(&mut told, &mut line);
    within("the first line", reading).await.unwrap();
    assert!(
        line.starts_with("tip-watch: not yet: cannot connect to unix:"),
        "{line}"
    );
    assert!(line.ends_with("with -ipcbind=unix\n"), "{line}");
    within("its end", watching.kill()).await.unwrap();

    let usage = output(&program, &[]).await;
    assert_eq!(usage.status.code(), Some(1));
    assert_eq!(
        text(&usage.stderr),
        "tip-watch: usage: tip-watch unix:PATH\n"
    );
}

#[tokio::test]
async fn rpc_prints_results_and_says_which_versions_have_it() {
    let program = built("rpc").await;
    for interfaces in ALL {
        let fake = FakeNode::start(interfaces).unwrap();
        let tip = fake.mine();
        let address = fake.address();
        let count = output(&program, &[&address, "getblockcount"]).await;
        if matches!(interfaces, Interfaces::V30 | Interfaces::V31) {
            assert_eq!(count.status.code(), Some(1));
            let expected = format!(
                "rpc: executeRpc is not there: the node speaks {interfaces}; v32 and multiprocess have it\n"
            );
            assert_eq!(text(&count.stderr), expected);
            assert_eq!(text(&count.stdout), "");
            continue;
        }
        assert_eq!((text(&count.stdout), count.status.code()), ("1\n", Some(0)));
        let hash = output(&program, &[&address, "getblockhash", "1"]).await;
        assert_eq!(text(&hash.stdout), format!("\"{}\"\n", tip.hash));
        let info = output(&program, &[&address, "getblockchaininfo"]).await;
        assert!(text(&info.stdout).contains("\n  \"chain\": \"regtest\","));

        let failed = output(&program, &[&address, "getblockhash", "7"]).await;
        assert_eq!(failed.status.code(), Some(1));
        let expected = "rpc: getblockhash: Block height out of range (code -8)\n";
        assert_eq!(text(&failed.stderr), expected);
        // Text that is no JSON.
        let failed = output(&program, &[&address, "getblockhash", "seven"]).await;
        assert_eq!(text(&failed.stderr), expected);
    }
    let usage = output(&program, &["unix:/x"]).await;
    assert_eq!(usage.status.code(), Some(1));
    assert!(text(&usage.stderr).starts_with("rpc: usage: "));
    let nobody = output(&program, &["unix:/nowhere/node.sock", "stop"]).await;
    assert!(text(&nobody.stderr).contains("there is no folder /nowhere"));
}

/// A node of another user, whose socket is not for everybody.
#[tokio::test]
async fn who_may_not_connect_is_told_whose_the_node_is() {
    use std::os::unix::fs::PermissionsExt;

    if !rustix::process::geteuid().is_root() {
        eprintln!("SKIPPED: only root can start a process of another user");
        return;
    }
    const NOBODY: u32 = 65_534;
    let open = |path: &Path, mode| {
        std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    };
    let program = built("rpc").await;
    let folder = tempfile::tempdir().unwrap();
    open(folder.path(), 0o755);
    let inner = folder.path().join("regtest");
    std::fs::create_dir(&inner).unwrap();
    // By another process: a child that this one forks meanwhile would keep the file open for writing.
    let copy = folder.path().join("rpc");
    let copied = Command::new("cp").args([&program, &copy]).status().await;
    assert!(copied.unwrap().success());
    let socket = inner.join("node.sock");
    let fake = FakeNode::start_at(Interfaces::V32, &socket).unwrap();
    for (closed, mode) in [(&socket, 0o600), (&inner, 0o700)] {
        open(closed, mode);
        let refused = Command::new(&copy)
            .args([&fake.address(), "getblockcount"])
            .uid(NOBODY)
            .gid(NOBODY)
            .output();
        let refused = within("the example", refused).await.unwrap();
        let error = text(&refused.stderr);
        let whose = format!(
            "; {} belongs to user 0 and group 0, with mode {mode:o}, and this is user {NOBODY}: run",
            closed.display()
        );
        assert!(error.contains(&whose), "{error}");
    }
}
