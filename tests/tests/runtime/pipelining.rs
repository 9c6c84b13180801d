//! Calls of what other calls will bring.

use std::sync::Arc;
use std::time::Duration;

use generated_examples::v32::echo::{Echo, EchoProxy};
use generated_examples::v32::init::{Init, InitProxy};
use generated_examples::v32::mining::MiningProxy;
use generated_examples::v32::rpc::RpcProxy;
use ipc_runtime::{EngineKind, Exception, ExceptionKind, Stats, Threads};
use ipc_tests::callbacks::{CallbackProxy, Caller, CallerProxy, CompareProxy, NotifyProxy};
use ipc_tests::nodes::NodeProxy;
use ipc_tests::service::{FAIL, TestInit, WAIT, Watch};
use ipc_tests::test_node::{Journal, TestNode};

use crate::support::{
    answering, begin, calling, client, counts, pair, pair_of, remote, server_ipc, settled, soon,
    until,
};

/// Makes its echoes when it is told to.
struct SlowInit(Arc<Watch>);

impl Init for SlowInit {
    async fn make_echo(&self) -> Result<EchoProxy, Exception> {
        let echo = ipc_tests::service::TestEcho::new(&self.0);
        echo.echo(WAIT.to_owned()).await?;
        Ok(EchoProxy::new(echo))
    }

    async fn make_mining_old2(&self) -> Result<(), Exception> {
        Ok(())
    }

    async fn make_mining(&self) -> Result<MiningProxy, Exception> {
        Err(Exception::failed("none"))
    }

    async fn make_rpc(&self) -> Result<RpcProxy, Exception> {
        Err(Exception::failed("none"))
    }
}

#[tokio::test]
async fn a_call_goes_to_what_another_will_bring() {
    for threads in [Threads::Tasks, Threads::Dedicated] {
        let pair = pair_of(calling(), answering().threads(threads)).await;
        let echo = pair.init.make_echo().pipeline();
        let calls: Vec<_> = (0..10).map(|it| echo.echo(it.to_string())).collect();
        for (it, call) in calls.into_iter().enumerate() {
            assert_eq!(soon(call).await.unwrap(), it.to_string());
        }
        drop(echo);
        soon(pair.watch.echoes(0)).await;
    }
}

#[tokio::test]
async fn chains_of_any_length() {
    let journal = Journal::new();
    let root: NodeProxy = remote(&client(), &server_ipc(), TestNode::new(&journal)).await;
    let mut node = root.clone();
    for _ in 0..50 {
        node = node.child().pipeline();
    }
    assert_eq!(soon(node.ping(7)).await.unwrap(), 7);
    assert_eq!(journal.arrivals(), [(50, 7)]);
    drop((root, node));
    soon(journal.nodes(0)).await;
}

/// What a long chain of calls will bring, the first of which waits.
fn chain(root: &NodeProxy) -> NodeProxy {
    let length = match (crate::CLIENT, crate::SERVER) {
        (EngineKind::Native, EngineKind::Native) => 10_000,
        // `capnp-rpc` needs stack for it.
        _ => 100,
    };
    let first = root.wait().pipeline();
    (0..length).fold(first, |node, _| node.child().pipeline())
}

#[tokio::test]
async fn long_chains_that_come_to_nothing() {
    let journal = Journal::new();
    let (client, server) = (client(), server_ipc());
    let root: NodeProxy = remote(&client, &server, TestNode::new(&journal)).await;
    let before = counts(&client);
    let unwanted = chain(&root);
    soon(journal.waiting(1)).await;
    drop(unwanted);
    soon(journal.waiting(0)).await;
    settled(&client, before).await;

    let failing = chain(&root);
    soon(journal.waiting(1)).await;
    journal.open();
    soon(failing.ping(1)).await.unwrap_err();
    drop(failing);
    settled(&client, before).await;

    let lost = chain(&root);
    soon(journal.waiting(1)).await;
    server.shutdown(Duration::ZERO).await;
    let failure = soon(lost.ping(1)).await.unwrap_err();
    assert_eq!(failure.kind(), ExceptionKind::Disconnected, "{failure}");
    drop((root, lost));
    until(|| client.stats() == Stats::default()).await;
    soon(journal.nodes(0)).await;
}

