//! Promises that the peer makes, and the order of calls across what becomes of them.

use std::sync::Arc;

use capnp_rpc::rpc_capnp::exception::Type;
use ipc_runtime::ExceptionKind;
use ipc_tests::nodes::NodeProxy;
use ipc_tests::peers::within;
use ipc_tests::test_node::{Journal, TestNode};

use crate::raw::{
    CHILD, Connected, KEEP, KEPT, PING, Raw, WAIT, a_cap, a_number, call, connected, failed,
    finish, first_object, greeted, returned, served,
};
use crate::rpc::{Cap, Loopback, Payload, Resolution, Rpc, Target};

use Target::{Answer, Export};

/// A promise of the raw peer, under number 7, and a node of ours that the peer has.
struct Promised {
    raw: Raw,
    node: NodeProxy,
    promise: NodeProxy,
    journal: Arc<Journal>,
    /// The number under which our node is exported.
    ours: u32,
}

async fn promised() -> Promised {
    let Connected { mut raw, node } = connected().await;
    let promise = given(&mut raw, &node, Cap::SenderPromise(7)).await;
    let journal = Journal::new();
    let ours = give(&mut raw, &node, NodeProxy::new(TestNode::new(&journal))).await;
    Promised {
        raw,
        node,
        promise,
        journal,
        ours,
    }
}

/// Lets the raw peer's first node, of number 0, give us a capability.
async fn given(raw: &mut Raw, node: &NodeProxy, cap: Cap) -> NodeProxy {
    let kept = tokio::spawn(node.kept());
    let (question, _) = raw.called(Export(0), KEPT).await;
    raw.say(returned(question, a_cap(cap))).await;
    raw.expect(finish(question).keeping()).await;
    within("the node", kept).await.unwrap().unwrap().unwrap()
}

/// Gives a node to the raw peer. Returns the number that it is exported under.
async fn give(raw: &mut Raw, node: &NodeProxy, given: NodeProxy) -> u32 {
    let kept = tokio::spawn(node.keep(Some(given)));
    let (question, params) = raw.called(Export(0), KEEP).await;
    raw.say(returned(question, Payload::default())).await;
    raw.expect(finish(question).keeping()).await;
    within("the call", kept).await.unwrap().unwrap();
    match params.caps.as_slice() {
        [Cap::SenderHosted(id)] => *id,
        other => panic!("no node of ours: {other:?}"),
    }
}

/// Pings a node of the raw peer, which answers.
async fn ping(raw: &mut Raw, node: &NodeProxy, target: Target, number: u32) {
    let answer = tokio::spawn(node.ping(number));
    let (question, params) = raw.called(target, PING).await;
    assert_eq!(params.number, number);
    raw.say(returned(question, a_number(number))).await;
    raw.expect(finish(question).keeping()).await;
    assert_eq!(within("the ping", answer).await.unwrap().unwrap(), number);
}

impl Promised {
    async fn resolve(&mut self, promise: u32, cap: Cap) {
        self.raw
            .say(Rpc::Resolve(promise, Resolution::Cap(cap)))
            .await;
    }
}

#[tokio::test]
async fn a_promise_becomes_an_object_of_the_peer() {
    let mut it = promised().await;
    ping(&mut it.raw, &it.promise, Export(7), 1).await;
    it.resolve(7, Cap::SenderHosted(8)).await;
    // Answered after the Resolve, so that it has been read.
    ping(&mut it.raw, &it.node, Export(0), 2).await;
    ping(&mut it.raw, &it.promise, Export(8), 3).await;
    drop(it.promise);
    let mut released = [it.raw.hear().await, it.raw.hear().await];
    released.sort_by_key(|message| format!("{message:?}"));
    assert_eq!(released, [Rpc::Release(7, 1), Rpc::Release(8, 1)]);
}

#[tokio::test]
async fn a_promise_is_broken() {
    let mut it = promised().await;
    it.raw
        .say(Rpc::Resolve(7, Resolution::Exception("no more".to_owned())))
        .await;
    ping(&mut it.raw, &it.node, Export(0), 2).await;
    let exception = within("the call", it.promise.ping(1)).await.unwrap_err();
    assert_eq!(exception.kind(), ExceptionKind::Failed);
    assert_eq!(exception.message(), "no more");
}

