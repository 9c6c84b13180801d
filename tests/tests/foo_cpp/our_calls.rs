//! Our proxy calls a foreign server.

use ipc_runtime::{ExceptionKind, Ipc, Proxy};
use ipc_tests::foo::{FooInterfaceProxy, FooInterfaceRaiseError, Pair};
use ipc_tests::foo_calls::{some_struct, values_come_back};
use ipc_tests::our_foo::{FAIL, FAILURE, HOW_MANY_WAIT};
use tokio::task::JoinSet;

use crate::support::{Server, soon, until};

/// `callIntFnAsync` of this is answered with the number of the operating system's threads in the server.
const THREADS: i32 = 1;
/// `callIntFnAsync` of this throws the number 5.
const THROW_NUMBER: i32 = -2;
/// `callIntFnAsync` of this throws `mp::InterruptException`.
const INTERRUPT: i32 = -3;

/// Waits until so many `callFnAsync` wait in the server.
pub(crate) async fn waiting(foo: &FooInterfaceProxy, count: i32) {
    until(async || foo.call_int_fn_async(HOW_MANY_WAIT).await.expect("a count") == count).await;
}

#[tokio::test]
async fn upstream_01_values_go_and_come_back() {
    let Some(server) = Server::start().await else {
        return;
    };
    let foo = &server.foo;
    let answers = async {
        values_come_back(foo).await?;
        let pair = |first: &str| Pair {
            first: first.to_owned(),
            second: "value".to_owned(),
        };
        // Its map has each key once.
        foo.map_size([pair("a"), pair("b"), pair("a")]).await
    };
    let size = soon(answers).await.expect("no call fails");
    assert_eq!(size, 2);
    server.finish().await;
}

