//! Tips and templates as streams.

use std::time::Duration;

use bitcoin_core_ipc::testing::{Fault, Received};
use bitcoin_core_ipc::{
    BlockRef, Error, Interfaces, Mining, Node, Template, TemplateOptions, Updates, WaitOptions,
};
use ipc_tests::peers::within;

use crate::{ALL, mining, node, template};

/// `BlockTemplate.destroy`.
const DESTROY: Received = Received {
    interface: 0xf967_1ad8_41b2_f622,
    ordinal: 0,
};

async fn next<T: 'static>(updates: &mut Updates<T>) -> T {
    within("the next", updates.next()).await.unwrap().unwrap()
}

async fn ends<T: std::fmt::Debug + 'static>(updates: &mut Updates<T>) {
    let ended = within("the end", updates.next()).await;
    assert!(ended.is_none(), "{ended:?}");
}

#[tokio::test]
async fn tips_begin_with_the_one_that_there_is_and_end_with_the_node() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        let mut tips = mining(&node).await.tips();
        assert_eq!(next(&mut tips).await, fake.tip(), "{interfaces}");
        for _ in 0..3 {
            let mined = fake.mine();
            assert_eq!(next(&mut tips).await, mined, "{interfaces}");
        }
        // Only the last one counts of those that came meanwhile.
        fake.mine();
        let last = fake.mine();
        assert_eq!(next(&mut tips).await, last, "{interfaces}");

        let ending = tokio::spawn(async move { (tips.next().await.is_none(), tips) });
        within("the wait", fake.until_waiting(1)).await;
        fake.stop_waits();
        let (ended, mut tips) = within("the end", ending).await.unwrap();
        assert!(ended, "{interfaces}");
        ends(&mut tips).await;
    }
}

#[tokio::test]
async fn tips_wait_for_a_node_that_loads() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        let mining = mining(&node).await;
        fake.set_loading(true);
        let mut tips = mining.tips();
        let first = tokio::spawn(async move { tips.next().await });
        // It has no tip, and on v31 and v32 nothing that could wait for one.
        within("getTip", mining.tip()).await.unwrap();
        assert!(!first.is_finished());
        fake.set_loading(false);
        let first = within("the first tip", first).await.unwrap().unwrap();
        assert_eq!(first.unwrap(), fake.tip(), "{interfaces}");
    }
}

#[tokio::test]
async fn a_lost_connection_is_an_error_and_the_end() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        let mut tips = mining(&node).await.tips();
        next(&mut tips).await;
        let waiting = tokio::spawn(async move { (tips.next().await, tips) });
        within("the wait", fake.until_waiting(1)).await;
        assert!(node.is_connected());
        fake.disconnect();
        let (lost, mut tips) = within("the loss", waiting).await.unwrap();
        let error = lost.unwrap().expect_err("it is lost");
        assert!(error.is_disconnected(), "{interfaces}: {error}");
        assert!(!node.is_connected());
        within("the loss", node.disconnected()).await;
        ends(&mut tips).await;
    }
}

/// On v31 and v32 by an interrupt, on the others when the time of the wait is over.
#[tokio::test]
async fn a_dropped_stream_of_tips_ends_its_wait() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        let mining = mining(&node).await;
        let (mut dropped, mut kept) = (mining.tips(), mining.tips());
        next(&mut dropped).await;
        next(&mut kept).await;
        let dropped = tokio::spawn(async move { dropped.next().await });
        within("the wait", fake.until_waiting(1)).await;
        let kept = tokio::spawn(async move { kept.next().await });
        within("the waits", fake.until_waiting(2)).await;
        dropped.abort();
        match interfaces {
            Interfaces::V31 | Interfaces::V32 => {
                within("its end", fake.until_waiting(1)).await;
                assert!(!kept.is_finished());
                let mined = fake.mine();
                let tip = within("the other", kept).await.unwrap().unwrap();
                assert_eq!(tip.unwrap(), mined);
            }
            _ => {
                kept.abort();
                assert!(kept.await.expect_err("it was dropped").is_cancelled());
                // So far as anybody waits for it, the time passes at once.
                tokio::time::pause();
                within("their end", fake.until_waiting(0)).await;
                tokio::time::resume();
            }
        }
    }
}

#[tokio::test]
async fn a_dropped_future_loses_no_tip() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        let mut tips = mining(&node).await.tips();
        next(&mut tips).await;
        tokio::select! {
            tip = tips.next() => panic!("nothing was mined: {tip:?}"),
            () = fake.until_waiting(1) => {}
        }
        let mined = fake.mine();
        assert_eq!(next(&mut tips).await, mined, "{interfaces}");
    }
}

#[tokio::test]
async fn an_interrupt_is_not_for_streams() {
    for interfaces in [Interfaces::V31, Interfaces::V32] {
        let (fake, node) = node(interfaces).await;
        let mining = mining(&node).await;
        let mut tips = mining.tips();
        next(&mut tips).await;
        within("interrupt", mining.interrupt()).await.unwrap();
        let waiting = tokio::spawn(async move { tips.next().await });
        within("the wait", fake.until_waiting(1)).await;
        within("interrupt", mining.interrupt()).await.unwrap();
        let mined = fake.mine();
        let tip = within("the tip", waiting).await.unwrap().unwrap();
        assert_eq!(tip.unwrap(), mined, "{interfaces}");
    }
}

async fn is_on(template: &Template, tip: BlockRef) {
    let header = within("the header", template.header()).await.unwrap();
    assert_eq!(header.prev_block(), tip.hash);
}

