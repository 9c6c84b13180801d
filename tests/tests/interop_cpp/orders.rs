//! What `capnp-rpc` 0.27 hangs in, against this C++ library: embargoes on its side, and tail calls.

use crate::rust_server::run;
use crate::support::{Server, adds, all, begin, soon};
use ipc_tests::our_partner::{OurCounter, Shared};

#[tokio::test]
async fn a_tail_call_of_the_server() {
    let Some(server) = Server::start().await else {
        return;
    };
    // To an object of ours: the answer stays here and is taken from the call back.
    let counter = OurCounter::new(&Shared::default(), 40);
    let total = soon(server.partner.forward(counter.proxy(), 2)).await;
    assert_eq!(total.expect("an answer"), 42);
    let theirs = soon(server.partner.counter(50)).await.expect("a counter");
    let total = soon(server.partner.forward(theirs, 2)).await;
    assert_eq!(total.expect("an answer"), 52);
    server.finish().await;
}

#[tokio::test]
async fn a_promise_that_becomes_an_object_of_ours_keeps_the_order() {
    let Some(server) = Server::start().await else {
        return;
    };
    for round in 0..20 {
        let key = round.to_string();
        let ours = OurCounter::new(&Shared::default(), 0);
        let promise = soon(server.partner.promise(&key)).await.expect("a promise");
        // These wait at the server, and come back.
        let mut calls = begin(adds(&promise, 1..=50));
        let settled = begin([server.partner.settle(&key, ours.proxy())]);
        calls.extend(begin(adds(&promise, 51..=75)));
        all(settled).await.expect("an answer");
        // Known to be ours by now, but those of before are still on their way.
        calls.extend(begin(adds(&promise, 76..=100)));
        all(calls).await.expect("answers");
        assert_eq!(ours.amounts(), (1..=100).collect::<Vec<u32>>());
        assert_eq!(soon(promise.add(0)).await.expect("an answer"), 5050);
    }
    server.finish().await;
}

#[tokio::test]
async fn a_promise_of_a_promise() {
    let Some(server) = Server::start().await else {
        return;
    };
    let outer = soon(server.partner.promise("outer"))
        .await
        .expect("a promise");
    let inner = soon(server.partner.promise("inner"))
        .await
        .expect("a promise");
    let calls = begin(adds(&outer, 1..=10));
    soon(server.partner.settle("outer", inner))
        .await
        .expect("an answer");
    let ours = OurCounter::new(&Shared::default(), 0);
    soon(server.partner.settle("inner", ours.proxy()))
        .await
        .expect("an answer");
    all(calls).await.expect("answers");
    assert_eq!(ours.amounts(), (1..=10).collect::<Vec<u32>>());
    drop(outer);
    server.finish().await;
}

/// The server calls a promise, which the client resolves to an object of the server.
#[tokio::test]
async fn a_promise_of_the_client_that_becomes_ours() {
    run(&["promises-of-theirs"]).await;
}
