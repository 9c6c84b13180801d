//! Calls of ours that are given up at a moment when there is nothing to stop.

use std::pin::Pin;
use std::task::Poll;

use capnp_rpc::rpc_capnp::exception::Type;
use ipc_runtime::{Call, EngineKind, Ipc, Protocol};
use ipc_tests::nodes::NodeProxy;
use ipc_tests::peers::within;

use crate::raw::{
    Connected, PING, Raw, WAIT, a_cap, a_number, connected_by, failed, first_object, greeted,
    returned,
};
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
    for engine in [EngineKind::Native, EngineKind::CapnpRpc] {
        for results in [Payload::default(), a_cap(Cap::SenderHosted(5))] {
            answered_before(engine, results).await;
        }
    }
}

async fn answered_before(engine: EngineKind, results: Payload) {
    let (mut raw, node, ipc) = connected_with(engine).await;
    // Ours counts the question for the first object.
    let idle = usize::from(engine == EngineKind::Native);
    let mut call = node.wait();
    begin(&mut call).await;
    let (question, method) = called(&mut raw).await;
    assert_eq!(method, WAIT);
    raw.say(returned(question, results).over()).await;
    // The answer is there, but nobody has looked at it.
    let answered = async {
        while ipc.stats().outgoing_calls > idle {
            tokio::task::yield_now().await;
        }
    };
    within("the answer", answered).await;
    drop(call);
    let ping = tokio::spawn(node.ping(1));
    let (question, method) = called(&mut raw).await;
    assert_eq!(method, PING);
    raw.say(returned(question, a_number(1)).over()).await;
    within("the ping", ping).await.unwrap().unwrap();
}

/// Lets an engine connect to the raw peer. They do not say the same when they let go of things.
async fn connected_with(engine: EngineKind) -> (Raw, NodeProxy, Ipc) {
    let ipc = Ipc::builder().engine(engine).build().unwrap();
    let (mut raw, ours) = Raw::pair();
    let client = ipc.clone();
    let connecting = tokio::spawn(async move { client.protocol().connect(ours).await });
    let (bootstrap, greeting) = greeted(&mut raw).await;
    let first = first_object(Cap::SenderHosted(0));
    raw.say(returned(bootstrap, first)).await;
    let refused = failed(greeting, Type::Unimplemented, "hello");
    raw.say(refused).await;
    let node = within("the connection", connecting).await.unwrap();
    (raw, node.unwrap(), ipc)
}

/// The next call: its question, and its method.
async fn called(raw: &mut Raw) -> (u32, u16) {
    loop {
        match raw.hear().await {
            Rpc::Finish { .. } | Rpc::Release(..) => {}
            Rpc::Call {
                question, method, ..
            } => return (question, method),
            other => panic!("no call: {other:?}"),
        }
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
