//! The end of objects, awaited.

use std::os::unix::net::UnixStream;
use std::sync::Arc;

use generated_examples::v32::echo::EchoProxy;
use generated_examples::v32::init::InitProxy;
use ipc_runtime::{ExceptionKind, Protocol, Proxy};
use ipc_tests::nodes::NodeProxy;
use ipc_tests::service::{TestEcho, TestInit, WAIT, Watch};
use ipc_tests::test_node::{Journal, TestNode};

use crate::support::{begin, client, pair, remote, server_ipc, soon, until};

/// A remote echo, or one of this process.
async fn echoes() -> Vec<(Arc<Watch>, EchoProxy, Option<InitProxy>)> {
    let pair = pair().await;
    let echo = pair.echo().await;
    let watch = Watch::new();
    let local = EchoProxy::new(TestEcho::new(&watch));
    vec![(pair.watch, echo, Some(pair.init)), (watch, local, None)]
}

#[tokio::test]
async fn it_has_ended_by_then() {
    for (watch, echo, _init) in echoes().await {
        soon(echo.clone().destroy()).await.unwrap();
        soon(watch.echoes(0)).await;
        let failure = soon(echo.echo("too late")).await.unwrap_err();
        assert!(
            failure.message().contains("after it was destroyed"),
            "{failure}"
        );
        soon(echo.destroy()).await.expect("twice is fine");
    }
}

#[tokio::test]
async fn it_waits_for_calls_and_lets_no_others_begin() {
    for (watch, echo, _init) in echoes().await {
        let waiting = tokio::spawn(echo.echo(WAIT));
        soon(watch.waiting(1)).await;
        let mut destroying = Box::pin(echo.clone().destroy());
        begin(&mut destroying).await;
        let failure = soon(echo.echo("too late")).await.unwrap_err();
        assert!(
            failure.message().contains("after it was destroyed"),
            "{failure}"
        );
        soon(watch.echoes(1)).await;
        begin(&mut destroying).await;
        watch.release();
        assert_eq!(soon(waiting).await.unwrap().unwrap(), WAIT);
        soon(destroying).await.unwrap();
        soon(watch.echoes(0)).await;
    }
}

#[tokio::test]
async fn it_goes_on_when_nobody_waits() {
    for (watch, echo, _init) in echoes().await {
        let waiting = tokio::spawn(echo.echo(WAIT));
        soon(watch.waiting(1)).await;
        let mut destroying = Box::pin(echo.clone().destroy());
        begin(&mut destroying).await;
        drop(destroying);
        watch.release();
        soon(waiting).await.unwrap().unwrap();
        // Though there is another clone.
        soon(watch.echoes(0)).await;
        drop(echo);
    }
}

#[tokio::test]
async fn an_object_without_destroy_is_let_go() {
    let journal = Journal::new();
    let node: NodeProxy = remote(&client(), &server_ipc(), TestNode::new(&journal)).await;
    let child = soon(node.child()).await.unwrap();
    soon(journal.nodes(2)).await;
    let clone = child.clone();
    soon(child.destroy()).await.unwrap();
    soon(clone.ping(1)).await.unwrap_err();
    drop(clone);
    soon(journal.nodes(1)).await;
    assert_eq!(soon(node.ping(2)).await.unwrap(), 2);
}

#[tokio::test]
async fn what_a_call_brings_can_be_destroyed_at_once() {
    let pair = pair().await;
    soon(pair.init.make_echo().pipeline().destroy())
        .await
        .unwrap();
    soon(pair.watch.echoes(0)).await;
    let limit = std::time::Duration::from_secs(600);
    let echo = pair.init.make_echo().timeout(limit).pipeline();
    soon(echo.destroy()).await.unwrap();
    soon(pair.watch.echoes(0)).await;
    until(|| pair.ipc.stats().proxies == 1).await;
}

#[tokio::test]
async fn a_lost_connection_is_an_error() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let watch = Watch::new();
    let server = server_ipc();
    let init = TestInit(Arc::clone(&watch));
    let serving = server.clone();
    let serving = tokio::spawn(async move { serving.protocol().serve(theirs, init).await });
    let client = client();
    let init: InitProxy = soon(client.protocol().connect(ours)).await.unwrap();
    let echo = soon(init.make_echo()).await.unwrap();
    let waiting = tokio::spawn(echo.echo(WAIT));
    soon(watch.waiting(1)).await;
    let during = tokio::spawn(echo.clone().destroy());
    serving.abort();
    server.shutdown(std::time::Duration::ZERO).await;
    let lost = soon(waiting).await.unwrap().unwrap_err();
    assert_eq!(lost.kind(), ExceptionKind::Disconnected, "{lost}");
    let lost = soon(during).await.unwrap().unwrap_err();
    assert_eq!(lost.kind(), ExceptionKind::Disconnected, "{lost}");
    soon(echo.destroy()).await.expect("it was destroyed before");
    let lost = soon(init.make_echo().pipeline().destroy())
        .await
        .unwrap_err();
    assert_eq!(lost.kind(), ExceptionKind::Disconnected, "{lost}");
    soon(watch.echoes(0)).await;
}