#[tokio::test]
async fn the_failure_of_the_first_call_is_that_of_the_others() {
    let pair = pair().await;
    let mining = pair.init.make_mining().pipeline();
    let failure = soon(mining.is_test_chain()).await.unwrap_err();
    assert_eq!(failure.kind(), ExceptionKind::Overloaded, "{failure}");
    assert!(failure.message().contains("no mining today"), "{failure}");
    drop(mining);
    assert_eq!(soon(pair.echo().await.echo("on")).await.unwrap(), "on");
}

#[tokio::test]
async fn null_cannot_be_called() {
    let journal = Journal::new();
    let node: NodeProxy = remote(&client(), &server_ipc(), TestNode::new(&journal)).await;
    let failure = soon(node.kept().pipeline().ping(1)).await.unwrap_err();
    // Whoever finds out first says so in words of its own.
    let words = ["null", "no capabilities", "holds no objects"];
    let message = failure.to_string();
    assert!(words.iter().any(|it| message.contains(it)), "{message}");
    let local = NodeProxy::new(TestNode::new(&journal));
    let failure = soon(local.kept().pipeline().ping(1)).await.unwrap_err();
    assert_eq!(failure.kind(), ExceptionKind::Null, "{failure}");
}

#[tokio::test]
async fn a_call_is_given_up_when_nobody_wants_its_object() {
    let watch = Watch::new();
    let (client, server) = (client(), server_ipc());
    let init: InitProxy = remote(&client, &server, SlowInit(Arc::clone(&watch))).await;
    let before = counts(&client);
    for limit in [None, Some(Duration::from_secs(600))] {
        let call = init.make_echo();
        let echo = match limit {
            Some(limit) => call.timeout(limit),
            None => call,
        };
        let echo = echo.pipeline();
        soon(watch.waiting(1)).await;
        drop(echo);
        soon(watch.waiting(0)).await;
        soon(watch.echoes(0)).await;
        settled(&client, before).await;
    }
}

#[tokio::test]
async fn a_call_of_what_is_to_come_wants_it() {
    let watch = Watch::new();
    let (client, server) = (client(), server_ipc());
    let init: InitProxy = remote(&client, &server, SlowInit(Arc::clone(&watch))).await;
    let before = counts(&client);
    let mut call = init.make_echo().pipeline().echo("later");
    begin(&mut call).await;
    soon(watch.waiting(1)).await;
    // What is said after a Finish is heard after it.
    soon(init.make_mining_old2()).await.unwrap();
    soon(watch.waiting(1)).await;
    watch.release();
    assert_eq!(soon(call).await.unwrap(), "later");
    soon(watch.echoes(0)).await;

    let mut call = init.make_echo().pipeline().echo("never");
    begin(&mut call).await;
    soon(watch.waiting(1)).await;
    drop(call);
    soon(watch.waiting(0)).await;
    soon(watch.echoes(0)).await;
    settled(&client, before).await;
}

