//! The foreign server ends, or is left, while calls run.

use ipc_runtime::{ExceptionKind, Proxy, Stats};
use tokio::sync::mpsc;

use crate::our_calls::waiting;
use crate::support::{Server, soon, until};

#[tokio::test]
async fn upstream_03_a_killed_server_fails_the_calls_in_flight() {
    let Some(server) = Server::start().await else {
        return;
    };
    let calls: Vec<_> = (0..10)
        .map(|_| tokio::spawn(server.foo.call_fn_async()))
        .collect();
    waiting(&server.foo, 10).await;
    server.peer.kill().await;
    for call in calls {
        let outcome = soon(call).await.expect("no panic");
        assert_eq!(
            outcome.expect_err("no answer").kind(),
            ExceptionKind::Disconnected
        );
    }
    let error = soon(server.foo.add(1, 2))
        .await
        .expect_err("nobody answers");
    assert_eq!(error.kind(), ExceptionKind::Disconnected);
    drop(server.foo);
    until(async || server.ipc.stats() == Stats::default()).await;
}

#[tokio::test]
async fn a_server_is_killed_while_it_calls_back() {
    let Some(server) = Server::start().await else {
        return;
    };
    let (called, mut calls) = mpsc::unbounded_channel();
    let callback = move |arg: i32| {
        let _ = called.send(arg);
        std::future::pending()
    };
    let call = tokio::spawn(server.foo.callback(callback, 1));
    assert_eq!(soon(calls.recv()).await, Some(1));
    server.peer.kill().await;
    let outcome = soon(call).await.expect("no panic");
    assert_eq!(
        outcome.expect_err("no answer").kind(),
        ExceptionKind::Disconnected
    );
    // The callback and its handler are gone as well.
    assert_eq!(soon(calls.recv()).await, None);
    drop(server.foo);
    until(async || server.ipc.stats() == Stats::default()).await;
}

#[tokio::test]
async fn upstream_05_the_server_outlives_a_connection_that_leaves_calls_behind() {
    let Some(mut server) = Server::start().await else {
        return;
    };
    for _ in 0..10 {
        let other = server.another().await;
        let call = tokio::spawn(server.foo.call_fn_async());
        waiting(&other, 1).await;
        server.ipc.shutdown(std::time::Duration::ZERO).await;
        let outcome = soon(call).await.expect("no panic");
        assert_eq!(
            outcome.expect_err("no answer").kind(),
            ExceptionKind::Disconnected
        );
        // The server was seen to answer nobody after that, perhaps since its event loop waits for the call's
        // thread, so `callFn` would not be heard.
        server.let_out();
        waiting(&other, 0).await;
        (server.ipc, server.foo) = server.afresh().await;
    }
    server.finish().await;
}

#[tokio::test]
async fn upstream_09_a_saved_callback_goes_with_its_connection() {
    let Some(server) = Server::start().await else {
        return;
    };
    for _ in 0..10 {
        let other = server.another().await;
        let (keep, mut gone) = mpsc::unbounded_channel::<()>();
        let callback = ipc_tests::foo::FooCallbackProxy::new(move |arg: i32| {
            let _keep = &keep;
            async move { Ok(arg) }
        });
        soon(other.save_callback(Some(callback)))
            .await
            .expect("saved");
        soon(other.destroy()).await.expect("it is left");
        assert_eq!(soon(gone.recv()).await, None);
        assert_eq!(soon(server.foo.add(1, 2)).await.expect("an answer"), 3);
    }
    soon(server.foo.save_callback(None))
        .await
        .expect("forgotten");
    server.finish().await;
}

#[tokio::test]
async fn upstream_06_connections_that_leave_at_once() {
    let Some(server) = Server::start().await else {
        return;
    };
    for round in 0..50 {
        let other = server.another().await;
        if round % 2 == 0 {
            let call = tokio::spawn(other.call_int_fn_async(7));
            tokio::task::yield_now().await;
            call.abort();
        }
    }
    server.finish().await;
}