#[tokio::test]
async fn templates_become_better_and_old_ones_are_freed() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        let mut templates = mining(&node)
            .await
            .templates(TemplateOptions::default(), WaitOptions::default());
        is_on(&next(&mut templates).await, fake.tip()).await;
        for _ in 0..3 {
            let mined = fake.mine();
            is_on(&next(&mut templates).await, mined).await;
        }
        let kept = {
            let mined = fake.mine();
            let kept = next(&mut templates).await;
            is_on(&kept, mined).await;
            kept
        };
        drop(templates);
        // What is destroyed first arrives first.
        within("destroy", kept.destroy()).await.unwrap();
        let destroyed = fake.received().into_iter();
        let destroyed = destroyed.filter(|call| *call == DESTROY).count();
        assert_eq!(destroyed, 5, "{interfaces}");
    }
}

#[tokio::test]
async fn updates_outlast_the_time_of_a_wait() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        let template = template(&mining(&node).await).await;
        fake.fault("BlockTemplate.waitNext", Fault::Null);
        fake.fault("BlockTemplate.waitNext", Fault::Null);
        fake.fault("BlockTemplate.waitNext", Fault::Hold);
        let mut updates = template.updates(WaitOptions {
            timeout: Some(Duration::from_millis(1)),
            ..WaitOptions::default()
        });
        let waiting = tokio::spawn(async move { updates.next().await });
        // Two waits were over without a template, and a third has begun.
        within("the third", fake.until_waiting(1)).await;
        let mined = fake.mine();
        fake.release();
        let better = within("a better one", waiting).await.unwrap().unwrap();
        is_on(&better.unwrap(), mined).await;
    }
}

#[tokio::test]
async fn updates_end_with_the_node_and_not_with_an_interrupt() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        let template = template(&mining(&node).await).await;
        let mut updates = template.updates(WaitOptions::default());
        // The first wait gives nothing at once.
        within("interrupt", template.interrupt_wait())
            .await
            .unwrap();
        let waiting = tokio::spawn(async move { (updates.next().await, updates) });
        within("the wait", fake.until_waiting(1)).await;
        let mined = fake.mine();
        let (better, mut updates) = within("a better one", waiting).await.unwrap();
        is_on(&better.unwrap().unwrap(), mined).await;

        let waiting = tokio::spawn(async move { updates.next().await.is_none() });
        within("the wait", fake.until_waiting(1)).await;
        fake.stop_waits();
        assert!(within("the end", waiting).await.unwrap(), "{interfaces}");
    }
}

/// Where the connection goes with the node, the end is the same.
#[tokio::test]
async fn updates_end_when_the_connection_goes_with_the_node() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        let template = template(&mining(&node).await).await;
        fake.fault("BlockTemplate.waitNext", Fault::Null);
        fake.fault("Init.makeMining", Fault::Disconnect);
        ends(&mut template.updates(WaitOptions::default())).await;

        // But without a word of the node it is an error.
        let again = within("connecting", Node::connect(node.address())).await;
        let template = crate::template(&mining(&again.unwrap()).await).await;
        fake.fault("BlockTemplate.waitNext", Fault::Disconnect);
        let mut updates = template.updates(WaitOptions::default());
        let lost = within("the loss", updates.next()).await.unwrap();
        assert!(lost.expect_err("it is lost").is_disconnected());
        ends(&mut updates).await;
    }
}

#[tokio::test]
async fn a_dropped_stream_of_templates_ends_its_wait() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        let template = template(&mining(&node).await).await;
        let mut updates = template.updates(WaitOptions::default());
        let waiting = tokio::spawn(async move { updates.next().await });
        within("the wait", fake.until_waiting(1)).await;
        waiting.abort();
        within("its end", fake.until_waiting(0)).await;
    }
}

#[tokio::test]
async fn templates_come_when_the_node_has_caught_up() {
    for interfaces in [Interfaces::V31, Interfaces::V32] {
        let (fake, node) = node(interfaces).await;
        let mining = mining(&node).await;
        fake.set_initial_block_download(true);
        let mut templates = mining.templates(TemplateOptions::default(), WaitOptions::default());
        let first = tokio::spawn(async move { templates.next().await });
        within("the cooldown", fake.until_waiting(1)).await;
        let at_once = mining.create_new_block(TemplateOptions::at_once());
        within("a template at once", at_once).await.unwrap();
        let mined = fake.mine();
        assert!(!first.is_finished());
        fake.set_initial_block_download(false);
        let first = within("the first", first).await.unwrap().unwrap();
        is_on(&first.unwrap(), mined).await;
    }
}

#[tokio::test]
async fn an_interrupt_ends_the_cooldown_without_a_template() {
    for interfaces in [Interfaces::V31, Interfaces::V32] {
        let (fake, node) = node(interfaces).await;
        let mining = mining(&node).await;
        fake.set_initial_block_download(true);
        let cooling = tokio::spawn(mining.create_new_block(TemplateOptions::default()));
        within("the cooldown", fake.until_waiting(1)).await;
        within("interrupt", mining.interrupt()).await.unwrap();
        let error = within("the end", cooling).await.unwrap();
        let error = error.expect_err("no template");
        assert!(matches!(error, Error::NoTemplate(_)), "{error}");

        // Dropping it does the same.
        let cooling = tokio::spawn(mining.create_new_block(TemplateOptions::default()));
        within("the cooldown", fake.until_waiting(1)).await;
        cooling.abort();
        within("its end", fake.until_waiting(0)).await;
    }
}

#[tokio::test]
async fn a_node_that_shuts_down_gives_no_template() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        let mining = mining(&node).await;
        fake.stop_waits();
        let template = mining.create_new_block(TemplateOptions::at_once());
        let error = within("createNewBlock", template).await.expect_err("none");
        assert!(matches!(error, Error::NoTemplate(_)), "{error}");
        let options = TemplateOptions::default();
        ends(&mut mining.templates(options, WaitOptions::default())).await;
    }
}