#[tokio::test]
async fn a_promise_becomes_an_object_of_ours() {
    let mut it = promised().await;
    it.resolve(7, Cap::ReceiverHosted(it.ours)).await;
    ping(&mut it.raw, &it.node, Export(0), 2).await;
    // Nothing was called before, so nothing is on its way back.
    assert_eq!(within("the call", it.promise.ping(5)).await.unwrap(), 5);
    assert_eq!(it.journal.pings(), [5]);
    drop(it.promise);
    it.raw.expect(Rpc::Release(7, 1)).await;
}

#[tokio::test]
async fn calls_keep_their_order_when_a_promise_becomes_an_object_of_ours() {
    let mut it = promised().await;
    let early = tokio::spawn(it.promise.ping(1));
    let (question, _) = it.raw.called(Export(7), PING).await;
    it.resolve(7, Cap::ReceiverHosted(it.ours)).await;
    let Rpc::Disembargo(Export(7), Loopback::Sender(embargo)) = it.raw.hear().await else {
        panic!("no embargo");
    };
    // These wait for the one that is on its way back, and one of them is given up.
    let late = tokio::spawn(it.promise.ping(2));
    let given_up = tokio::spawn(it.promise.ping(3));
    let later = tokio::spawn(it.promise.ping(4));
    ping(&mut it.raw, &it.node, Export(0), 9).await;
    given_up.abort();
    assert_eq!(it.journal.pings(), []);
    it.raw.say(call(1, Export(it.ours), PING).number(1)).await;
    it.raw
        .say(Rpc::Disembargo(
            Export(it.ours),
            Loopback::Receiver(embargo),
        ))
        .await;
    it.raw.expect(returned(1, a_number(1)).over()).await;
    it.raw.say(finish(1)).await;
    it.raw.say(returned(question, a_number(1))).await;
    it.raw.expect(finish(question).keeping()).await;
    for call in [early, late, later] {
        within("the call", call).await.unwrap().unwrap();
    }
    assert_eq!(it.journal.pings(), [1, 2, 4]);
}

