//! Calls that our engine makes: answers of every kind, and what it does about them.

use std::pin::Pin;
use std::task::{Context, Waker};

use capnp_rpc::rpc_capnp::exception::Type;
use ipc_runtime::{ExceptionKind, Ipc, Protocol};
use ipc_tests::nodes::NodeProxy;
use ipc_tests::peers::within;
use ipc_tests::test_node::{Journal, TestNode};

use crate::raw::{
    CHILD, Connected, INTRODUCE, KEEP, KEPT, PING, PING_KEPT, Raw, WAIT, a_cap, a_number, call,
    connected, connected_by, failed, finish, greeted, outcome, returned,
};
use crate::rpc::{Cap, Outcome, Payload, ResultsTo, Rpc, Target};

use Target::Export;

#[tokio::test]
async fn results() {
    let Connected { mut raw, node } = connected().await;
    for number in 0..3 {
        let answer = tokio::spawn(node.ping(number));
        let (question, params) = raw.called(Export(0), PING).await;
        assert_eq!(params, a_number(number));
        raw.say(returned(question, a_number(number + 10))).await;
        raw.expect(finish(question).keeping()).await;
        let answer = within("the call", answer).await.unwrap().unwrap();
        assert_eq!(answer, number + 10);
    }
}

#[tokio::test]
async fn an_answer_that_needs_no_finish_gets_none() {
    let Connected { mut raw, node } = connected().await;
    for number in 0..3 {
        let answer = tokio::spawn(node.ping(number));
        // The number was free again at once, and nothing else was said.
        let (question, _) = raw.called(Export(0), PING).await;
        assert_eq!(question, 1);
        raw.say(returned(question, a_number(number)).over()).await;
        assert_eq!(within("the call", answer).await.unwrap().unwrap(), number);
    }
}

#[tokio::test]
async fn failures_of_every_kind() {
    let Connected { mut raw, node } = connected().await;
    let exception = |kind| Outcome::Exception(kind, "as it is".to_owned());
    for (outcome_of_peer, kind, text) in [
        (exception(Type::Failed), ExceptionKind::Failed, "as it is"),
        (
            exception(Type::Overloaded),
            ExceptionKind::Overloaded,
            "as it is",
        ),
        (
            exception(Type::Unimplemented),
            ExceptionKind::Unimplemented,
            "as it is",
        ),
        (
            exception(Type::Disconnected),
            ExceptionKind::Disconnected,
            "as it is",
        ),
        (
            Outcome::Canceled,
            ExceptionKind::Cancelled,
            "the peer cancelled the call",
        ),
        (
            Outcome::ThirdParty,
            ExceptionKind::Unimplemented,
            "the peer answered in a way that needs a third party",
        ),
    ] {
        let answer = tokio::spawn(node.ping(1));
        let (question, _) = raw.called(Export(0), PING).await;
        raw.say(outcome(question, outcome_of_peer)).await;
        raw.expect(finish(question).keeping()).await;
        let exception = within("the call", answer).await.unwrap().unwrap_err();
        assert_eq!((exception.kind(), exception.message()), (kind, text));
    }
}

#[tokio::test]
async fn a_call_that_is_given_up_is_finished() {
    let Connected { mut raw, node } = connected().await;
    let answer = tokio::spawn(node.child());
    let (question, _) = raw.called(Export(0), CHILD).await;
    answer.abort();
    raw.expect(finish(question)).await;
    // Its number is taken until the peer has answered.
    let _second = tokio::spawn(node.child());
    let (other, _) = raw.called(Export(0), CHILD).await;
    assert_ne!(question, other);
    // What the late answer carries was released by the Finish.
    raw.say(returned(question, a_cap(Cap::SenderHosted(5))))
        .await;
    // It has been read once a question of the peer is answered.
    raw.say(Rpc::Bootstrap(1)).await;
    raw.failure(1).await;
    let _third = tokio::spawn(node.child());
    let (third, _) = raw.called(Export(0), CHILD).await;
    assert_eq!(question, third);
}

#[tokio::test]
async fn parameters_are_released_by_the_return_or_by_themselves() {
    let Connected { mut raw, node } = connected().await;
    let journal = Journal::new();
    for releasing in [true, false] {
        let given = NodeProxy::new(TestNode::new(&journal));
        let answer = tokio::spawn(node.keep(Some(given)));
        let (question, params) = raw.called(Export(0), KEEP).await;
        let [Cap::SenderHosted(id)] = params.caps[..] else {
            panic!("no node");
        };
        let done = returned(question, Payload::default());
        if releasing {
            raw.say(done.releasing()).await;
        } else {
            raw.say(done).await;
            raw.say(Rpc::Release(id, 1)).await;
        }
        raw.expect(finish(question).keeping()).await;
        within("the call", answer).await.unwrap().unwrap();
        within("the node's end", journal.nodes(0)).await;
    }
}

