//! Pools of threads: the peer's, and ours.

use ipc_runtime::{Ipc, Threads};
use ipc_tests::foo::FooInterfaceProxy;
use ipc_tests::peers::within;

use crate::scripted_client::Client;
use crate::scripted_server::{Called, Has, Server, connect};

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
