//! Our own client, when several calls are made at the same time, and when connections are lost.

use std::pin::pin;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ipc_json_rpc::{Auth, MethodHandler, Server, module};
use ipc_json_rpc_tests::OurShop;
use ipc_json_rpc_tests::shop::{ShopProxy, TillProxy};
use ipc_runtime::{ExceptionKind, Proxy as _};
use tokio::net::UnixStream;
use tokio::task::JoinSet;

use crate::support::{Served, reach, rest, within};

async fn shop(served: &Served) -> ShopProxy {
    served.client().await.root()
}

async fn open(shop: &ShopProxy, owner: &str) -> TillProxy {
    within("a call", shop.open(owner, 1)).await.unwrap()
}

/// Gives a call up when the server has begun with it.
async fn wait_for_a_while(served: &Served, shop: &ShopProxy) {
    tokio::select! {
        ended = shop.wait() => panic!("{ended:?}"),
        () = reach(&served.books.waiting, 1) => {}
    }
    reach(&served.books.waiting, 0).await;
}

#[tokio::test]
async fn calls_do_not_wait_for_each_other() {
    let served = Served::start().await;
    let shop = shop(&served).await;
    let ann = open(&shop, "ann").await;
    let waits = tokio::spawn({
        let shop = shop.clone();
        async move { shop.wait().await }
    });
    reach(&served.books.waiting, 1).await;
    // On another connection, which has the same objects.
    assert_eq!(within("a call", ann.add(1)).await.unwrap(), 2);
    let bob = open(&shop, "bob").await;
    let sum = shop.sum([Some(ann), Some(bob)]);
    assert_eq!(within("a call", sum).await.unwrap(), 3);
    served.tills(0).await;
    waits.abort();
    reach(&served.books.waiting, 0).await;
}

