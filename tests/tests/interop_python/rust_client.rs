//! A Rust client talks to the stand-in for a node, `tests/interop/server.py`.

use std::path::Path;

use generated_examples::v32::echo::EchoProxy;
use generated_examples::v32::init::InitProxy;
use ipc_runtime::{Exception, ExceptionKind, Ipc};
use ipc_tests::peers::{Peer, within};
use tempfile::TempDir;

use crate::{python, script};

pub(crate) struct Node {
    peer: Peer,
    pub(crate) address: String,
    _folder: TempDir,
}

impl Node {
    pub(crate) async fn start(python: &Path, mode: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("node.sock").display().to_string();
        let script = script("server.py");
        let mut arguments = vec![script.as_str(), "--until-stdin-closes"];
        arguments.extend_from_slice(mode);
        arguments.push(&path);
        let mut peer = Peer::start("server.py", python, &arguments);
        peer.line(&["ready"]).await;
        Self {
            peer,
            address: format!("unix:{path}"),
            _folder: folder,
        }
    }

    /// Waits for an event with these details, each as JSON.
    async fn event(&mut self, name: &str, details: &[&str]) -> String {
        let name = format!("\"event\": \"{name}\"");
        let mut parts = vec![name.as_str()];
        parts.extend_from_slice(details);
        self.peer.line(&parts).await
    }

    async fn connect(&self, ipc: &Ipc) -> Result<InitProxy, Exception> {
        within(
            "connecting",
            ipc.connect_address::<InitProxy>(&self.address),
        )
        .await
    }

    /// Ends the node, and checks that it saw nothing that would have broken a real one.
    pub(crate) async fn finish(self) -> Vec<String> {
        let (_, lines, report) = self.peer.finish().await;
        let violations = lines
            .iter()
            .filter(|line| line.contains("\"violation\""))
            .count();
        assert_eq!(violations, 0, "a real node would have crashed{report}");
        lines
    }
}

async fn echo(target: &EchoProxy, text: &str) -> Result<String, Exception> {
    within("an echo", target.echo(text)).await
}

#[tokio::test]
async fn echoes_texts_and_destroys_the_object() {
    let Some(python) = python() else { return };
    let mut node = Node::start(&python, &[]).await;
    let ipc = Ipc::new().expect("an Ipc");
    let init = node.connect(&ipc).await.expect("a connection");
    node.event("construct", &["\"has_thread_map\": true"]).await;

    let target = within("makeEcho", init.make_echo()).await.expect("an Echo");
    let large = "0123456789abcdef".repeat(65536);
    for text in ["", "hi", "naïve – Ünïcødé 日本語 🦀", &large] {
        assert_eq!(echo(&target, text).await.expect("an answer"), text);
    }
    for number in 0..200 {
        let text = format!("call {number}");
        assert_eq!(echo(&target, &text).await.expect("an answer"), text);
    }

    // The last handle goes: destroy, then the release; the last proxy goes: the connection closes.
    drop(target);
    node.event("destroy", &["\"object\": 1"]).await;
    node.event("released", &["\"object\": 1", "\"destroyed\": true"])
        .await;
    drop((init, ipc));
    node.event("disconnected", &[]).await;

    let lines = node.finish().await;
    let without_thread = |line: &&String| line.contains("\"has_thread\": false");
    assert_eq!(
        lines.iter().find(without_thread),
        None,
        "a call named no thread"
    );
    // One call at a time needs one thread.
    let threads = lines
        .iter()
        .filter(|line| line.contains("\"event\": \"thread\""))
        .count();
    assert_eq!(threads, 1, "{lines:#?}");
}

