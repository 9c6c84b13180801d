//! Calls of our engine that go to what other calls of it will bring, message by message.

use capnp_rpc::rpc_capnp::exception::Type;
use generated_examples::v32::init::InitProxy;
use ipc_runtime::{ExceptionKind, Ipc};
use ipc_tests::nodes::NodeProxy;
use ipc_tests::peers::within;
use ipc_tests::test_node::{Journal, TestNode};

use crate::raw::{
    CHILD, Connected, INTRODUCE, KEEP, KEPT, PING, Raw, WAIT, a_cap, a_number, call, connected,
    failed, finish, outcome, returned,
};
use crate::rpc::{Cap, Loopback, Outcome, Payload, Rpc, Target};

use Target::{Answer, Export};

/// Hears a ping of what will be in an answer, and answers it.
async fn ping(raw: &mut Raw, target: Target, number: u32) {
    let (question, params) = raw.called(target, PING).await;
    assert_eq!(params, a_number(number));
    raw.say(returned(question, a_number(number)).over()).await;
}

#[tokio::test]
async fn a_chain_is_sent_before_any_answer() {
    let Connected { mut raw, node } = connected().await;
    let grandchild = node.child().pipeline().child().pipeline();
    let answer = tokio::spawn(grandchild.ping(3));
    let (first, _) = raw.called(Export(0), CHILD).await;
    let (second, _) = raw.called(Answer(first, vec![0]), CHILD).await;
    let (third, _) = raw.called(Answer(second, vec![0]), PING).await;
    raw.say(returned(first, a_cap(Cap::SenderHosted(1)))).await;
    raw.say(returned(second, a_cap(Cap::SenderHosted(2)))).await;
    raw.say(returned(third, a_number(3)).over()).await;
    // The child was only there to be called once.
    let mut heard = [raw.hear().await, raw.hear().await];
    heard.sort_by_key(|message| format!("{message:?}"));
    assert_eq!(heard, [finish(first).keeping(), Rpc::Release(1, 1)]);
    assert_eq!(within("the call", answer).await.unwrap().unwrap(), 3);
    // Once it is there, it is called by its own number.
    let later = tokio::spawn(grandchild.ping(4));
    ping(&mut raw, Export(2), 4).await;
    within("the call", later).await.unwrap().unwrap();
    drop(grandchild);
    let mut heard = [raw.hear().await, raw.hear().await];
    heard.sort_by_key(|message| format!("{message:?}"));
    assert_eq!(heard, [finish(second).keeping(), Rpc::Release(2, 1)]);
}

#[tokio::test]
async fn a_call_that_fails_fails_those_of_its_object() {
    let Connected { mut raw, node } = connected().await;
    let child = node.child().pipeline();
    let early = tokio::spawn(child.ping(1));
    let (first, _) = raw.called(Export(0), CHILD).await;
    let (second, _) = raw.called(Answer(first, vec![0]), PING).await;
    raw.say(failed(first, Type::Overloaded, "no children today"))
        .await;
    raw.say(failed(second, Type::Failed, "of no child")).await;
    raw.expect(finish(second).keeping()).await;
    let exception = within("the call", early).await.unwrap().unwrap_err();
    assert_eq!(exception.message(), "of no child");
    let exception = within("the call", child.ping(2)).await.unwrap_err();
    assert_eq!(exception.kind(), ExceptionKind::Overloaded);
    assert_eq!(exception.message(), "no children today");
    drop(child);
    raw.expect(finish(first).keeping()).await;
}

#[tokio::test]
async fn an_object_that_turns_out_to_be_null_fails_its_calls() {
    let Connected { mut raw, node } = connected().await;
    let kept = node.kept().pipeline();
    let (question, _) = raw.called(Export(0), KEPT).await;
    raw.say(returned(question, Payload::default()).over()).await;
    let ping_root = tokio::spawn(node.ping(1));
    ping(&mut raw, Export(0), 1).await;
    within("the call", ping_root).await.unwrap().unwrap();
    let exception = within("the call", kept.ping(2)).await.unwrap_err();
    assert_eq!(exception.kind(), ExceptionKind::Null, "{exception}");
}

