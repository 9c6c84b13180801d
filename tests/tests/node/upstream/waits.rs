//! Waits, and what templates have.

use std::time::Duration;

use bitcoin_core_ipc::bitcoin::script::Builder;
use bitcoin_core_ipc::{Amount, Error, Interfaces, Node, WaitOptions};
use ipc_runtime::ExceptionKind;
use ipc_tests::peers::within;

use super::{extend, mining, template, tip, with_each};

const MOMENT: Duration = Duration::from_millis(50);

#[tokio::test]
async fn upstream_39_a_wait_ends_with_a_block() {
    with_each(async |node: &Node| {
        let mining = mining(node).await;
        let before = tip(&mining).await;
        let waiting = tokio::spawn(mining.wait_tip_changed(before.hash, None));
        let mined = extend(&mining).await;
        let changed = within("the wait", waiting).await.unwrap().unwrap().unwrap();
        assert_eq!(changed, mined);
        assert_eq!(changed.height, before.height + 1);
    })
    .await;
}

#[tokio::test]
async fn upstream_40_a_wait_ends_with_its_time() {
    with_each(async |node: &Node| {
        let mining = mining(node).await;
        let before = tip(&mining).await;
        let same = mining.wait_tip_changed(before.hash, Some(MOMENT));
        assert_eq!(within("the wait", same).await.unwrap(), Some(before));
    })
    .await;
}

#[tokio::test]
async fn upstream_41_an_interrupt_ends_a_wait_without_a_block() {
    with_each(async |node: &Node| {
        let mining = mining(node).await;
        let before = tip(&mining).await;
        let waiting = tokio::spawn(mining.wait_tip_changed(before.hash, None));
        match within("interrupt", mining.interrupt()).await {
            Ok(()) => assert_eq!(within("the wait", waiting).await.unwrap().unwrap(), None),
            Err(Error::Missing { speaks, .. }) => {
                assert!(!matches!(speaks, Interfaces::V31 | Interfaces::V32));
                waiting.abort();
            }
            Err(error) => panic!("{}: {error}", node.interfaces()),
        }
    })
    .await;
}

#[tokio::test]
async fn upstream_46_54_a_template_can_be_inspected() {
    with_each(async |node: &Node| {
        let mining = mining(node).await;
        let tip = tip(&mining).await;
        let template = template(&mining).await;
        let header = within("the header", template.header()).await.unwrap();
        assert_eq!(header.prev_block(), tip.hash);
        let block = within("the block", template.block()).await.unwrap();
        assert_eq!(block.0[..80], header.0);
        assert_eq!(within("the fees", template.fees()).await.unwrap(), []);
        assert!(
            within("the sigops", template.sigops())
                .await
                .unwrap()
                .is_empty()
        );
        let path = within("the path", template.coinbase_merkle_path())
            .await
            .unwrap();
        assert_eq!(path, []);

        let coinbase = within("the coinbase", template.coinbase()).await.unwrap();
        let height = Builder::new().push_int(i64::from(tip.height) + 1);
        assert_eq!(coinbase.script_sig_prefix, height.into_script().as_bytes());
        assert!(coinbase.witness.is_none_or(|witness| witness.len() == 32));
        assert_eq!(coinbase.reward_remaining, Amount(5_000_000_000));
    })
    .await;
}

#[tokio::test]
async fn upstream_47_a_new_template_comes_with_a_block() {
    with_each(async |node: &Node| {
        let mining = mining(node).await;
        extend(&mining).await;
        let before = template(&mining).await;
        let none = before.wait_next(WaitOptions {
            timeout: Some(MOMENT),
            ..WaitOptions::default()
        });
        assert!(within("no block", none).await.unwrap().is_none());
        let next = tokio::spawn(before.wait_next(WaitOptions::default()));
        let mined = extend(&mining).await;
        let next = within("the next", next).await.unwrap().unwrap().unwrap();
        let header = within("the header", next.header()).await.unwrap();
        assert_eq!(header.prev_block(), mined.hash);
    })
    .await;
}

#[tokio::test]
async fn upstream_48_without_a_threshold_any_template_is_better() {
    with_each(async |node: &Node| {
        let mining = mining(node).await;
        extend(&mining).await;
        let before = template(&mining).await;
        let next = |threshold, timeout| {
            before.wait_next(WaitOptions {
                timeout,
                fee_threshold: Some(Amount(threshold)),
            })
        };
        // A real v30 gives none before fees rise.
        if node.interfaces() != Interfaces::V30 {
            assert!(within("any", next(0, None)).await.unwrap().is_some());
        }
        let richer = within("a richer one", next(1, Some(MOMENT))).await;
        assert!(richer.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn upstream_49_an_interrupt_ends_a_wait_without_a_template() {
    with_each(async |node: &Node| {
        let mining = mining(node).await;
        extend(&mining).await;
        let template = template(&mining).await;
        let waiting = tokio::spawn(template.wait_next(WaitOptions::default()));
        match within("interruptWait", template.interrupt_wait()).await {
            Ok(()) => assert!(
                within("the wait", waiting)
                    .await
                    .unwrap()
                    .unwrap()
                    .is_none()
            ),
            // Bitcoin Core 30.0 does not have it.
            Err(Error::Ipc(exception)) if exception.kind() == ExceptionKind::Unimplemented => {
                assert_eq!(node.interfaces(), Interfaces::V30);
                waiting.abort();
            }
            Err(error) => panic!("{}: {error}", node.interfaces()),
        }
    })
    .await;
}
