//! A peer that calls and does not read what it is answered.

use ipc_runtime::{ExceptionKind, Ipc};
use ipc_tests::peers::within;
use ipc_tests::test_node::{Journal, TestNode};

use crate::raw::{Connected, KEEP, PING, WAIT, call, connected_by, finish, returned};
use crate::rpc::{Cap, Payload, Target};

use Target::Export;

/// The most calls that the peer makes: far more than sockets and limit have room for.
const MOST: u32 = 1_000_000;

#[tokio::test]
async fn calls_to_such_a_peer_fail_and_say_why() {
    let ipc = Ipc::builder().unread_bytes(64 << 10).build().unwrap();
    let Connected { mut raw, node } = connected_by(ipc, Cap::SenderHosted(0)).await;
    let journal = Journal::new();
    let ours = ipc_tests::nodes::NodeProxy::new(TestNode::new(&journal));
    let keeping = tokio::spawn(node.keep(Some(ours)));
    let (question, params) = raw.called(Export(0), KEEP).await;
    let [Cap::SenderHosted(ours)] = params.caps[..] else {
        panic!("no object was passed: {params:?}");
    };
    raw.say(returned(question, Payload::default()).over()).await;
    within("keeping", keeping).await.unwrap().unwrap();
    let waiting = tokio::spawn(node.wait());
    raw.called(Export(0), WAIT).await;

    // Each is finished at once, so that the number of calls is no reason to end the connection.
    let mut question = 0;
    while raw.try_to_say(call(question, Export(ours), PING)).await
        && raw.try_to_say(finish(question)).await
    {
        question += 1;
        assert!(question < MOST, "nothing ends the connection");
    }
    let failure = within("the call", waiting).await.unwrap().unwrap_err();
    assert_eq!(failure.kind(), ExceptionKind::Disconnected);
    assert!(failure.message().contains("does not read"), "{failure}");
}