/// That they have come back is not enough: what is known to be ours is called at once.
#[tokio::test]
async fn calls_that_have_come_back_begin_before_later_ones() {
    const MANY: u32 = 200;

    let mut it = promised().await;
    let early = tokio::spawn(it.promise.ping(1));
    it.raw.called(Export(7), PING).await;
    it.resolve(7, Cap::ReceiverHosted(it.ours)).await;
    let Rpc::Disembargo(Export(7), Loopback::Sender(embargo)) = it.raw.hear().await else {
        panic!("no embargo");
    };
    // More than begin in one turn, and the end of the embargo, in one piece.
    let mut bytes = Vec::new();
    for number in 1..=MANY {
        let ping: Rpc = call(number, Export(it.ours), PING).number(number);
        bytes.extend(ping.encode());
    }
    let lifted = Rpc::Disembargo(Export(it.ours), Loopback::Receiver(embargo));
    bytes.extend(lifted.encode());
    it.raw.say_bytes(&bytes).await;
    within("the first calls", async {
        while it.journal.pings().is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let late = within("the call", it.promise.ping(MANY + 1)).await;
    assert_eq!(late.unwrap(), MANY + 1);
    assert_eq!(it.journal.pings(), (1..=MANY + 1).collect::<Vec<_>>());
    early.abort();
}

#[tokio::test]
async fn calls_keep_their_order_over_several_promises() {
    let mut it = promised().await;
    let early = tokio::spawn(it.promise.ping(1));
    it.raw.called(Export(7), PING).await;
    // It becomes another promise, which was not called itself, and that becomes ours.
    it.resolve(7, Cap::SenderPromise(8)).await;
    it.resolve(8, Cap::ReceiverHosted(it.ours)).await;
    let Rpc::Disembargo(Export(8), Loopback::Sender(embargo)) = it.raw.hear().await else {
        panic!("no embargo");
    };
    let late = tokio::spawn(it.promise.ping(2));
    ping(&mut it.raw, &it.node, Export(0), 9).await;
    assert_eq!(it.journal.pings(), []);
    it.raw
        .say(Rpc::Disembargo(
            Export(it.ours),
            Loopback::Receiver(embargo),
        ))
        .await;
    within("the call", late).await.unwrap().unwrap();
    early.abort();
}

#[tokio::test]
async fn a_promise_becomes_what_is_in_an_answer_of_ours() {
    let mut it = promised().await;
    // The peer asks our node for what it keeps; the answer waits at the gate.
    let kept = NodeProxy::new(TestNode::new(&it.journal));
    let keeper = NodeProxy::new(TestNode::new(&it.journal));
    keeper.keep(Some(kept)).await.unwrap();
    let keeper = give(&mut it.raw, &it.node, keeper).await;
    it.raw.say(call(1, Export(keeper), WAIT)).await;
    within("the call", it.journal.waiting(1)).await;
    it.resolve(7, Cap::ReceiverAnswer(1, vec![0])).await;
    ping(&mut it.raw, &it.node, Export(0), 2).await;
    let answer = tokio::spawn(it.promise.ping(5));
    ping(&mut it.raw, &it.node, Export(0), 3).await;
    assert_eq!(it.journal.pings(), []);
    it.journal.open();
    assert_eq!(within("the ping", answer).await.unwrap().unwrap(), 5);
    assert_eq!(it.journal.arrivals(), [(1, 5)]);
}

#[tokio::test]
async fn a_promise_that_goes_back_is_the_peers() {
    let mut it = promised().await;
    let call = tokio::spawn(it.node.keep(Some(it.promise.clone())));
    let (question, params) = it.raw.called(Export(0), KEEP).await;
    assert_eq!(params.caps, [Cap::ReceiverHosted(7)]);
    it.raw.say(returned(question, Payload::default())).await;
    it.raw.expect(finish(question).keeping()).await;
    within("the call", call).await.unwrap().unwrap();
    // Once it has become something else, that goes.
    it.resolve(7, Cap::SenderHosted(8)).await;
    ping(&mut it.raw, &it.node, Export(0), 2).await;
    let _call = tokio::spawn(it.node.keep(Some(it.promise.clone())));
    let (_, params) = it.raw.called(Export(0), KEEP).await;
    assert_eq!(params.caps, [Cap::ReceiverHosted(8)]);
}

#[tokio::test]
async fn a_promise_can_be_passed_to_itself() {
    let mut it = promised().await;
    let _call = tokio::spawn(it.promise.keep(Some(it.promise.clone())));
    let (_, params) = it.raw.called(Export(7), KEEP).await;
    assert_eq!(params.caps, [Cap::ReceiverHosted(7)]);
}

#[tokio::test]
async fn what_a_released_promise_became_is_released() {
    let mut it = promised().await;
    drop(it.promise);
    it.raw.expect(Rpc::Release(7, 1)).await;
    it.raw
        .say(Rpc::Resolve(7, Resolution::Cap(Cap::SenderHosted(8))))
        .await;
    it.raw.expect(Rpc::Release(8, 1)).await;
}

#[tokio::test]
async fn the_first_object_is_one_of_ours() {
    let (mut raw, ours) = Raw::pair();
    let ipc = ipc_runtime::Ipc::new().unwrap();
    let connecting = tokio::spawn(async move {
        ipc_runtime::Protocol::connect::<NodeProxy>(ipc.protocol(), ours).await
    });
    let (first, greeting) = greeted(&mut raw).await;
    raw.say(failed(greeting, Type::Unimplemented, "hello"))
        .await;
    raw.expect(finish(greeting).keeping()).await;
    let node = within("the connection", connecting).await.unwrap().unwrap();
    // It is not known yet; a call of it gives the peer an object.
    let journal = Journal::new();
    let given = NodeProxy::new(TestNode::new(&journal));
    let keep = tokio::spawn(node.keep(Some(given)));
    let (question, params) = raw.called(Answer(first, vec![]), KEEP).await;
    let [Cap::SenderHosted(id)] = params.caps[..] else {
        panic!("no node");
    };
    raw.say(returned(first, first_object(Cap::ReceiverHosted(id))))
        .await;
    let Rpc::Disembargo(target, Loopback::Sender(embargo)) = raw.hear().await else {
        panic!("no embargo");
    };
    assert_eq!(target, Answer(first, vec![]));
    let late = tokio::spawn(node.ping(2));
    raw.say(call(1, Export(id), PING).number(1)).await;
    raw.expect(returned(1, a_number(1)).over()).await;
    raw.say(Rpc::Disembargo(Export(id), Loopback::Receiver(embargo)))
        .await;
    raw.say(returned(question, Payload::default())).await;
    within("the call", late).await.unwrap().unwrap();
    within("the call", keep).await.unwrap().unwrap();
    assert_eq!(journal.pings(), [1, 2]);
}

#[tokio::test]
async fn a_first_object_that_comes_too_late_is_not_taken() {
    let (mut raw, ours) = Raw::pair();
    let ipc = ipc_runtime::Ipc::new().unwrap();
    let connecting = tokio::spawn(async move {
        ipc_runtime::Protocol::connect::<NodeProxy>(ipc.protocol(), ours).await
    });
    let (first, greeting) = greeted(&mut raw).await;
    raw.say(failed(greeting, Type::Unimplemented, "hello"))
        .await;
    raw.expect(finish(greeting).keeping()).await;
    let node = within("the connection", connecting).await.unwrap().unwrap();
    let child = tokio::spawn(node.child());
    let (question, _) = raw.called(Answer(first, vec![]), CHILD).await;
    raw.say(returned(question, a_cap(Cap::SenderHosted(5))))
        .await;
    raw.expect(finish(question).keeping()).await;
    let child = within("the child", child).await.unwrap().unwrap();
    drop(node);
    // The Finish releases what the answer will bring, so it must not be released once more.
    raw.expect(finish(first)).await;
    raw.say(returned(first, first_object(Cap::SenderHosted(0))))
        .await;
    ping(&mut raw, &child, Export(5), 1).await;
}

/// Our node, which waits to answer with a promise of the raw peer.
#[tokio::test]
async fn calls_of_an_answer_go_where_the_peer_was_told() {
    let mut it = served().await;
    let keep = call(1, Export(it.root), KEEP).cap(Cap::SenderPromise(7));
    it.raw.say(keep).await;
    it.raw.results(1).await;
    it.raw.say(call(2, Export(it.root), CHILD)).await;
    let child = it.raw.results(2).await.caps;
    let [Cap::SenderHosted(child)] = child[..] else {
        panic!("no child");
    };
    it.raw.say(call(3, Export(it.root), KEPT)).await;
    assert_eq!(it.raw.results(3).await.caps, [Cap::ReceiverHosted(7)]);
    // The promise becomes an object of ours; the answer stays the promise.
    it.raw
        .say(Rpc::Resolve(7, Resolution::Cap(Cap::ReceiverHosted(child))))
        .await;
    it.raw
        .say(call(4, Answer(3, vec![0]), PING).number(6))
        .await;
    let (question, params) = it.raw.called(Export(7), PING).await;
    assert_eq!(params.number, 6);
    it.raw
        .say(Rpc::Disembargo(Answer(3, vec![0]), Loopback::Sender(11)))
        .await;
    it.raw
        .expect(Rpc::Disembargo(Export(7), Loopback::Receiver(11)))
        .await;
    it.raw.say(returned(question, a_number(6))).await;
    let mut heard = [it.raw.hear().await, it.raw.hear().await];
    heard.sort_by_key(|message| format!("{message:?}"));
    assert_eq!(
        heard,
        [finish(question).keeping(), returned(4, a_number(6)).over()]
    );
    assert_eq!(it.journal.pings(), []);
}

#[tokio::test]
async fn embargoes_of_the_peer_are_lifted_after_its_calls() {
    let mut it = served().await;
    let keep = call(1, Export(it.root), KEEP).cap(Cap::SenderHosted(4));
    it.raw.say(keep).await;
    it.raw.results(1).await;
    it.raw.say(call(2, Export(it.root), WAIT)).await;
    for number in 0..3 {
        it.raw
            .say(call(10 + number, Answer(2, vec![0]), PING).number(number))
            .await;
    }
    it.raw
        .say(Rpc::Disembargo(Answer(2, vec![0]), Loopback::Sender(5)))
        .await;
    within("the call", it.journal.waiting(1)).await;
    it.journal.open();
    for number in 0..3 {
        let (_, params) = it.raw.called(Export(4), PING).await;
        assert_eq!(params.number, number);
    }
    it.raw
        .expect(Rpc::Disembargo(Export(4), Loopback::Receiver(5)))
        .await;
    assert_eq!(it.raw.results(2).await.caps, [Cap::ReceiverHosted(4)]);
}

#[tokio::test]
async fn an_object_at_its_vine() {
    let mut it = served().await;
    let keep = call(1, Export(it.root), KEEP).cap(Cap::ThirdParty(6));
    it.raw.say(keep).await;
    it.raw.results(1).await;
    it.raw
        .say(call(2, Export(it.root), crate::raw::PING_KEPT).number(4))
        .await;
    let (question, _) = it.raw.called(Export(6), PING).await;
    it.raw.say(returned(question, a_number(4))).await;
    let mut heard = [it.raw.hear().await, it.raw.hear().await];
    heard.sort_by_key(|message| format!("{message:?}"));
    assert_eq!(
        heard,
        [finish(question).keeping(), returned(2, a_number(4)).over()]
    );
}
