//! Socket files, and how many may connect.

use std::os::unix::fs::symlink;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

use generated_examples::v32::echo::EchoProxy;
use generated_examples::v32::init::InitProxy;
use ipc_runtime::{ExceptionKind, Ipc, Process, Protocol, Stats};
use ipc_tests::partner::PartnerProxy;
use ipc_tests::peers::Peer;
use ipc_tests::service::{TestEcho, TestInit, Watch};

use crate::support::{address, directory, listen, soon};

const ACTOR: &str = env!("CARGO_BIN_EXE_actor");

fn limited(connections: usize) -> Ipc {
    let ipc = Ipc::builder().connections(connections);
    ipc.build().unwrap()
}

async fn connect(address: &str) -> InitProxy {
    let ipc = Ipc::new().unwrap();
    soon(ipc.connect_address(address)).await.unwrap()
}

/// Lets every task of this test's thread run that can, a few times over.
async fn let_others_run() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn upstream_13_a_listener_serves_who_connects() {
    let directory = directory();
    let listener = listen(&Ipc::new().unwrap(), &directory, &Watch::new()).await;
    let echo = soon(connect(&listener.address()).await.make_echo()).await;
    assert_eq!(soon(echo.unwrap().echo("hello")).await.unwrap(), "hello");
}

#[tokio::test]
async fn a_peer_destroys_the_first_object_for_itself_alone() {
    let (directory, watch) = (directory(), Watch::new());
    let address = address(&directory);
    let ipc = Ipc::new().unwrap();
    let listening = ipc.listen_address(&address, TestEcho::new(&watch));
    let listener = soon(listening).await.unwrap();
    for _ in 0..3 {
        let echo: EchoProxy = soon(ipc.connect_address(&address)).await.unwrap();
        assert_eq!(soon(echo.echo("hello")).await.unwrap(), "hello");
        // Which destroys it.
        drop(echo);
        soon(async {
            while ipc.stats() != Stats::default() {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
    drop(listener);
    soon(watch.echoes(0)).await;
}

#[tokio::test]
async fn upstream_14_a_connection_limit_makes_later_peers_wait() {
    let directory = directory();
    let listener = listen(&limited(1), &directory, &Watch::new()).await;
    let address = listener.address();
    let first = connect(&address).await;
    let second = tokio::spawn(async move { connect(&address).await });
    let_others_run().await;
    soon(first.make_echo()).await.unwrap();
    assert!(!second.is_finished());
    drop(first);
    let second = soon(second).await.unwrap();
    soon(second.make_echo()).await.unwrap();
    drop(second);
    let third = connect(&listener.address()).await;
    soon(third.make_echo()).await.unwrap();
}

#[tokio::test]
async fn upstream_15_two_connections_at_a_time() {
    let directory = directory();
    let listener = listen(&limited(2), &directory, &Watch::new()).await;
    let address = listener.address();
    let (first, second) = (connect(&address).await, connect(&address).await);
    let third = tokio::spawn(async move { connect(&address).await });
    let_others_run().await;
    soon(first.make_echo()).await.unwrap();
    soon(second.make_echo()).await.unwrap();
    assert!(!third.is_finished());
    drop(second);
    soon(soon(third).await.unwrap().make_echo()).await.unwrap();
    soon(first.make_echo()).await.unwrap();
}

#[tokio::test]
async fn upstream_16_a_peer_that_leaves_before_it_is_accepted() {
    let directory = directory();
    let listener = listen(&limited(1), &directory, &Watch::new()).await;
    let first = connect(&listener.address()).await;
    let path = directory.path().join("test.sock");
    for _ in 0..10 {
        drop(UnixStream::connect(&path).unwrap());
    }
    drop(first);
    soon(connect(&listener.address()).await.make_echo())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_full_backlog_says_so() {
    let directory = directory();
    let ipc = Ipc::builder().backlog(1).build().unwrap();
    let bound = Process.bind(&address(&directory), ipc.context()).unwrap();
    // The system takes a few more than it was told.
    let mut waiting = Vec::new();
    let refused = loop {
        match Process.connect(&bound.address(), ipc.context()) {
            Ok(socket) => waiting.push(socket),
            Err(exception) => break exception,
        }
        assert!(waiting.len() < 100, "there is no end to the backlog");
    };
    assert!(refused.message().contains("is full"), "{refused}");

    // They are served once somebody does.
    let init = TestInit(Watch::new());
    let _listener = ipc.protocol().listen(bound, init).unwrap();
    let served = ipc.protocol().connect(waiting.remove(0));
    let served: InitProxy = soon(served).await.unwrap();
    soon(served.make_echo()).await.unwrap();
}

#[tokio::test]
async fn files_that_are_no_sockets_are_left_alone() {
    let ipc = Ipc::new().unwrap();
    let directory = directory();
    let path = directory.path().join("test.sock");
    let elsewhere = directory.path().join("elsewhere");
    drop(UnixListener::bind(&elsewhere).unwrap());
    for what in [
        "a file",
        "a directory",
        "a link to a stale socket",
        "a link",
    ] {
        let made = match what {
            "a file" => std::fs::write(&path, "precious"),
            "a directory" => std::fs::create_dir(&path),
            "a link" => symlink("nothing", &path),
            _ => symlink(&elsewhere, &path),
        };
        made.unwrap();
        let address = address(&directory);
        let listening = ipc.listen_address(&address, TestInit(Watch::new()));
        let message = soon(listening).await.unwrap_err().to_string();
        assert!(
            message.contains("a file that is not a socket"),
            "{what}: {message}"
        );
        assert!(path.symlink_metadata().is_ok(), "{what}");
        if path.is_dir() {
            std::fs::remove_dir(&path).unwrap();
        } else {
            std::fs::remove_file(&path).unwrap();
        }
    }
    assert!(elsewhere.exists());
}

#[tokio::test]
async fn upstream_22_directories_that_cannot_be_made() {
    let ipc = Ipc::new().unwrap();
    let directory = directory();
    std::fs::write(directory.path().join("file"), "").unwrap();
    let below_a_file = directory.path().join("file/x.sock");
    for path in [below_a_file.as_path(), Path::new("/proc/none/x.sock")] {
        let address = format!("unix:{}", path.display());
        let listening = ipc.listen_address(&address, TestInit(Watch::new()));
        let message = soon(listening).await.unwrap_err().to_string();
        let expected = format!("cannot listen on {address}: ");
        assert!(message.starts_with(&expected), "{message}");
    }
    let long = format!("unix:{}", "x".repeat(108));
    let listening = ipc.listen_address(&long, TestInit(Watch::new()));
    let message = soon(listening).await.unwrap_err().to_string();
    assert!(message.contains("maximum socket path length"), "{message}");
}

#[tokio::test]
async fn many_that_find_the_same_stale_socket() {
    let directory = directory();
    let path = directory.path().join("test.sock");
    for _ in 0..20 {
        drop(UnixListener::bind(&path).unwrap());
        let address = address(&directory);
        let binding: Vec<_> = (0..4)
            .map(|_| {
                let address = address.clone();
                let context = Ipc::new().unwrap().context().clone();
                std::thread::spawn(move || Process.bind(&address, &context))
            })
            .collect();
        let outcomes: Vec<_> = (binding.into_iter())
            .map(|thread| thread.join().unwrap())
            .collect();
        // Who was told that it listens can be reached.
        let listening = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(listening, 1, "{outcomes:?}");
        UnixStream::connect(&path).unwrap();
        drop(outcomes);
        assert!(!path.exists());
    }
}

#[tokio::test]
async fn a_relative_path_is_told_in_full() {
    let ipc = Ipc::new().unwrap();
    let name = format!("ipc-test-{}.sock", std::process::id());
    let bound = Process
        .bind(&format!("unix:{name}"), ipc.context())
        .unwrap();
    let full = std::env::current_dir().unwrap().join(&name);
    assert_eq!(bound.address(), format!("unix:{}", full.display()));
    drop(bound);
    assert!(!full.exists());
}

/// How many descriptors a process has open.
fn descriptors(pid: u32) -> usize {
    let directory = format!("/proc/{pid}/fd");
    std::fs::read_dir(directory).unwrap().count()
}

#[tokio::test]
async fn a_listener_outlives_a_lack_of_descriptors() {
    let directory = directory();
    let address = address(&directory);
    let mut actor = Peer::start("a server", Path::new(ACTOR), ["serve", &address, "32"]);
    actor.line(&["ready"]).await;
    let ipc = Ipc::new().unwrap();
    let partner: PartnerProxy = soon(ipc.connect_address(&address)).await.unwrap();

    let path = directory.path().join("test.sock");
    let crowd: Vec<_> = (0..40)
        .map(|_| UnixStream::connect(&path).unwrap())
        .collect();
    let pid = actor.id();
    soon(async {
        while descriptors(pid) < 32 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    // Who is in is served, who is not waits.
    assert_eq!(soon(partner.blob([1])).await.unwrap(), [1]);
    let late = tokio::spawn(async move {
        let late: PartnerProxy = ipc.connect_address(&address).await?;
        late.blob([2]).await
    });
    let_others_run().await;
    assert!(!late.is_finished());
    drop(crowd);
    assert_eq!(soon(late).await.unwrap().unwrap(), [2]);
    let (status, _, report) = actor.finish().await;
    assert!(status.success(), "{report}");
    let ended = soon(partner.blob([3])).await.unwrap_err();
    assert_eq!(ended.kind(), ExceptionKind::Disconnected, "{ended}");
}