#[tokio::test]
async fn a_call_that_is_dropped_is_given_up_and_objects_stay() {
    let served = Served::start().await;
    let shop = shop(&served).await;
    let ann = open(&shop, "ann").await;
    for _ in 0..10 {
        wait_for_a_while(&served, &shop).await;
    }
    assert_eq!(within("a call", ann.add(1)).await.unwrap(), 2);

    // All at once, too, and before they have begun.
    let mut calls = JoinSet::new();
    for _ in 0..20 {
        let shop = shop.clone();
        calls.spawn(async move { shop.wait().await });
    }
    within("a call", async {
        while served.books.waiting.load(Ordering::SeqCst) < 5 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    within("giving them up", calls.shutdown()).await;
    reach(&served.books.waiting, 0).await;
    assert_eq!(within("a call", ann.add(1)).await.unwrap(), 3);
    within("destroying", ann.destroy()).await.unwrap();
    served.tills(0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tasks_share_a_client_and_give_up_calls() {
    let served = Served::start().await;
    let shop = shop(&served).await;
    let mut tasks = JoinSet::new();
    for owner in 0..20 {
        let shop = shop.clone();
        tasks.spawn(async move {
            let till = shop.open(format!("{owner}"), 0).await.unwrap();
            for total in 1..10 {
                let waits = shop.wait();
                assert_eq!(till.add(1).await.unwrap(), total);
                drop(waits);
                let mut waits = pin!(shop.wait());
                tokio::select! {
                    ended = &mut waits => panic!("{ended:?}"),
                    added = till.add(0) => assert_eq!(added.unwrap(), total),
                }
            }
            till.destroy().await.unwrap();
        });
    }
    within("all tasks", tasks.join_all()).await;
    reach(&served.books.waiting, 0).await;
    served.tills(0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn threads_without_a_runtime_call_too() {
    let served = Served::start().await;
    let shop = shop(&served).await;
    let threads = (0..4).map(|owner| {
        let shop = shop.clone();
        tokio::task::spawn_blocking(move || {
            std::thread::spawn(move || {
                let till = shop.open(format!("{owner}"), 0).wait().unwrap();
                // One that runs out gives its connection up from here, too.
                let waits = shop.wait().timeout(Duration::from_millis(10)).wait();
                assert_eq!(waits.unwrap_err().kind(), ExceptionKind::TimedOut);
                till.add(1).wait().unwrap()
            })
            .join()
            .unwrap()
        })
    });
    let threads: JoinSet<_> = threads.map(async |thread| thread.await.unwrap()).collect();
    assert_eq!(within("all threads", threads.join_all()).await, [1; 4]);
    reach(&served.books.waiting, 0).await;
    served.tills(0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn more_calls_than_connections_are_all_answered() {
    let served = Served::with(|builder| builder.connections(2)).await;
    let shop = shop(&served).await;
    let ann = open(&shop, "ann").await;
    let mut calls = JoinSet::new();
    for _ in 0..200 {
        let ann = ann.clone();
        calls.spawn(async move { ann.add(1).await.unwrap() });
    }
    let mut totals = within("all calls", calls.join_all()).await;
    totals.sort_unstable();
    assert_eq!(totals, (2..202).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_call_is_given_up_where_there_is_no_room_for_another_connection() {
    let served = Served::with(|builder| builder.connections(1)).await;
    let shop = shop(&served).await;
    let ann = open(&shop, "ann").await;
    wait_for_a_while(&served, &shop).await;
    // The session had nobody else.
    served.tills(0).await;
    let lost = within("a call", ann.add(1)).await.unwrap_err();
    assert_eq!(lost.kind(), ExceptionKind::Disconnected, "{lost}");
    assert_eq!(
        within("a call", open(&shop, "bob").await.add(1))
            .await
            .unwrap(),
        2
    );
}

#[tokio::test]
async fn who_holds_no_objects_connects_again_when_the_server_has_hung_up() {
    let served = Served::with(|builder| builder.head_timeout(Duration::from_secs(2))).await;
    let shop = shop(&served).await;
    within("a call", shop.find("nobody")).await.unwrap();
    // One that comes later does not last longer.
    let mut later = UnixStream::connect(served.socket()).await.unwrap();
    assert_eq!(rest(&mut later).await, "");
    within("a call", shop.find("nobody")).await.unwrap();
}

#[tokio::test]
async fn objects_end_with_their_server_and_the_client_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("unix:{}", folder.path().join("s.sock").display());
    let books = std::sync::Arc::default();
    let serve = async || {
        let shop = ShopProxy::new(OurShop(std::sync::Arc::clone(&books)));
        let auth = Auth::new().password("alice", "x").unwrap();
        let methods = MethodHandler::new(module(shop).unwrap());
        let server = Server::builder().listen(&address).auth(auth).start(methods);
        server.await.unwrap()
    };
    let server = serve().await;
    let client = ipc_json_rpc::Client::connect_as(&address, "alice:x");
    let client = within("connecting", client).await.unwrap();
    let shop: ShopProxy = client.root();
    let ann = open(&shop, "ann").await;
    let waits = tokio::spawn({
        let shop = shop.clone();
        async move { shop.wait().await }
    });
    reach(&books.waiting, 1).await;

    within("the end", server.shutdown(Duration::ZERO)).await;
    let lost = within("the wait", waits).await.unwrap().unwrap_err();
    assert_eq!(lost.kind(), ExceptionKind::Disconnected, "{lost}");
    let lost = within("a call", ann.add(1)).await.unwrap_err();
    assert_eq!(lost.kind(), ExceptionKind::Disconnected, "{lost}");
    let nobody = within("a call", shop.find("nobody")).await.unwrap_err();
    assert_eq!(nobody.kind(), ExceptionKind::Disconnected, "{nobody}");

    let _server = serve().await;
    let bob = open(&shop, "bob").await;
    assert_eq!(within("a call", bob.add(1)).await.unwrap(), 2);
    let passed = shop.sum([Some(ann.clone()), Some(bob.clone())]);
    for error in [
        within("a call", ann.add(1)).await.unwrap_err(),
        within("a call", passed).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ExceptionKind::Disconnected, "{error}");
        let message = "the object ended with the connections to its server";
        assert!(error.message().ends_with(message), "{error}");
    }
    // Its end does not end the objects of others.
    drop(ann);
    assert_eq!(within("a call", bob.add(1)).await.unwrap(), 3);
}
