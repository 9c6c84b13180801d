//! A Rust client and a C++ server pass each other objects, and promises of objects.

use crate::support::{Server, adds, all, begin, soon};
use ipc_tests::our_partner::{OurCounter, Shared, reach};

#[tokio::test]
async fn the_server_calls_back() {
    let Some(server) = Server::start().await else {
        return;
    };
    let shared = Shared::default();
    let counter = OurCounter::new(&shared, 100);
    let total = soon(server.partner.add_to(counter.proxy(), 2, 50)).await;
    assert_eq!(total.expect("an answer"), 200);
    assert_eq!(counter.amounts(), [2; 50]);
    drop(counter);
    // The server has let go of what it was passed.
    soon(reach(&shared.counters, 0)).await;
    server.finish().await;
}

#[tokio::test]
async fn an_object_that_comes_home_is_called_without_the_wire() {
    let Some(server) = Server::start().await else {
        return;
    };
    let counter = OurCounter::new(&Shared::default(), 0);
    soon(server.partner.settle("home", counter.proxy()))
        .await
        .expect("an answer");
    let home = soon(server.partner.later("home")).await.expect("a counter");
    // The connection goes, and it can be called as before.
    server.peer.kill().await;
    assert_eq!(soon(home.add(3)).await.expect("an answer"), 3);
    assert_eq!(counter.amounts(), [3]);
}

#[tokio::test]
async fn a_promise_that_becomes_an_object_of_the_server() {
    let Some(server) = Server::start().await else {
        return;
    };
    let promise = soon(server.partner.promise("key"))
        .await
        .expect("a promise");
    let before = begin(adds(&promise, 1..=50));
    let theirs = soon(server.partner.counter(0)).await.expect("a counter");
    soon(server.partner.settle("key", theirs.clone()))
        .await
        .expect("an answer");
    let after = begin(adds(&promise, 51..=100));
    all(before).await.expect("answers");
    all(after).await.expect("answers");
    let added = soon(theirs.added()).await.expect("an answer");
    assert_eq!(added, (1..=100).collect::<Vec<u32>>());
    drop((promise, theirs));
    server.finish().await;
}

#[tokio::test]
async fn a_promise_that_nobody_called_becomes_ours_at_once() {
    let Some(server) = Server::start().await else {
        return;
    };
    let promise = soon(server.partner.promise("key"))
        .await
        .expect("a promise");
    let ours = OurCounter::new(&Shared::default(), 0);
    soon(server.partner.settle("key", ours.proxy()))
        .await
        .expect("an answer");
    let calls = begin(adds(&promise, 1..=20));
    all(calls).await.expect("answers");
    assert_eq!(ours.amounts(), (1..=20).collect::<Vec<u32>>());
    drop(promise);
    server.finish().await;
}

#[tokio::test]
async fn a_promise_that_fails() {
    let Some(server) = Server::start().await else {
        return;
    };
    let promise = soon(server.partner.promise("key"))
        .await
        .expect("a promise");
    let before = begin(adds(&promise, 1..=3));
    soon(server.partner.reject("key", "no counter today"))
        .await
        .expect("an answer");
    let after = begin(adds(&promise, 4..=6));
    for call in before.into_iter().chain(after) {
        let exception = all(vec![call]).await.expect_err("it fails");
        assert!(
            exception.message().contains("no counter today"),
            "{exception}"
        );
    }
    drop(promise);
    server.finish().await;
}

#[tokio::test]
async fn a_promise_is_passed_back_before_it_is_settled() {
    let Some(server) = Server::start().await else {
        return;
    };
    let promise = soon(server.partner.promise("key"))
        .await
        .expect("a promise");
    let total = begin([server.partner.add_to(promise, 3, 4)]);
    let ours = OurCounter::new(&Shared::default(), 0);
    soon(server.partner.settle("key", ours.proxy()))
        .await
        .expect("an answer");
    assert_eq!(all(total).await.expect("an answer"), [12]);
    assert_eq!(ours.amounts(), [3; 4]);
    server.finish().await;
}

#[tokio::test]
async fn objects_within_structs() {
    let Some(mut server) = Server::start().await else {
        return;
    };
    let counter = soon(server.partner.counter(1)).await.expect("a counter");
    let wrapper = soon(counter.wrap()).await.expect("an answer");
    assert!(wrapper.counter.is_none());
    let inner = wrapper.inner.expect("an inner one");
    let same = inner.counter.expect("a counter");
    assert_eq!(soon(same.add(2)).await.expect("an answer"), 3);
    assert_eq!(soon(counter.add(3)).await.expect("an answer"), 6);
    drop(counter);
    assert_eq!(soon(same.add(0)).await.expect("an answer"), 6);
    // The last proxy goes, and so does the object.
    drop(same);
    server.peer.line(&["dropped counter"]).await;
    server.finish().await;
}