#[tokio::test]
async fn results_are_released_when_their_proxies_go() {
    let Connected { mut raw, node } = connected().await;
    let mut children = Vec::new();
    for _ in 0..2 {
        let answer = tokio::spawn(node.child());
        let (question, _) = raw.called(Export(0), CHILD).await;
        raw.say(returned(question, a_cap(Cap::SenderHosted(5))))
            .await;
        raw.expect(finish(question).keeping()).await;
        children.push(within("the call", answer).await.unwrap().unwrap());
    }
    drop(children.pop());
    let _ping = tokio::spawn(node.ping(1));
    raw.called(Export(0), PING).await;
    drop(children);
    // Both counts at once, since the object was passed twice.
    raw.expect(Rpc::Release(5, 2)).await;
}

/// Lets the raw peer call a node of ours so that the results are kept here.
async fn tail_call(raw: &mut Raw, ours: u32, method: u16) -> u32 {
    const TAIL: u32 = 1;
    let call = call(TAIL, Export(ours), method).number(3);
    raw.say(call.to(ResultsTo::Yourself)).await;
    TAIL
}

async fn give(raw: &mut Raw, node: &NodeProxy, given: NodeProxy) -> u32 {
    let keep = tokio::spawn(node.keep(Some(given)));
    let (question, params) = raw.called(Export(0), KEEP).await;
    raw.say(returned(question, Payload::default())).await;
    raw.expect(finish(question).keeping()).await;
    within("the call", keep).await.unwrap().unwrap();
    match params.caps[..] {
        [Cap::SenderHosted(id)] => id,
        _ => panic!("no node"),
    }
}

#[tokio::test]
async fn a_tail_call_of_the_peer() {
    let Connected { mut raw, node } = connected().await;
    let journal = Journal::new();
    let ours = give(&mut raw, &node, NodeProxy::new(TestNode::new(&journal))).await;
    let answer = tokio::spawn(node.ping_kept(3));
    let (question, _) = raw.called(Export(0), PING_KEPT).await;
    let tail = tail_call(&mut raw, ours, PING).await;
    raw.say(outcome(question, Outcome::TakeFrom(tail))).await;
    let mut heard = [raw.hear().await, raw.hear().await];
    heard.sort_by_key(|message| format!("{message:?}"));
    assert_eq!(
        heard,
        [
            finish(question).keeping(),
            outcome(tail, Outcome::Elsewhere)
        ]
    );
    raw.say(finish(tail)).await;
    assert_eq!(within("the call", answer).await.unwrap().unwrap(), 3);
    assert_eq!(journal.pings(), [3]);
}

#[tokio::test]
async fn a_tail_call_that_is_finished_before_it_is_answered() {
    let Connected { mut raw, node } = connected().await;
    let journal = Journal::new();
    let ours = give(&mut raw, &node, NodeProxy::new(TestNode::new(&journal))).await;
    let answer = tokio::spawn(node.wait());
    let (question, _) = raw.called(Export(0), WAIT).await;
    let tail = tail_call(&mut raw, ours, WAIT).await;
    raw.say(outcome(question, Outcome::TakeFrom(tail))).await;
    raw.say(finish(tail)).await;
    within("the call", journal.waiting(1)).await;
    journal.open();
    assert!(within("the call", answer).await.unwrap().unwrap().is_none());
}

#[tokio::test]
async fn giving_a_call_up_gives_its_tail_call_up() {
    let Connected { mut raw, node } = connected().await;
    let journal = Journal::new();
    let ours = give(&mut raw, &node, NodeProxy::new(TestNode::new(&journal))).await;
    let answer = tokio::spawn(node.wait());
    let (question, _) = raw.called(Export(0), WAIT).await;
    let tail = tail_call(&mut raw, ours, WAIT).await;
    raw.say(outcome(question, Outcome::TakeFrom(tail))).await;
    within("the call", journal.waiting(1)).await;
    answer.abort();
    raw.expect(finish(question).keeping()).await;
    raw.say(finish(tail)).await;
    within("its end", journal.waiting(0)).await;
    raw.expect(outcome(tail, Outcome::Canceled)).await;
}

#[tokio::test]
async fn calls_that_the_peer_does_not_understand() {
    let Connected { mut raw, node } = connected().await;
    let journal = Journal::new();
    let given = NodeProxy::new(TestNode::new(&journal));
    let answer = tokio::spawn(node.keep(Some(given)));
    let ours = raw.hear().await;
    raw.say(Rpc::Unimplemented(Box::new(ours))).await;
    let exception = within("the call", answer).await.unwrap().unwrap_err();
    assert_eq!(exception.kind(), ExceptionKind::Unimplemented);
    assert!(exception.is_remote());
    // The peer has not taken what came with it.
    within("the node's end", journal.nodes(0)).await;
    // Nor is there anything to finish.
    let _next = tokio::spawn(node.kept());
    raw.called(Export(0), KEPT).await;
}