#[tokio::test]
async fn upstream_01_exceptions_arrive_with_what_they_carry() {
    let Some(server) = Server::start().await else {
        return;
    };
    let foo = &server.foo;
    match soon(foo.raise(some_struct())).await {
        Err(FooInterfaceRaiseError::Error(error)) => assert_eq!(error, some_struct()),
        other => panic!("{other:?}"),
    }
    for (call, text) in [
        (FAIL, &*format!("std::exception: {FAILURE}")),
        (THROW_NUMBER, "unknown non-KJ exception of type: int"),
    ] {
        let error = soon(foo.call_int_fn_async(call)).await.expect_err("thrown");
        assert_eq!(error.kind(), ExceptionKind::Failed);
        assert!(
            error.is_remote() && error.message().ends_with(text),
            "{error}"
        );
    }
    // The server takes it for a cancelled call, and answers with a default.
    assert_eq!(
        soon(foo.call_int_fn_async(INTERRUPT))
            .await
            .expect("an answer"),
        0
    );
    server.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_of_many_tasks_do_not_wait_behind_long_ones() {
    let Some(server) = Server::start().await else {
        return;
    };
    // More than the peer's pool has threads.
    let mut long = JoinSet::new();
    for _ in 0..20 {
        long.spawn(server.foo.call_fn_async());
    }
    waiting(&server.foo, 20).await;
    let mut short = JoinSet::new();
    for task in 0..16 {
        let foo = server.foo.clone();
        short.spawn(async move {
            for number in 0..100 {
                let number = 1000 * (task + 1) + number;
                assert_eq!(
                    foo.call_int_fn_async(number).await.expect("an answer"),
                    number
                );
                assert_eq!(foo.add(number, 1).await.expect("an answer"), number + 1);
            }
        });
    }
    soon(short.join_all()).await;
    waiting(&server.foo, 20).await;
    soon(server.foo.call_fn()).await.expect("they are let out");
    for outcome in soon(long.join_all()).await {
        outcome.expect("a call that waited");
    }
    server.finish().await;
}

#[tokio::test]
async fn threads_of_the_peer_are_bounded() {
    let builder = Ipc::builder().peer_threads(2);
    let Some(server) = Server::start_with(builder).await else {
        return;
    };
    let other = server.another().await;
    let mut calls = JoinSet::new();
    for _ in 0..6 {
        calls.spawn(server.foo.call_fn_async());
    }
    waiting(&other, 2).await;
    // Those that wait for a thread hold nothing up that needs none.
    assert_eq!(soon(server.foo.add(1, 2)).await.expect("an answer"), 3);
    for _ in 0..3 {
        waiting(&other, 2).await;
        soon(server.foo.call_fn()).await.expect("they are let out");
        for _ in 0..2 {
            let ended = soon(calls.join_next()).await.expect("a call is left");
            ended.expect("no panic").expect("an answer");
        }
    }
    drop(other);
    server.finish().await;
}

#[tokio::test]
async fn a_call_that_was_given_up_keeps_its_thread_until_the_answer() {
    let Some(server) = Server::start().await else {
        return;
    };
    let foo = &server.foo;
    for _ in 0..12 {
        let call = tokio::spawn(foo.call_fn_async());
        waiting(foo, 1).await;
        call.abort();
        assert!(
            soon(call)
                .await
                .expect_err("it was given up")
                .is_cancelled()
        );
        // If any of these came to the busy thread it would not be answered.
        let mut calls = JoinSet::new();
        for number in 10..42 {
            calls.spawn(foo.call_int_fn_async(number));
        }
        for outcome in soon(calls.join_all()).await {
            outcome.expect("an answer");
        }
        waiting(foo, 1).await;
        soon(foo.call_fn()).await.expect("it is let out");
        waiting(foo, 0).await;
    }
    // All that were given up are settled, and their threads serve again.
    until(async || server.ipc.stats().outgoing_calls <= 1).await;
    let threads = soon(foo.call_int_fn_async(THREADS)).await.expect("a count");
    assert!(threads < 12 + 32, "{threads} threads");
    server.finish().await;
}

#[tokio::test]
async fn a_timed_out_call_runs_on_there_and_harms_nobody() {
    let Some(server) = Server::start().await else {
        return;
    };
    let call = server.foo.call_fn_async();
    let error = soon(call.timeout(std::time::Duration::from_millis(1)))
        .await
        .expect_err("it waits for ever");
    assert_eq!(error.kind(), ExceptionKind::TimedOut);
    waiting(&server.foo, 1).await;
    soon(server.foo.call_fn()).await.expect("it is let out");
    waiting(&server.foo, 0).await;
    server.finish().await;
}

#[tokio::test]
async fn upstream_10_calls_of_a_pinned_proxy_keep_their_order() {
    let Some(server) = Server::start().await else {
        return;
    };
    let other = server.another().await;
    let pinned = server.foo.pinned();
    let first = tokio::spawn(pinned.call_fn_async());
    waiting(&other, 1).await;
    let mut second = tokio::spawn(pinned.call_fn_async());
    let mut third = tokio::spawn(pinned.call_int_fn_async(HOW_MANY_WAIT));
    assert_eq!(soon(other.add(1, 2)).await.expect("an answer"), 3);
    // They wait for the first on its thread.
    waiting(&other, 1).await;
    assert!(!second.is_finished() && !third.is_finished());
    soon(other.call_fn()).await.expect("it is let out");
    soon(first).await.expect("no panic").expect("an answer");
    waiting(&other, 1).await;
    assert!(!third.is_finished());
    soon(other.call_fn()).await.expect("it is let out");
    soon(&mut second)
        .await
        .expect("no panic")
        .expect("an answer");
    let counted = soon(&mut third).await.expect("no panic");
    assert_eq!(counted.expect("an answer"), 0);
    drop((other, pinned));
    server.finish().await;
}

#[test]
fn the_blocking_api_reaches_the_peer() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let Some(server) = runtime.block_on(Server::start()) else {
        return;
    };
    assert_eq!(
        server.foo.call_int_fn_async(7).wait().expect("an answer"),
        7
    );
    let mut threads = Vec::new();
    for number in 100..104 {
        let foo = server.foo.clone();
        threads.push(std::thread::spawn(move || {
            (0..50).all(|_| {
                foo.call_int_fn_async(number)
                    .wait()
                    .is_ok_and(|it| it == number)
            })
        }));
    }
    for thread in threads {
        assert!(thread.join().expect("no panic"));
    }
    runtime.block_on(server.finish());
}
