//! Which interfaces a node speaks is found out by its first object alone.

use bitcoin_core_ipc::testing::FakeNode;
use bitcoin_core_ipc::{Interfaces, Node};
use ipc_tests::peers::within;

use crate::{ALL, node};

const INIT: u64 = 0x8838_c700_ba5c_ba65;
const THREAD_MAP: u64 = 0xee5e_3717_9ad9_dc9d;
/// Multiprocess only.
const NODE: u64 = 0xece8_7a85_e7d7_c91d;

/// The calls of the first object, by their ordinals. No other object may be asked anything, but for threads to run on,
/// and the one that a probe made in multiprocess is destroyed.
fn asked(fake: &FakeNode) -> Vec<u16> {
    let mut asked = Vec::new();
    for call in fake.received() {
        match (call.interface, call.ordinal) {
            (INIT, ordinal) => asked.push(ordinal),
            (THREAD_MAP, _) => {}
            (NODE, 0) if fake.interfaces() == Interfaces::Multiprocess => {}
            _ => panic!("{}: {call:?} was called", fake.interfaces()),
        }
    }
    asked
}

#[tokio::test]
async fn every_node_is_recognized() {
    for interfaces in ALL {
        let (_fake, node) = node(interfaces).await;
        assert_eq!(node.interfaces(), interfaces);
    }
}

#[tokio::test]
async fn no_node_is_asked_for_what_it_takes_for_something_else() {
    for (interfaces, ordinals) in [
        // construct, makeMining of later versions, which v30 does not have.
        (Interfaces::V30, &[0, 3][..]),
        // construct, makeMining, makeNode of multiprocess, makeRpc of v32.
        (Interfaces::V31, &[0, 3, 5, 4]),
        (Interfaces::V32, &[0, 3, 5, 4]),
        // Ordinal 4 is makeChain there, and is not called.
        (Interfaces::Multiprocess, &[0, 3, 5]),
    ] {
        let (fake, node) = node(interfaces).await;
        assert_eq!(asked(&fake), ordinals, "{interfaces}");
        drop(node);
    }
}

#[tokio::test]
async fn who_knows_the_interfaces_need_not_ask() {
    for interfaces in ALL {
        let fake = FakeNode::start(interfaces).unwrap();
        let node = Node::builder()
            .address(fake.address())
            .interfaces(interfaces);
        let node = within("connecting", node.connect()).await.unwrap();
        assert_eq!(node.interfaces(), interfaces);
        assert_eq!(asked(&fake), [0], "{interfaces}");
    }
}

#[tokio::test]
async fn a_node_that_fails_is_not_guessed_at() {
    for (interfaces, method) in [
        (Interfaces::V31, "Init.makeMining"),
        (Interfaces::V32, "Init.makeRpc"),
        (Interfaces::Multiprocess, "Init.makeNode"),
    ] {
        let fake = FakeNode::start(interfaces).unwrap();
        let text = "std::exception: out of memory".to_owned();
        fake.fault(method, bitcoin_core_ipc::testing::Fault::Fail(text));
        let connected = within("connecting", Node::connect(&fake.address())).await;
        let error = connected.expect_err("it is not known what the node speaks");
        assert!(
            error.to_string().ends_with("std::exception: out of memory"),
            "{error}"
        );
    }
}
