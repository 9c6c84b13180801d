//! Pools of threads: the peer's, and ours.

use ipc_runtime::{Ipc, Threads};
use ipc_tests::foo::FooInterfaceProxy;
use ipc_tests::peers::within;

use crate::rpc::Payload;
use crate::scripted_client::{Client, on};
use crate::scripted_server::{CALL_INT_FN_ASYNC, Called, FOO, Has, Server, connect};

/// Begins a call that the server holds.
async fn hold(server: &mut Server, foo: &FooInterfaceProxy) -> Called {
    tokio::spawn(foo.call_fn_async());
    server.called().await
}

/// Makes calls until one goes to the pool.
async fn wait_for_pool(server: &mut Server, foo: &FooInterfaceProxy) {
    let used = async {
        loop {
            let call = tokio::spawn(foo.call_int_fn_async(7));
            let called = server.called().await;
            let thread = called.thread;
            server.answer(called).await;
            call.await.unwrap().unwrap();
            if thread.is_none() {
                break;
            }
        }
    };
    within("the pool", used).await;
}

#[tokio::test]
async fn a_pool_is_asked_for_once_and_used_as_far_as_it_goes() {
    let (mut server, foo) = connect(Ipc::builder(), Has::Pools).await;
    assert_eq!(hold(&mut server, &foo).await.thread, Some(0));
    assert_eq!(server.pools, []);
    // A second thread is needed at the same time.
    assert_eq!(hold(&mut server, &foo).await.thread, Some(1));
    assert_eq!(server.pools, [8]);
    wait_for_pool(&mut server, &foo).await;
    let before = server.names.len();
    let mut held = Vec::new();
    for _ in 0..8 {
        held.push(hold(&mut server, &foo).await);
    }
    assert!(held.iter().all(|call| call.thread.is_none()), "{held:?}");
    // One more would wait behind another there.
    assert!(hold(&mut server, &foo).await.thread.is_some());
    server.answer(held.remove(3)).await;
    wait_for_pool(&mut server, &foo).await;
    assert_eq!(hold(&mut server, &foo).await.thread, None);
    assert_eq!(server.pools, [8]);
    assert!(server.names.len() <= before + 2, "{:?}", server.names);
}

#[tokio::test]
async fn an_abandoned_call_keeps_its_place_in_the_pool_until_its_answer() {
    let (mut server, foo) = connect(Ipc::builder(), Has::Pools).await;
    hold(&mut server, &foo).await;
    hold(&mut server, &foo).await;
    wait_for_pool(&mut server, &foo).await;
    for _ in 0..7 {
        assert_eq!(hold(&mut server, &foo).await.thread, None);
    }
    let abandoned = tokio::spawn(foo.call_fn_async());
    let held = server.called().await;
    assert_eq!(held.thread, None);
    abandoned.abort();
    server.hears_nothing_else(&foo).await;
    let next = hold(&mut server, &foo).await;
    assert!(next.thread.is_some());
    server.answer(held).await;
    wait_for_pool(&mut server, &foo).await;
}

#[tokio::test]
async fn a_pool_is_no_larger_than_the_bound() {
    let client = Ipc::builder().peer_threads(3);
    let (mut server, foo) = connect(client, Has::Pools).await;
    hold(&mut server, &foo).await;
    hold(&mut server, &foo).await;
    assert_eq!(server.pools, [3]);
}

#[tokio::test]
async fn a_peer_without_pools_is_asked_once() {
    let (mut server, foo) = connect(Ipc::builder(), Has::Threads).await;
    for thread in 0..20 {
        assert_eq!(hold(&mut server, &foo).await.thread, Some(thread));
    }
    assert_eq!(server.pools, [8]);
    assert_eq!(server.names.len(), 20);
}

#[tokio::test]
async fn a_second_pool_is_refused_as_libmultiprocess_does_it() {
    for threads in [Threads::Tasks, Threads::Dedicated] {
        let mut client = Client::connect(Ipc::builder().threads(threads)).await;
        // None is nothing, as often as one asks.
        for count in [0, 0, 2] {
            client.make_pool(count).await.unwrap();
        }
        let made = client.server.stats().threads;
        for count in [1, 2] {
            let refused = client.make_pool(count).await.unwrap_err();
            assert_eq!(
                refused,
                "std::exception: makePool called on connection with existing pool"
            );
        }
        client.make_pool(0).await.unwrap();
        assert_eq!(client.server.stats().threads, made);
        assert_eq!(made, if threads == Threads::Dedicated { 2 } else { 0 });
        for number in 7..10 {
            assert_eq!(
                client.call_int_fn_async(number, None).await.unwrap(),
                number
            );
        }
    }
}

#[tokio::test]
async fn upstream_11_three_calls_on_a_pool_of_two() {
    for threads in [Threads::Tasks, Threads::Dedicated] {
        let mut client = Client::connect(Ipc::builder().threads(threads)).await;
        client.make_pool(2).await.unwrap();
        let (foo, mut calls) = (client.foo, Vec::new());
        for number in 7..10 {
            calls.push(
                client
                    .begin(foo, FOO, CALL_INT_FN_ASYNC, on(number, None))
                    .await,
            );
        }
        let mut answered = client.answered(3).await;
        answered.sort_unstable();
        assert_eq!(answered, calls);
        for (_, thread) in client.seen.begun.lock().unwrap().iter() {
            let known = match threads {
                Threads::Dedicated => matches!(thread.as_deref(), Some("pool/0" | "pool/1")),
                _ => thread.is_none(),
            };
            assert!(known, "{thread:?}");
        }
    }
}

#[tokio::test]
async fn upstream_12_a_call_without_a_thread_or_a_pool() {
    let mut client = Client::connect(Ipc::builder().threads(Threads::Dedicated)).await;
    client.make_thread("").await.unwrap();
    let foo = client.foo;
    // No Context, and one that names nothing.
    for context in [None, Some([None, None])] {
        let params = Payload {
            context,
            ..on(7, None)
        };
        let call = client.begin(foo, FOO, CALL_INT_FN_ASYNC, params).await;
        let refused = client.outcome(call).await.unwrap_err();
        let text = "std::exception: no thread specified and no pool configured";
        assert_eq!(refused, text);
    }
    assert_eq!(client.seen.numbers(), []);
}