#[tokio::test]
async fn what_comes_all_the_same_is_destroyed() {
    let pair = pair().await;
    for _ in 0..100 {
        drop(pair.init.make_echo().pipeline());
    }
    drop(
        pair.init
            .make_echo()
            .timeout(Duration::from_secs(600))
            .pipeline(),
    );
    assert_eq!(soon(pair.echo().await.echo("on")).await.unwrap(), "on");
    soon(pair.watch.echoes(0)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_of_what_is_dropped_at_any_moment() {
    for threads in [Threads::Tasks, Threads::Dedicated] {
        let pair = pair_of(calling(), answering().threads(threads)).await;
        let before = counts(&pair.ipc);
        let dropping = (0..200).map(|number: usize| {
            let init = pair.init.clone();
            tokio::spawn(async move {
                let echo = init.make_echo().pipeline();
                let call = number
                    .is_multiple_of(2)
                    .then(|| tokio::spawn(echo.echo("text")));
                for _ in 0..number % 7 {
                    tokio::task::yield_now().await;
                }
                drop(echo);
                for _ in 0..number % 5 {
                    tokio::task::yield_now().await;
                }
                if let Some(call) = call {
                    call.abort();
                }
            })
        });
        for dropped in dropping.collect::<Vec<_>>() {
            soon(dropped).await.unwrap();
        }
        soon(pair.watch.echoes(0)).await;
        settled(&pair.ipc, before).await;
        assert_eq!(soon(pair.echo().await.echo("on")).await.unwrap(), "on");
    }
}

/// Calls callbacks.
struct Runs;

impl Caller for Runs {
    async fn run(&self, callback: CallbackProxy, arg: i32) -> Result<i32, Exception> {
        callback.call(arg).await
    }

    async fn watch(
        &self,
        _notify: NotifyProxy,
        _compare: CompareProxy,
    ) -> Result<CallbackProxy, Exception> {
        Ok(CallbackProxy::new(|arg: i32| async move { Ok(arg + 1) }))
    }

    async fn maybe(&self, notify: Option<NotifyProxy>) -> Result<bool, Exception> {
        Ok(notify.is_some())
    }

    async fn twice(&self, caller: CallerProxy, callback: CallbackProxy) -> Result<i32, Exception> {
        caller.run(callback, 2).await
    }
}

fn increment(caller: &CallerProxy) -> CallbackProxy {
    caller
        .watch(
            |_: String| async { Ok(()) },
            |_: Vec<u8>, _: Vec<String>| async { Err(Exception::failed("not needed")) },
        )
        .pipeline()
}

#[tokio::test]
async fn what_is_not_known_yet_can_be_passed_on() {
    let (client, server) = (client(), server_ipc());
    let caller: CallerProxy = remote(&client, &server, Runs).await;
    // To where it will come from, to another process, and within this one.
    let other: CallerProxy = remote(&client, &server, Runs).await;
    let local = CallerProxy::new(Runs);
    for target in [&caller, &other, &local] {
        assert_eq!(soon(target.run(increment(&caller), 1)).await.unwrap(), 2);
        assert_eq!(soon(target.run(increment(&local), 3)).await.unwrap(), 4);
    }
}

#[tokio::test]
async fn objects_of_this_process_too() {
    let watch = Watch::new();
    let init = InitProxy::new(TestInit(Arc::clone(&watch)));
    let echo = init.make_echo().pipeline();
    assert_eq!(soon(echo.echo("here")).await.unwrap(), "here");
    let failure = soon(echo.echo(FAIL)).await.unwrap_err();
    assert_eq!(failure.message(), "failed as asked");
    drop(echo);
    soon(watch.echoes(0)).await;
    let slow = InitProxy::new(SlowInit(Arc::clone(&watch)));
    let echo = slow.make_echo().pipeline();
    let mut call = echo.echo("later");
    begin(&mut call).await;
    soon(watch.waiting(1)).await;
    watch.release();
    assert_eq!(soon(call).await.unwrap(), "later");
}

#[tokio::test]
async fn a_busy_peer_gets_the_calls_later() {
    let pair = pair_of(
        calling().peer_threads(1),
        answering().threads(Threads::Dedicated),
    )
    .await;
    let echo = pair.echo().await;
    let waiting = tokio::spawn(echo.echo(WAIT));
    soon(pair.watch.waiting(1)).await;
    let other = pair.init.make_echo().pipeline();
    let mut call = other.echo("after that");
    begin(&mut call).await;
    soon(pair.watch.echoes(1)).await;
    pair.watch.release();
    soon(waiting).await.unwrap().unwrap();
    assert_eq!(soon(call).await.unwrap(), "after that");
    drop((echo, other));
    soon(pair.watch.echoes(0)).await;
}

#[tokio::test]
async fn what_was_brought_keeps_its_connection() {
    let pair = pair().await;
    let echo = pair
        .init
        .make_echo()
        .timeout(Duration::from_secs(600))
        .pipeline();
    drop(pair.init);
    for _ in 0..3 {
        assert_eq!(soon(echo.echo("still")).await.unwrap(), "still");
    }
    assert_eq!(pair.ipc.stats().connections, 1);
    drop(echo);
    soon(pair.serving).await.unwrap().unwrap();
    until(|| pair.ipc.stats() == Stats::default()).await;
}

#[tokio::test]
async fn what_was_passed_on_outlives_the_proxy() {
    let journal = Journal::new();
    let (client, server) = (client(), server_ipc());
    let root: NodeProxy = remote(&client, &server, TestNode::new(&journal)).await;
    let other: NodeProxy = remote(&client, &server, TestNode::new(&journal)).await;
    let child = root.child().timeout(Duration::from_secs(600)).pipeline();
    soon(other.keep(Some(child.clone()))).await.unwrap();
    drop(child);
    assert_eq!(soon(other.ping_kept(3)).await.unwrap(), 3);
}
