//! Parents and children.

use generated_examples::v32::init::InitProxy;
use ipc_runtime::ExceptionKind;
use ipc_tests::service::{PID, WAIT};
use tokio::process::Command;
use tokio::sync::oneshot;

use crate::support::{client, soon};

const PEER: &str = env!("CARGO_BIN_EXE_peer");

/// A child, and the news of its end.
async fn spawn() -> (InitProxy, oneshot::Receiver<()>) {
    let ipc = client();
    let init: InitProxy = soon(ipc.spawn_process(PEER)).await.unwrap();
    let (done, ended) = oneshot::channel();
    ipc.add_cleanup(&init, move || {
        let _ = done.send(());
    });
    (init, ended)
}

async fn signal(init: &InitProxy, signal: &str) {
    let echo = soon(init.make_echo()).await.unwrap();
    let pid = soon(echo.echo(PID)).await.unwrap();
    let status = soon(Command::new("kill").args([signal, &pid]).status());
    let status = status.await.unwrap();
    assert!(status.success());
}

#[tokio::test]
async fn a_child_serves_until_its_parent_is_done() {
    let (init, ended) = spawn().await;
    let echo = soon(init.make_echo()).await.unwrap();
    assert_eq!(
        soon(echo.echo("from the child")).await.unwrap(),
        "from the child"
    );
    let pid = soon(echo.echo(PID)).await.unwrap();
    assert_ne!(pid, std::process::id().to_string());
    drop((echo, init));
    soon(ended).await.unwrap();
}

#[tokio::test]
async fn a_killed_child_ends_every_call() {
    let (init, ended) = spawn().await;
    let echo = soon(init.make_echo()).await.unwrap();
    let waiting = tokio::spawn(echo.echo(WAIT));
    signal(&init, "-KILL").await;
    let exception = soon(waiting).await.unwrap().unwrap_err();
    assert_eq!(exception.kind(), ExceptionKind::Disconnected, "{exception}");
    soon(ended).await.unwrap();
    let later = soon(init.make_echo()).await.unwrap_err();
    assert_eq!(later.kind(), ExceptionKind::Disconnected, "{later}");
}

#[tokio::test]
async fn an_interrupt_is_left_to_the_parent() {
    let (init, ended) = spawn().await;
    signal(&init, "-INT").await;
    let echo = soon(init.make_echo()).await.unwrap();
    assert_eq!(soon(echo.echo("still there")).await.unwrap(), "still there");
    drop((echo, init));
    soon(ended).await.unwrap();
}

#[tokio::test]
async fn a_program_that_is_not_there() {
    let ipc = client();
    let spawned = ipc.spawn_process::<InitProxy>("no-such-program").await;
    let message = spawned.unwrap_err().to_string();
    assert!(message.contains("no-such-program"), "{message}");
    assert!(message.contains("No such file"), "{message}");
}

#[tokio::test]
async fn a_program_that_is_no_peer() {
    let ipc = client();
    let spawned = soon(ipc.spawn_process::<InitProxy>("/bin/true")).await;
    let exception = spawned.unwrap_err();
    assert_eq!(exception.kind(), ExceptionKind::Disconnected, "{exception}");
    assert!(
        exception.message().starts_with("/bin/true: "),
        "{exception}"
    );
}

#[tokio::test]
async fn a_peer_that_nobody_spawned_says_so() {
    let output = soon(Command::new(PEER).kill_on_drop(true).output())
        .await
        .unwrap();
    assert!(!output.status.success());
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        message.contains("only a parent process starts me"),
        "{message}"
    );
}

#[tokio::test]
async fn a_false_descriptor_is_refused() {
    let mut peer = Command::new(PEER);
    peer.args(["-ipcfd", "77"]).kill_on_drop(true);
    let output = soon(peer.output()).await.unwrap();
    assert!(!output.status.success());
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("Invalid -ipcfd number '77'"), "{message}");
}
