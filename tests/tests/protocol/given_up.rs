//! Calls of ours that are given up at a moment when there is nothing to stop.

use std::pin::Pin;
use std::task::Poll;

use ipc_runtime::{Call, Ipc};
use ipc_tests::peers::within;

use crate::raw::{Connected, PING, WAIT, a_cap, a_number, connected, connected_by, returned};
use crate::rpc::{Cap, Payload, Rpc, Target};

use Target::Export;

/// Polls a call once, after which it was sent, or waits for room; it is not ready by then.
async fn begin<T>(call: &mut Call<T>) {
    let ready = std::future::poll_fn(|cx| Poll::Ready(Pin::new(&mut *call).poll(cx).is_ready()));
    assert!(!ready.await, "it did not wait");
}

/// What stops a wait would stop the next one.
#[tokio::test]
async fn nothing_is_stopped_that_was_answered_before() {
    let Connected { mut raw, node } = connected().await;
    for (asked, results) in (1..).zip([Payload::default(), a_cap(Cap::SenderHosted(5))]) {
        let mut call = node.wait();
        begin(&mut call).await;
        let (question, _) = raw.called(Export(0), WAIT).await;
        let has_object = !results.caps.is_empty();
        raw.say(returned(question, results).over()).await;
        // The answer has been read once this is answered, but nobody has looked at it.
        raw.say(Rpc::Bootstrap(asked)).await;
        raw.failure(asked).await;
        drop(call);
        if has_object {
            raw.expect(Rpc::Release(5, 1)).await;
        }
        let ping = tokio::spawn(node.ping(1));
        let (question, _) = raw.called(Export(0), PING).await;
        raw.say(returned(question, a_number(1)).over()).await;
        within("the ping", ping).await.unwrap().unwrap();
    }
}

/// Nothing was sent of it, so nothing is to be stopped or finished.
#[tokio::test]
async fn a_call_that_waits_for_room_is_never_made() {
    let ipc = Ipc::builder().unread_bytes(64 << 10).build().unwrap();
    let Connected { mut raw, node } = connected_by(ipc.clone(), Cap::SenderHosted(0)).await;
    // Nobody writes what is queued before this task waits for something.
    let mut sent = Vec::new();
    let waits = loop {
        let before = ipc.stats().outgoing_calls;
        let mut ping = node.ping(7);
        begin(&mut ping).await;
        if ipc.stats().outgoing_calls == before {
            break ping;
        }
        sent.push(ping);
        assert!(sent.len() < 10_000, "there is always room");
    };
    let mut given_up = node.wait();
    begin(&mut given_up).await;
    drop((waits, given_up));
    let mut questions = Vec::new();
    for _ in &sent {
        questions.push(raw.called(Export(0), PING).await.0);
    }
    let last = tokio::spawn(node.ping(8));
    let (question, params) = raw.called(Export(0), PING).await;
    assert_eq!(params, a_number(8));
    for question in questions.into_iter().chain([question]) {
        raw.say(returned(question, a_number(8)).over()).await;
    }
    for call in sent {
        within("a call", call).await.unwrap();
    }
    within("the last call", last).await.unwrap().unwrap();
}