#[tokio::test]
async fn other_messages_that_the_peer_does_not_understand() {
    let Connected { mut raw, node } = connected().await;
    for message in [
        Rpc::Release(3, 1),
        Rpc::Disembargo(Export(3), crate::rpc::Loopback::Sender(1)),
        Rpc::Resolve(3, crate::rpc::Resolution::Cap(Cap::SenderHosted(1))),
        Rpc::Unknown,
    ] {
        raw.say(Rpc::Unimplemented(Box::new(message))).await;
    }
    let _next = tokio::spawn(node.kept());
    raw.called(Export(0), KEPT).await;
}

#[tokio::test]
async fn a_peer_without_first_object() {
    for answer in [
        |first| failed(first, Type::Failed, "nothing to see here"),
        |first| returned(first, Payload::default()),
        |first| Rpc::Unimplemented(Box::new(Rpc::Bootstrap(first))),
    ] {
        let (mut raw, ours) = Raw::pair();
        let ipc = ipc_runtime::Ipc::new().unwrap();
        let connecting =
            tokio::spawn(async move { ipc.protocol().connect::<NodeProxy>(ours).await });
        let (first, greeting) = greeted(&mut raw).await;
        raw.say(failed(greeting, Type::Failed, "nothing to see here"))
            .await;
        raw.expect(finish(greeting).keeping()).await;
        raw.say(answer(first)).await;
        let node = within("the connection", connecting).await.unwrap().unwrap();
        // The answer has been read once the peer's own question is answered.
        raw.say(Rpc::Bootstrap(1)).await;
        let (_, reason) = raw.failure(1).await;
        assert_eq!(reason, "this side offers no first object");
        within("the call", node.ping(1)).await.unwrap_err();
    }
}

#[tokio::test]
async fn the_first_object_is_a_promise() {
    let Connected { mut raw, node } = crate::raw::connected_to(Cap::SenderPromise(3)).await;
    let _ping = tokio::spawn(node.ping(1));
    raw.called(Export(3), PING).await;
}

#[tokio::test]
async fn an_abort_of_the_peer_ends_all_calls_with_its_reason() {
    let Connected { mut raw, node } = connected().await;
    let calls = [tokio::spawn(node.ping(1)), tokio::spawn(node.ping(2))];
    raw.called(Export(0), PING).await;
    raw.called(Export(0), PING).await;
    raw.say(Rpc::Abort("enough of this".to_owned())).await;
    for call in calls {
        let exception = within("the call", call).await.unwrap().unwrap_err();
        assert_eq!(exception.kind(), ExceptionKind::Disconnected);
        assert_eq!(
            exception.message(),
            "the peer closed the connection: enough of this"
        );
    }
    raw.closed().await;
}

/// The schema says what ends a wait. A peer that is not of this runtime may go on with one otherwise.
#[tokio::test]
async fn what_ends_a_call_is_called_when_it_is_given_up() {
    let Connected { mut raw, node } = connected().await;
    for _ in 0..3 {
        let call = tokio::spawn(node.wait());
        let (question, _) = raw.called(Export(0), WAIT).await;
        call.abort();
        raw.expect(finish(question)).await;
        let (stop, params) = raw.called(Export(0), INTRODUCE).await;
        assert_eq!(params, Payload::default());
        raw.say(returned(stop, Payload::default()).over()).await;
        raw.say(outcome(question, Outcome::Canceled)).await;
    }
    // Nothing else is said of it.
    let ping = tokio::spawn(node.ping(1));
    let (question, _) = raw.called(Export(0), PING).await;
    raw.say(returned(question, a_number(1)).over()).await;
    within("the call", ping).await.unwrap().unwrap();
}

/// What stops a wait would stop the next one, if this one were over. That it is over can be on its way, though.
#[tokio::test]
async fn what_ends_a_call_is_not_called_when_the_answer_is_there() {
    let ipc = Ipc::new().unwrap();
    let Connected { mut raw, node } = connected_by(ipc.clone(), Cap::SenderHosted(0)).await;
    let calls = ipc.stats().outgoing_calls;
    let mut call = node.wait();
    let mut cx = Context::from_waker(Waker::noop());
    assert!(Pin::new(&mut call).poll(&mut cx).is_pending());
    let pipelined = node.wait().pipeline();
    for _ in 0..2 {
        let (question, _) = raw.called(Export(0), WAIT).await;
        raw.say(returned(question, Payload::default()).over()).await;
    }
    // The answers have come, and nobody has looked at them. A question of an object counts as long as that does.
    within("the answers", async {
        while ipc.stats().outgoing_calls > calls + 1 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    drop(call);
    drop(pipelined);
    let Rpc::Finish { .. } = raw.hear().await else {
        panic!("something else is told than that it is over");
    };
    let ping = tokio::spawn(node.ping(1));
    let (question, _) = raw.called(Export(0), PING).await;
    raw.say(returned(question, a_number(1)).over()).await;
    within("the call", ping).await.unwrap().unwrap();
}
