//! Fees, waits, and the mempool.

use std::time::Duration;

use bitcoin_core_ipc::bitcoin::ScriptBuf;
use bitcoin_core_ipc::{Amount, BlockHash, Interfaces, TemplateOptions, Txid, WaitOptions, Wtxid};
use ipc_tests::peers::within;

use crate::{ALL, mining, node};

#[tokio::test]
async fn upstream_48_rising_fees_make_a_better_template() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        let mining = mining(&node).await;
        fake.add_transaction(Amount(500));
        let template = mining.create_new_block(TemplateOptions::default());
        let template = within("createNewBlock", template).await.unwrap();
        assert_eq!(
            template.fees().await.unwrap(),
            [Amount(500)],
            "{interfaces}"
        );
        assert_eq!(template.sigops().await.unwrap().len(), 1);

        let rise = |threshold| {
            template.wait_next(WaitOptions {
                timeout: Some(Duration::from_millis(1)),
                fee_threshold: Some(Amount(threshold)),
            })
        };
        assert!(within("no rise", rise(1)).await.unwrap().is_none());
        assert!(within("any template", rise(0)).await.unwrap().is_some());

        let richer = tokio::spawn(template.wait_next(WaitOptions {
            timeout: None,
            fee_threshold: Some(Amount(700)),
        }));
        within("the wait", fake.until_waiting(1)).await;
        fake.add_transaction(Amount(300));
        fake.add_transaction(Amount(400));
        let richer = within("a richer template", richer)
            .await
            .unwrap()
            .unwrap()
            .unwrap();
        let fees = richer.fees().await.unwrap();
        assert_eq!(
            fees,
            [Amount(500), Amount(300), Amount(400)],
            "{interfaces}"
        );
        let coinbase = richer.coinbase().await.unwrap();
        assert_eq!(
            coinbase.reward_remaining,
            Amount(5_000_001_200),
            "{interfaces}"
        );
        assert_eq!(coinbase.required_outputs.len(), 1, "{interfaces}");
        assert_eq!(coinbase.script_sig_prefix, [0x51], "{interfaces}");
        assert_eq!(coinbase.witness, Some(vec![0; 32]), "{interfaces}");

        // With four transactions, the path to the root has two hashes.
        assert_eq!(richer.coinbase_merkle_path().await.unwrap().len(), 2);
        let mut work = richer.work(ScriptBuf::new(), &[]).await.unwrap();
        assert!(work.solve());
        let verdict = richer.submit_solution(&work).await.unwrap();
        assert!(verdict.accepted, "{interfaces}: {verdict:?}");

        let empty = TemplateOptions {
            use_mempool: false,
            ..TemplateOptions::default()
        };
        fake.add_transaction(Amount(1));
        let empty = mining.create_new_block(empty).await.unwrap();
        assert_eq!(empty.fees().await.unwrap(), []);
    }
}

#[tokio::test]
async fn waits_end_with_their_time_and_with_the_node() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        let mining = mining(&node).await;
        let tip = fake.mine();
        let moment = Some(Duration::from_millis(1));
        let same = within("no change", mining.wait_tip_changed(tip.hash, moment)).await;
        assert_eq!(same.unwrap(), Some(tip), "{interfaces}");

        let other = BlockHash::from_byte_array([7; 32]);
        let now = within("a change", mining.wait_tip_changed(other, None)).await;
        assert_eq!(now.unwrap(), Some(tip), "{interfaces}");

        let waiting = mining.clone();
        let waiting = tokio::spawn(async move { waiting.wait_tip_changed(tip.hash, None).await });
        let template = mining
            .create_new_block(TemplateOptions::default())
            .await
            .unwrap();
        let next = tokio::spawn(template.wait_next(WaitOptions::default()));
        within("the waits", fake.until_waiting(2)).await;
        fake.stop_waits();
        assert_eq!(within("the tip", waiting).await.unwrap().unwrap(), None);
        assert!(
            within("the template", next)
                .await
                .unwrap()
                .unwrap()
                .is_none()
        );
    }
}

#[tokio::test]
async fn a_node_that_loads_has_no_tip() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        let mining = mining(&node).await;
        fake.set_loading(true);
        fake.set_initial_block_download(true);
        assert_eq!(within("getTip", mining.tip()).await.unwrap(), None);
        assert!(
            within("IBD", mining.is_initial_block_download())
                .await
                .unwrap()
        );
        fake.set_loading(false);
        assert_eq!(
            within("getTip", mining.tip()).await.unwrap(),
            Some(fake.tip())
        );
    }
}

#[tokio::test]
async fn upstream_63_transactions_are_found_by_their_ids() {
    let (fake, node) = node(Interfaces::V32).await;
    let mining = mining(&node).await;
    let known = fake.add_transaction(Amount(1000));
    let unknown = [9; 32];

    let txids = [Txid::from_byte_array(unknown), known.compute_txid().into()];
    let found = within("by txid", mining.transactions_by_txid(&txids))
        .await
        .unwrap();
    assert_eq!(found, [None, Some((&known).into())]);

    let wtxids = [
        known.compute_wtxid().into(),
        Wtxid::from_byte_array(unknown),
    ];
    let found = within("by wtxid", mining.transactions_by_wtxid(&wtxids))
        .await
        .unwrap();
    assert_eq!(found, [Some((&known).into()), None]);

    fake.mine();
    let found = within("by txid", mining.transactions_by_txid(&txids))
        .await
        .unwrap();
    assert_eq!(
        found,
        [None, None],
        "what is in a block is in the mempool no more"
    );
}