#[tokio::test]
async fn the_server_can_make_threads_on_the_client() {
    let Some(python) = python() else { return };
    let mut node = Node::start(&python, &[]).await;
    let ipc = Ipc::new().expect("an Ipc");
    let init = node.connect(&ipc).await.expect("a connection");
    node.event("client-thread", &["python-node"]).await;
    drop(init);
    node.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_waiting_call_does_not_hold_back_others() {
    let Some(python) = python() else { return };
    let mut node = Node::start(&python, &[]).await;
    let ipc = Ipc::new().expect("an Ipc");
    let init = node.connect(&ipc).await.expect("a connection");
    let target = within("makeEcho", init.make_echo()).await.expect("an Echo");

    let waiting = tokio::spawn(target.echo("wait:key"));
    node.event("call", &["\"text\": \"wait:key\""]).await;
    for number in 0..20 {
        let text = format!("meanwhile {number}");
        assert_eq!(echo(&target, &text).await.expect("an answer"), text);
    }
    assert_eq!(
        echo(&target, "signal:key").await.expect("an answer"),
        "signal:key"
    );
    let answer = within("the waiting call", waiting).await.expect("no panic");
    assert_eq!(answer.expect("an answer"), "wait:key");
    node.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_tasks_share_a_proxy() {
    let Some(python) = python() else { return };
    let node = Node::start(&python, &[]).await;
    let ipc = Ipc::new().expect("an Ipc");
    let init = node.connect(&ipc).await.expect("a connection");
    let target = within("makeEcho", init.make_echo()).await.expect("an Echo");

    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..16 {
        let target = target.clone();
        tasks.spawn(async move {
            for number in 0..25 {
                let text = format!("{task}/{number}");
                assert_eq!(echo(&target, &text).await.expect("an answer"), text);
            }
        });
    }
    within("the tasks", async {
        while let Some(task) = tasks.join_next().await {
            task.expect("no panic");
        }
    })
    .await;
    node.finish().await;
}

#[tokio::test]
async fn an_error_has_the_text_of_the_server() {
    let Some(python) = python() else { return };
    let node = Node::start(&python, &[]).await;
    let ipc = Ipc::new().expect("an Ipc");
    let init = node.connect(&ipc).await.expect("a connection");
    let target = within("makeEcho", init.make_echo()).await.expect("an Echo");

    let error = echo(&target, "fail:no such luck – 運")
        .await
        .expect_err("it fails");
    assert_eq!(error.kind(), ExceptionKind::Failed);
    assert!(error.is_remote());
    assert!(
        error
            .message()
            .contains("std::exception: no such luck – 運"),
        "{error}"
    );
    assert_eq!(
        (error.interface(), error.method()),
        (Some("Echo"), Some("echo"))
    );
    assert_eq!(echo(&target, "after").await.expect("an answer"), "after");

    let error = within("makeMiningOld2", init.make_mining_old2())
        .await
        .expect_err("it fails");
    assert!(
        error
            .message()
            .contains("Old mining interface (@2) not supported"),
        "{error}"
    );
    node.finish().await;
}

#[tokio::test]
async fn every_echo_fails_with_the_same_text() {
    let Some(python) = python() else { return };
    let node = Node::start(&python, &["--error", "out of order"]).await;
    let ipc = Ipc::new().expect("an Ipc");
    let init = node.connect(&ipc).await.expect("a connection");
    let target = within("makeEcho", init.make_echo()).await.expect("an Echo");
    for _ in 0..5 {
        let error = echo(&target, "hi").await.expect_err("it fails");
        assert!(
            error.message().contains("std::exception: out of order"),
            "{error}"
        );
    }
    node.finish().await;
}

#[tokio::test]
async fn a_null_object_is_an_error_that_says_so() {
    let Some(python) = python() else { return };
    let node = Node::start(&python, &[]).await;
    let ipc = Ipc::new().expect("an Ipc");
    let init = node.connect(&ipc).await.expect("a connection");
    let error = within("makeMining", init.make_mining())
        .await
        .expect_err("it is null");
    assert_eq!(error.kind(), ExceptionKind::Null, "{error}");
    let target = within("makeEcho", init.make_echo()).await.expect("an Echo");
    assert_eq!(echo(&target, "after").await.expect("an answer"), "after");
    node.finish().await;
}

#[tokio::test]
async fn a_dropped_call_is_cancelled_on_the_server() {
    let Some(python) = python() else { return };
    let mut node = Node::start(&python, &[]).await;
    let ipc = Ipc::new().expect("an Ipc");
    let init = node.connect(&ipc).await.expect("a connection");
    let target = within("makeEcho", init.make_echo()).await.expect("an Echo");

    tokio::select! {
        answer = target.echo("hang") => panic!("a call that never ends was answered: {answer:?}"),
        _ = node.event("call", &["\"text\": \"hang\""]) => {}
    }
    node.event("cancelled", &["Echo.echo"]).await;
    assert_eq!(echo(&target, "after").await.expect("an answer"), "after");
    node.finish().await;
}

#[tokio::test]
async fn a_server_without_a_thread_map_is_served_without_threads() {
    let Some(python) = python() else { return };
    let node = Node::start(&python, &["--no-thread-map", "--accept-no-thread"]).await;
    let ipc = Ipc::new().expect("an Ipc");
    let init = node.connect(&ipc).await.expect("a connection");
    let target = within("makeEcho", init.make_echo()).await.expect("an Echo");
    assert_eq!(echo(&target, "hi").await.expect("an answer"), "hi");
    node.finish().await;
}

#[tokio::test]
async fn a_construct_without_answer_can_be_given_up() {
    let Some(python) = python() else { return };
    let mut node = Node::start(&python, &["--hang-construct"]).await;
    let ipc = Ipc::new().expect("an Ipc");
    {
        let address = node.address.clone();
        let connecting = async {
            let init = ipc.connect_address::<InitProxy>(&address).await?;
            init.make_echo().await
        };
        tokio::select! {
            made = connecting => panic!("it got through: {made:?}"),
            _ = node.event("construct", &[]) => {}
        }
    }
    drop(ipc);
    node.event("disconnected", &[]).await;
    node.finish().await;
}

/// Connects and calls; the outcome must be an error of the connection.
async fn expect_broken(node: &Node) {
    let ipc = Ipc::new().expect("an Ipc");
    let outcome = match node.connect(&ipc).await {
        Ok(init) => within("makeEcho", init.make_echo()).await.map(drop),
        Err(error) => Err(error),
    };
    let error = outcome.expect_err("no Init is there");
    assert_eq!(error.kind(), ExceptionKind::Disconnected, "{error}");
}

#[tokio::test]
async fn a_connection_that_closes_at_once_is_an_error() {
    let Some(python) = python() else { return };
    let node = Node::start(&python, &["--close-at-once"]).await;
    for _ in 0..5 {
        expect_broken(&node).await;
    }
}

#[tokio::test]
async fn garbage_is_an_error() {
    let Some(python) = python() else { return };
    for kind in ["text", "segments", "huge", "pointer", "truncated"] {
        let node = Node::start(&python, &["--garbage", kind]).await;
        expect_broken(&node).await;
    }
}

#[tokio::test]
async fn a_killed_server_fails_the_calls_in_flight() {
    let Some(python) = python() else { return };
    let mut node = Node::start(&python, &[]).await;
    let ipc = Ipc::new().expect("an Ipc");
    let init = node.connect(&ipc).await.expect("a connection");
    let target = within("makeEcho", init.make_echo()).await.expect("an Echo");
    let pending = tokio::spawn(target.echo("hang"));
    node.event("call", &["\"text\": \"hang\""]).await;
    node.peer.kill().await;
    let error = within("the pending call", pending)
        .await
        .expect("no panic")
        .expect_err("no answer");
    assert_eq!(error.kind(), ExceptionKind::Disconnected, "{error}");
    let error = echo(&target, "later")
        .await
        .expect_err("the connection is gone");
    assert_eq!(error.kind(), ExceptionKind::Disconnected, "{error}");
    within("dropping the proxies", async { drop((target, init, ipc)) }).await;
}
