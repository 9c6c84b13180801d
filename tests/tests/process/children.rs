//! Children: what they get, how they end, and that none stays behind.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::time::Duration;

use generated_examples::v32::init::InitProxy;
use ipc_runtime::{ChildProcess, ExceptionKind, Ipc, Process};
use ipc_tests::peers::within;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use crate::support::{directory, script, soon};

const PEER: &str = env!("CARGO_BIN_EXE_peer");

/// An Ipc that soon loses patience.
fn impatient() -> Ipc {
    let ipc = Ipc::builder().handshake_timeout(Duration::from_millis(200));
    ipc.build().unwrap()
}

/// Whether there is such a process, be it a zombie.
fn exists(pid: &str) -> bool {
    Path::new("/proc").join(pid).exists()
}

async fn signal(child: &ChildProcess, signal: &str) {
    let pid = child.id().to_string();
    let sent = soon(Command::new("kill").args([signal, &pid]).status()).await;
    assert!(sent.unwrap().success());
}

#[tokio::test]
async fn the_exit_status_is_known() {
    let ipc = Ipc::new().unwrap();
    let (init, child) = soon(ipc.spawn_child::<InitProxy>(PEER)).await.unwrap();
    assert_eq!(child.exit_status().unwrap(), None);
    drop(init);
    assert!(soon(child.exited()).await.unwrap().success());
    assert!(child.exit_status().unwrap().unwrap().success());
    assert!(!exists(&child.id().to_string()));
    child.kill().unwrap();
}

#[tokio::test]
async fn a_killed_child_says_so() {
    let ipc = Ipc::new().unwrap();
    let (init, child) = soon(ipc.spawn_child::<InitProxy>(PEER)).await.unwrap();
    signal(&child, "-KILL").await;
    assert_eq!(soon(child.exited()).await.unwrap().signal(), Some(9));
    let exception = soon(init.make_echo()).await.unwrap_err();
    assert_eq!(exception.kind(), ExceptionKind::Disconnected, "{exception}");
}

#[tokio::test]
async fn we_can_kill_a_child() {
    let ipc = Ipc::new().unwrap();
    let (_init, child) = soon(ipc.spawn_child::<InitProxy>(PEER)).await.unwrap();
    child.kill().unwrap();
    assert_eq!(soon(child.exited()).await.unwrap().signal(), Some(9));
}

#[tokio::test]
async fn an_interrupt_leaves_the_child_to_its_parent() {
    let ipc = Ipc::new().unwrap();
    let (init, child) = soon(ipc.spawn_child::<InitProxy>(PEER)).await.unwrap();
    for _ in 0..3 {
        signal(&child, "-INT").await;
        soon(init.make_echo()).await.unwrap();
    }
    assert_eq!(child.exit_status().unwrap(), None);
    drop(init);
    assert!(soon(child.exited()).await.unwrap().success());
}

