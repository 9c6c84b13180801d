//! Nodes that load their chain, and that catch up with it.

use std::time::Duration;

use bitcoin_core_ipc::testing::{FakeNode, Fault};
use bitcoin_core_ipc::{Interfaces, Node, SyncProgress};
use ipc_tests::peers::within;

use crate::{ALL, node};

/// A v31 or v32 answers `makeMining` when it has loaded its chain, which must not keep anybody from knowing what it is.
#[tokio::test]
async fn a_node_that_loads_is_recognized() {
    for interfaces in ALL {
        let fake = FakeNode::start(interfaces).unwrap();
        fake.set_loading(true);
        let node = within("connecting", Node::connect(&fake.address()))
            .await
            .unwrap();
        assert_eq!(node.interfaces(), interfaces);
        within("an echo", node.echo("meanwhile")).await.unwrap();
        let waiting = node.clone();
        let waiting = tokio::spawn(async move { waiting.mining().await });
        fake.set_loading(false);
        let mining = within("makeMining", waiting).await.unwrap().unwrap();
        let tip = within("getTip", mining.tip()).await.unwrap();
        assert_eq!(tip, Some(fake.tip()));
    }
}

#[tokio::test]
async fn progress_is_told_until_the_node_has_caught_up() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        fake.set_initial_block_download(true);
        let mut progress = node.sync_progress(Duration::from_millis(1));
        for _ in 0..3 {
            let tip = fake.mine();
            let told = within("progress", progress.next()).await.unwrap();
            let with_rpc = matches!(interfaces, Interfaces::V32 | Interfaces::Multiprocess);
            let expected = SyncProgress {
                tip: Some(tip),
                headers: with_rpc.then_some(tip.height),
                verified: with_rpc.then_some(0.5),
            };
            assert_eq!(told.unwrap(), expected, "{interfaces}");
        }
        fake.set_initial_block_download(false);
        assert!(within("the end", progress.next()).await.is_none());
        // Who has caught up has nothing to tell.
        let mut progress = node.sync_progress(Duration::from_secs(1));
        assert!(within("the end", progress.next()).await.is_none());
    }
}

#[tokio::test]
async fn progress_does_without_a_method_that_fails_and_not_without_a_node() {
    for interfaces in [Interfaces::V32, Interfaces::Multiprocess] {
        let (fake, node) = node(interfaces).await;
        fake.set_initial_block_download(true);
        let method = match interfaces {
            Interfaces::V32 => "Rpc.executeRpc",
            _ => "Node.executeRpc",
        };
        fake.fault(method, Fault::Fail("std::exception: warming up".to_owned()));
        let mut progress = node.sync_progress(Duration::from_millis(1));
        let told = within("progress", progress.next()).await.unwrap().unwrap();
        assert_eq!((told.tip, told.headers), (Some(fake.tip()), None));
        let told = within("progress", progress.next()).await.unwrap().unwrap();
        assert_eq!(told.headers, Some(0));

        fake.fault(method, Fault::Disconnect);
        let lost = within("progress", progress.next()).await.unwrap();
        assert!(lost.expect_err("it is lost").is_disconnected());
    }
}
