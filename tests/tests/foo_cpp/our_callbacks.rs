//! A foreign server calls objects of ours.

use std::pin::Pin;
use std::sync::Arc;

use ipc_runtime::{Exception, Ipc, Threads};
use ipc_tests::foo::{FooCallbackProxy, FooInterfaceProxy};
use ipc_tests::foo_calls::{Multiples, tripled};
use ipc_tests::our_foo::CALL_SAVED_LATER;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use crate::support::{Server, soon, until};

/// Both ways in which we run what a peer calls.
const BOTH: [Threads; 2] = [Threads::Tasks, Threads::Dedicated];

#[tokio::test]
async fn upstream_01_callbacks_of_every_kind() {
    for threads in BOTH {
        let Some(server) = Server::start_with(Ipc::builder().threads(threads)).await else {
            return;
        };
        let foo = &server.foo;
        let answers = async {
            assert_eq!(foo.callback(Multiples, 1).await?, 2);
            assert_eq!(foo.callback_unique(Multiples, 2).await?, 4);
            let shared = Arc::new(Multiples);
            assert_eq!(foo.callback_shared(Arc::clone(&shared), 3).await?, 6);
            assert_eq!(foo.callback_extended(Multiples, 1).await?, 10);
            assert_eq!(foo.pass_fn(|| async { Ok(10) }).await?, 10);
            Ok::<_, Exception>(())
        };
        soon(answers).await.expect("no call fails");
        server.finish().await;
    }
}

#[tokio::test]
async fn upstream_01_callbacks_are_dropped_when_the_peer_lets_go() {
    for threads in BOTH {
        let Some(server) = Server::start_with(Ipc::builder().threads(threads)).await else {
            return;
        };
        let foo = &server.foo;
        let (callback, dropped) = tripled();
        assert_eq!(
            soon(foo.callback_unique(callback, 1))
                .await
                .expect("an answer"),
            3
        );
        soon(dropped).await.expect_err("nobody keeps it");

        let (callback, mut dropped) = tripled();
        soon(foo.save_callback(Some(callback)))
            .await
            .expect("saved");
        for _ in 0..3 {
            assert_eq!(soon(foo.callback_saved(2)).await.expect("an answer"), 6);
        }
        assert_eq!(dropped.try_recv(), Err(oneshot::error::TryRecvError::Empty));
        soon(foo.save_callback(None)).await.expect("forgotten");
        soon(dropped).await.expect_err("nobody keeps it");
        server.finish().await;
    }
}

#[tokio::test]
async fn a_callback_is_called_outside_of_calls() {
    for threads in BOTH {
        let Some(server) = Server::start_with(Ipc::builder().threads(threads)).await else {
            return;
        };
        let foo = &server.foo;
        let (called, mut calls) = mpsc::unbounded_channel();
        let callback = FooCallbackProxy::new(move |arg: i32| {
            let told = called.send(arg);
            async move { told.map(|()| arg).map_err(Exception::failed) }
        });
        soon(foo.save_callback(Some(callback)))
            .await
            .expect("saved");
        for _ in 0..20 {
            let answer = soon(foo.call_int_fn_async(CALL_SAVED_LATER)).await;
            assert_eq!(answer.expect("an answer"), CALL_SAVED_LATER);
            assert_eq!(soon(calls.recv()).await, Some(CALL_SAVED_LATER));
        }
        // The peer's threads that called are gone, and so are those that it had made here for them.
        until(async || server.ipc.stats().threads <= 1).await;
        soon(foo.save_callback(None)).await.expect("forgotten");
        server.finish().await;
    }
}

#[tokio::test]
async fn callbacks_nest_to_depth_100() {
    for threads in BOTH {
        let Some(server) = Server::start_with(Ipc::builder().threads(threads)).await else {
            return;
        };
        assert_eq!(
            soon(recursive(server.foo.clone(), 0))
                .await
                .expect("an answer"),
            100
        );
        server.finish().await;
    }
}

/// Calls the peer, which calls us, and so on; the answer is how deep it went.
fn recursive(
    foo: FooInterfaceProxy,
    depth: i32,
) -> Pin<Box<dyn Future<Output = Result<i32, Exception>> + Send>> {
    Box::pin(async move {
        if depth == 100 {
            return Ok(0);
        }
        let inner = foo.clone();
        let next = move |depth: i32| recursive(inner.clone(), depth);
        Ok(foo.callback(next, depth + 1).await? + 1)
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callbacks_for_many_tasks_at_once() {
    for threads in BOTH {
        let Some(server) = Server::start_with(Ipc::builder().threads(threads)).await else {
            return;
        };
        let mut tasks = JoinSet::new();
        for task in 0..16 {
            let foo = server.foo.clone();
            tasks.spawn(async move {
                for number in 0..50 {
                    let add = move |arg: i32| async move { Ok(arg + task) };
                    let answer = foo.callback(add, number).await.expect("an answer");
                    assert_eq!(answer, number + task);
                    let inner = foo.clone();
                    let nested = move || {
                        let inner = inner.clone();
                        async move { inner.pass_fn(move || async move { Ok(number) }).await }
                    };
                    assert_eq!(foo.pass_fn(nested).await.expect("an answer"), number);
                }
            });
        }
        soon(tasks.join_all()).await;
        server.finish().await;
    }
}

#[tokio::test]
async fn the_failure_of_a_callback_comes_back() {
    let Some(server) = Server::start().await else {
        return;
    };
    let failing = |_: i32| async { Err::<i32, _>(Exception::failed("from the callback")) };
    let error = soon(server.foo.callback(failing, 1))
        .await
        .expect_err("it fails");
    assert!(error.message().contains("from the callback"), "{error}");
    let panicking = |_: i32| async { panic!("on purpose") };
    let error = soon(server.foo.callback(panicking, 1))
        .await
        .expect_err("it fails");
    assert!(error.message().contains("panicked"), "{error}");
    server.finish().await;
}

#[tokio::test]
async fn a_call_is_given_up_while_it_calls_back() {
    let Some(server) = Server::start().await else {
        return;
    };
    let (called, mut calls) = mpsc::unbounded_channel();
    let (release, _) = tokio::sync::watch::channel(false);
    let released = release.subscribe();
    let callback = move |arg: i32| {
        let told = called.send(arg);
        let mut released = released.clone();
        async move {
            told.map_err(Exception::failed)?;
            released
                .wait_for(|it| *it)
                .await
                .map_err(Exception::failed)?;
            Ok(arg)
        }
    };
    let call = tokio::spawn(server.foo.callback(callback, 5));
    assert_eq!(soon(calls.recv()).await, Some(5));
    call.abort();
    assert!(
        soon(call)
            .await
            .expect_err("it was given up")
            .is_cancelled()
    );
    for number in 10..30 {
        let answer = soon(server.foo.call_int_fn_async(number)).await;
        assert_eq!(answer.expect("an answer"), number);
    }
    release.send_replace(true);
    // The peer lets go of the callback at the end of its method.
    assert_eq!(soon(calls.recv()).await, None);
    server.finish().await;
}