/// The names of `/proc/self/fd` in a child that was started while this process had a descriptor that it would
/// inherit.
#[tokio::test]
async fn a_child_inherits_the_standard_streams_and_its_socket() {
    let directory = directory();
    let program = script(directory.path(), r#"exec ls -l /proc/self/fd >"$0.out""#);
    let leak = rustix::io::dup(std::fs::File::open(&program).unwrap()).unwrap();
    let (child, socket) = Process.spawn(&program, "").unwrap();
    assert!(soon(child.exited()).await.unwrap().success());
    drop((socket, leak));
    let list = std::fs::read_to_string(directory.path().join("program.out")).unwrap();
    let open: Vec<(&str, &str)> = list
        .lines()
        .filter_map(|line| line.split_once(" -> "))
        .map(|(before, target)| (before.rsplit(' ').next().unwrap(), target))
        // The directory that is being listed.
        .filter(|(_, target)| !target.starts_with("/proc/"))
        .collect();
    let (streams, rest): (Vec<_>, Vec<_>) =
        (open.iter()).partition(|(number, _)| ["0", "1", "2"].contains(number));
    assert_eq!(streams.len(), 3, "{list}");
    assert!(
        matches!(*rest, [(_, target)] if target.starts_with("socket:")),
        "{list}"
    );
}

#[tokio::test]
async fn the_arguments_are_exactly_those_of_bitcoin_core() {
    let directory = directory();
    let program = script(directory.path(), r#"echo "$# $1 $2" >"$0.out""#);
    let (child, _socket) = Process.spawn(&program, "").unwrap();
    soon(child.exited()).await.unwrap();
    let arguments = std::fs::read_to_string(directory.path().join("program.out")).unwrap();
    let number = arguments.strip_prefix("2 -ipcfd ").unwrap();
    assert!(number.trim().parse::<u32>().unwrap() > 2, "{arguments}");
}

#[tokio::test]
async fn a_child_that_ends_at_once_says_how() {
    let directory = directory();
    let program = script(directory.path(), "exit 7");
    let spawned = soon(Ipc::new().unwrap().spawn_process::<InitProxy>(&program)).await;
    let exception = spawned.unwrap_err();
    assert_eq!(exception.kind(), ExceptionKind::Disconnected, "{exception}");
    assert!(
        exception.message().contains("exit status: 7"),
        "{exception}"
    );
}

#[tokio::test]
async fn a_child_that_is_no_peer_does_not_stay() {
    let directory = directory();
    let program = script(directory.path(), r#"echo $$ >"$0.pid"; exec sleep 1000"#);
    let spawned = soon(impatient().spawn_process::<InitProxy>(&program)).await;
    let exception = spawned.unwrap_err();
    assert_eq!(exception.kind(), ExceptionKind::TimedOut, "{exception}");
    assert!(exception.message().contains("signal: 9"), "{exception}");
    let pid = std::fs::read_to_string(directory.path().join("program.pid")).unwrap();
    assert!(!exists(pid.trim()));
}

/// The child holds one end of a pipe, so that its end can be seen.
#[tokio::test]
async fn a_spawn_that_is_given_up_ends_the_child() {
    let directory = directory();
    let program = script(
        directory.path(),
        r#"exec 9>"$0.pipe"; echo up >&9; exec sleep 1000"#,
    );
    let made = Command::new("mkfifo")
        .arg(directory.path().join("program.pipe"))
        .status();
    assert!(soon(made).await.unwrap().success());
    let ipc = impatient();
    let spawning = tokio::spawn(async move { ipc.spawn_process::<InitProxy>(program).await });
    let pipe = tokio::fs::File::open(directory.path().join("program.pipe"));
    let mut lines = BufReader::new(soon(pipe).await.unwrap()).lines();
    assert_eq!(soon(lines.next_line()).await.unwrap().unwrap(), "up");
    spawning.abort();
    let end = within("the child's end", lines.next_line()).await;
    assert_eq!(end.unwrap(), None);
}

#[tokio::test]
async fn upstream_17_children_start_while_other_threads_hold_locks() {
    let directory = directory();
    let program = script(directory.path(), "exit 0");
    let spawning = std::thread::spawn({
        let program = program.clone();
        move || {
            // Every thread that allocates and prints holds locks now and then.
            for _ in 0..20 {
                let (child, _socket) = Process.spawn(&program, "").unwrap();
                assert!(Process.wait_spawned(&child).unwrap().success());
            }
        }
    });
    while !spawning.is_finished() {
        std::hint::black_box(vec![0_u8; 1 << 12]);
        tokio::task::yield_now().await;
    }
    spawning.join().unwrap();
}

#[tokio::test]
async fn a_program_that_does_not_start_is_told_to_the_parent() {
    let directory = directory();
    let program = directory.path().join("program");
    for (contents, text) in [(None, "No such file"), (Some(""), "Permission denied")] {
        if let Some(contents) = contents {
            std::fs::write(&program, contents).unwrap();
        }
        let message = Process.spawn(&program, "").unwrap_err().to_string();
        assert!(message.starts_with("cannot start /"), "{message}");
        assert!(message.contains(text), "{message}");
    }
}