#[tokio::test]
async fn an_object_that_nobody_wants_gives_its_call_up() {
    let Connected { mut raw, node } = connected().await;
    let child = node.child().pipeline();
    let (question, _) = raw.called(Export(0), CHILD).await;
    let clone = child.clone();
    drop(child);
    let on = tokio::spawn(node.ping(1));
    ping(&mut raw, Export(0), 1).await;
    within("the call", on).await.unwrap().unwrap();
    drop(clone);
    raw.expect(finish(question)).await;
    // What comes all the same went with the Finish.
    raw.say(returned(question, a_cap(Cap::SenderHosted(1))))
        .await;
    let on = tokio::spawn(node.ping(2));
    ping(&mut raw, Export(0), 2).await;
    within("the call", on).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_call_that_is_given_up_for_its_object_is_stopped() {
    let Connected { mut raw, node } = connected().await;
    let brought = node.wait().pipeline();
    let (question, _) = raw.called(Export(0), WAIT).await;
    drop(brought);
    raw.expect(finish(question)).await;
    let (stop, _) = raw.called(Export(0), INTRODUCE).await;
    raw.say(returned(stop, Payload::default()).over()).await;
    raw.say(outcome(question, Outcome::Canceled)).await;

    // There is nothing to stop in one that has been answered.
    let brought = node.wait().pipeline();
    let early = tokio::spawn(brought.ping(1));
    let (question, _) = raw.called(Export(0), WAIT).await;
    let (pinged, _) = raw.called(Answer(question, vec![0]), PING).await;
    raw.say(returned(question, a_cap(Cap::SenderHosted(1))))
        .await;
    raw.say(returned(pinged, a_number(1)).over()).await;
    within("the call", early).await.unwrap().unwrap();
    drop(brought);
    let mut heard = [raw.hear().await, raw.hear().await];
    heard.sort_by_key(|message| format!("{message:?}"));
    assert_eq!(heard, [finish(question).keeping(), Rpc::Release(1, 1)]);
}

#[tokio::test]
async fn calls_of_an_object_keep_its_call() {
    let Connected { mut raw, node } = connected().await;
    let child = node.child().pipeline();
    let call = tokio::spawn(child.ping(1));
    drop(child);
    let (first, _) = raw.called(Export(0), CHILD).await;
    let (second, _) = raw.called(Answer(first, vec![0]), PING).await;
    let on = tokio::spawn(node.ping(2));
    ping(&mut raw, Export(0), 2).await;
    within("the call", on).await.unwrap().unwrap();
    // Until they are given up themselves.
    call.abort();
    raw.expect(finish(second)).await;
    raw.expect(finish(first)).await;
}

#[tokio::test]
async fn an_object_that_is_passed_on_is_named_by_its_answer() {
    let Connected { mut raw, node } = connected().await;
    let child = node.child().pipeline();
    let keep = tokio::spawn(node.keep(Some(child)));
    let (first, _) = raw.called(Export(0), CHILD).await;
    let (second, params) = raw.called(Export(0), KEEP).await;
    assert_eq!(params.caps, [Cap::ReceiverAnswer(first, vec![0])]);
    raw.say(returned(first, a_cap(Cap::SenderHosted(1)))).await;
    raw.say(returned(second, Payload::default()).over()).await;
    within("the call", keep).await.unwrap().unwrap();
}

#[tokio::test]
async fn calls_of_an_object_that_comes_home_keep_their_order() {
    let Connected { mut raw, node } = connected().await;
    let journal = Journal::new();
    let ours = NodeProxy::new(TestNode::new(&journal));
    let keep = tokio::spawn(node.keep(Some(ours)));
    let (question, params) = raw.called(Export(0), KEEP).await;
    let [Cap::SenderHosted(id)] = params.caps[..] else {
        panic!("no node");
    };
    raw.say(returned(question, Payload::default()).over()).await;
    within("the call", keep).await.unwrap().unwrap();

    let kept = node.kept().pipeline();
    let early = tokio::spawn(kept.ping(1));
    let (first, _) = raw.called(Export(0), KEPT).await;
    let (second, _) = raw.called(Answer(first, vec![0]), PING).await;
    raw.say(returned(first, a_cap(Cap::ReceiverHosted(id))))
        .await;
    let Rpc::Disembargo(target, Loopback::Sender(embargo)) = raw.hear().await else {
        panic!("no embargo");
    };
    assert_eq!(target, Answer(first, vec![0]));
    let late = tokio::spawn(kept.ping(2));
    raw.say(call(7, Export(id), PING).number(1)).await;
    raw.say(Rpc::Disembargo(Export(id), Loopback::Receiver(embargo)))
        .await;
    raw.expect(returned(7, a_number(1)).over()).await;
    raw.say(returned(second, a_number(1)).over()).await;
    for answer in [early, late] {
        within("the call", answer).await.unwrap().unwrap();
    }
    assert_eq!(journal.pings(), [1, 2]);
    drop(kept);
    raw.expect(finish(first).keeping()).await;
}

#[tokio::test]
async fn a_lost_connection_fails_what_was_to_come() {
    let Connected { mut raw, node } = connected().await;
    let child = node.child().pipeline();
    raw.called(Export(0), CHILD).await;
    let early = tokio::spawn(child.ping(1));
    raw.hear().await;
    drop(raw);
    for call in [
        within("the call", early).await.unwrap(),
        child.ping(2).await,
    ] {
        assert_eq!(call.unwrap_err().kind(), ExceptionKind::Disconnected);
    }
}

const INIT: u64 = 0x8838_c700_ba5c_ba65;
const THREAD_MAP: u64 = 0xee5e_3717_9ad9_dc9d;
const ECHO: u64 = 0xd36b_8964_0dc9_4399;

/// Hears calls until one of this interface, which is kept like the others: by interface and method, in order.
async fn hear_calls(raw: &mut Raw, last: u64) -> Vec<(u64, u16, u32, Target, Vec<Cap>)> {
    let mut calls = Vec::new();
    loop {
        let Rpc::Call {
            question,
            target,
            interface,
            method,
            params,
            ..
        } = raw.hear().await
        else {
            panic!("no call");
        };
        calls.push((interface, method, question, target, params.caps));
        if interface == last {
            return calls;
        }
    }
}

#[tokio::test]
async fn a_new_connection_is_used_before_the_peer_has_said_a_word() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("test.sock");
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let ipc = Ipc::new().unwrap();
    let connecting = ipc.connect_address::<InitProxy>(&format!("unix:{}", path.display()));
    let init = connecting.pipeline().unwrap();
    let echo = tokio::spawn(init.make_echo().pipeline().echo("early"));
    let mut raw = Raw::over(listener.accept().unwrap().0);
    let Rpc::Bootstrap(first) = raw.hear().await else {
        panic!("no Bootstrap");
    };
    let calls = hear_calls(&mut raw, ECHO).await;
    let call = |interface: u64, method: u16, nth: usize| {
        let mut same = (calls.iter()).filter(|call| (call.0, call.1) == (interface, method));
        same.nth(nth).unwrap()
    };

    // The handshake, a thread of the map that it will bring, and a call on that thread.
    let (.., construct, target, _) = call(INIT, 0, 0);
    assert_eq!(target, &Answer(first, vec![]));
    let (.., thread, target, _) = call(THREAD_MAP, 0, 0);
    assert_eq!(target, &Answer(*construct, vec![0]));
    let (.., made, target, caps) = call(INIT, 1, 0);
    assert_eq!(target, &Answer(first, vec![]));
    assert_eq!(caps, &[Cap::ReceiverAnswer(*thread, vec![0])]);
    // The object that it will bring is called as well, on another thread.
    let (.., thread, target, _) = call(THREAD_MAP, 0, 1);
    assert_eq!(target, &Answer(*construct, vec![0]));
    let (.., target, caps) = call(ECHO, 1, 0);
    assert_eq!(target, &Answer(*made, vec![0]));
    assert_eq!(caps, &[Cap::ReceiverAnswer(*thread, vec![0])]);
    drop(raw);
    let lost = within("the call", echo).await.unwrap().unwrap_err();
    assert_eq!(lost.kind(), ExceptionKind::Disconnected);
}
