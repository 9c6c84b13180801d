//! Nodes that are started, with the program that `BITCOIN_NODE` names, and programs that are none.

use std::path::Path;
use std::time::Duration;

use bitcoin_core_ipc::roles::{NodeProcess, NodeProcessBuilder, spawn_node};
use bitcoin_core_ipc::{Error, Interfaces, Network};
use ipc_runtime::Ipc;
use ipc_tests::peers::{DEADLINE, program, within};
use tempfile::TempDir;
use tokio::process::Command;
use tokio::sync::mpsc;

use crate::example::built;

fn real() -> Option<std::path::PathBuf> {
    program(
        "BITCOIN_NODE",
        "a bitcoin-node of Bitcoin Core, v30 or later",
    )
}

fn started(program: &Path, folder: &TempDir) -> NodeProcessBuilder {
    NodeProcess::builder(program)
        .network(Network::Regtest)
        .datadir(folder.path())
        .args(["-listen=0", "-server=0"])
        .wait(DEADLINE)
}

fn sockets(folder: &Path) -> usize {
    let files = std::fs::read_dir(folder.join("regtest")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(".sock")).count()
}

#[tokio::test]
async fn a_node_starts_and_stops() {
    let Some(program) = real() else { return };
    let folder = tempfile::tempdir().unwrap();
    let process = started(&program, &folder);
    let (lines, mut log) = mpsc::unbounded_channel();
    let process = process.log(move |line| drop(lines.send(line.to_owned())));
    let mut process = within("starting", process.start()).await.unwrap();
    let line = within("the log", log.recv()).await.unwrap();
    assert!(line.contains("Bitcoin Core version"), "{line}");
    let node = process.node().clone();
    let mining = within("makeMining", node.mining()).await.unwrap();
    assert_eq!(
        within("getTip", mining.tip())
            .await
            .unwrap()
            .unwrap()
            .height,
        0
    );
    assert_eq!(sockets(folder.path()), 1);
    let running = tokio::time::timeout(Duration::ZERO, process.ended()).await;
    assert!(running.is_err(), "it has ended: {running:?}");
    let status = within("stopping", process.stop()).await.unwrap();
    assert!(status.success(), "{status}");
    assert_eq!(sockets(folder.path()), 0);
    let error = within("getTip", mining.tip()).await.unwrap_err();
    assert!(error.is_disconnected(), "{error}");
}

/// A node that is dropped ends: another one can have its data directory.
#[tokio::test]
async fn a_node_that_is_dropped_ends() {
    let Some(program) = real() else { return };
    let folder = tempfile::tempdir().unwrap();
    let process = started(&program, &folder);
    let process = within("starting", process.start()).await.unwrap();
    drop(process);
    let again = async {
        loop {
            // Until the first has ended, the directory is in use.
            if let Ok(process) = started(&program, &folder).start().await {
                break process;
            }
        }
    };
    let process = within("starting another", again).await;
    within("stopping", process.stop()).await.unwrap();
}

#[tokio::test]
async fn a_node_that_refuses_its_arguments_says_so() {
    let Some(program) = real() else { return };
    let folder = tempfile::tempdir().unwrap();
    let process = started(&program, &folder);
    let process = process.arg("-nonsense=1").start();
    let error = within("starting", process).await.unwrap_err().to_string();
    assert!(error.contains("it has ended (exit status: 1)"), "{error}");
}

/// What a released node has when another process starts it with nothing but a socket.
#[tokio::test]
async fn a_node_without_arguments_has_nothing_but_an_echo() {
    let Some(program) = real() else { return };
    let ipc = Ipc::new().unwrap();
    let (node, child) = within("starting", spawn_node(&ipc, &program))
        .await
        .unwrap();
    assert_eq!(
        within("an echo", node.echo("naïve")).await.unwrap(),
        "naïve"
    );
    assert_eq!(node.interfaces(), Interfaces::Multiprocess);
    drop(node);
    assert!(within("its end", child.exited()).await.unwrap().success());

    let (node, child) = within("starting", spawn_node(&ipc, &program))
        .await
        .unwrap();
    within("makeMining", node.mining()).await.unwrap_err();
    drop(node);
    within("its end", child.exited()).await.unwrap();
}

#[tokio::test]
async fn the_example_starts_and_stops_a_node() {
    let Some(node) = real() else { return };
    let program = built("spawn-node").await;
    let output = Command::new(program).arg(node).kill_on_drop(true).output();
    let output = within("the example", output).await.unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<_> = said.lines().collect();
    let [started, tip, stopped] = lines[..] else {
        panic!("{said}{}", String::from_utf8_lossy(&output.stderr));
    };
    assert!(started.starts_with("started: v"), "{started}");
    assert!(tip.starts_with("tip: 0 "), "{tip}");
    assert_eq!(stopped, "stopped: exit status: 0");
}

#[tokio::test]
async fn what_does_not_start_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let process = started(Path::new("/no/such/program"), &folder);
    let error = within("starting", process.start()).await.unwrap_err();
    assert!(matches!(error, Error::Process { .. }));
    assert!(
        error
            .to_string()
            .starts_with("/no/such/program: No such file"),
        "{error}"
    );
}

#[tokio::test]
async fn what_ends_at_once_says_how() {
    let folder = tempfile::tempdir().unwrap();
    let process = started(Path::new("false"), &folder);
    let error = within("starting", process.start()).await.unwrap_err();
    let text = "false: it has ended (exit status: 1); see what it has printed";
    assert_eq!(error.to_string(), text);
}

/// One that never listens is asked to end.
#[tokio::test]
async fn what_does_not_listen_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script");
    let pid = folder.path().join("pid");
    std::fs::write(
        &script,
        format!("#!/bin/sh\necho $$ > {}\nexec sleep 1000\n", pid.display()),
    )
    .unwrap();
    let mut permissions = std::fs::metadata(&script).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o700);
    std::fs::set_permissions(&script, permissions).unwrap();

    let process = NodeProcess::builder(&script)
        .network(Network::Regtest)
        .datadir(folder.path())
        .wait(Duration::from_millis(300));
    let error = within("starting", process.start()).await.unwrap_err();
    assert!(matches!(error, Error::Process { .. }), "{error}");
    assert!(error.to_string().contains("within 300ms"), "{error}");
    let pid: i32 = std::fs::read_to_string(pid)
        .unwrap()
        .trim()
        .parse()
        .unwrap();
    let gone = async {
        while Path::new("/proc")
            .join(pid.to_string())
            .join("exe")
            .exists()
        {
            tokio::task::yield_now().await;
        }
    };
    within("its end", gone).await;
}
