//! Fees, waits, and blocks that are refused.

use std::time::Duration;

use bitcoin_core_ipc::bitcoin::block::Version;
use bitcoin_core_ipc::bitcoin::{self, ScriptBuf, Witness};
use bitcoin_core_ipc::{
    Amount, BlockHash, Interfaces, Mining, Solution, TemplateOptions, Txid, WaitOptions, Wtxid,
};
use ipc_tests::peers::within;

use crate::{ALL, node};

async fn mining(node: &bitcoin_core_ipc::Node) -> Mining {
    within("makeMining", node.mining()).await.unwrap()
}

#[tokio::test]
async fn rising_fees_make_a_better_template() {
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

/// v32 says why. The others do not, and mind no block that they know.
#[tokio::test]
async fn refused_solutions_say_why_where_the_version_does() {
    for interfaces in ALL {
        let (_fake, node) = node(interfaces).await;
        let mining = mining(&node).await;
        let template = mining.create_new_block(TemplateOptions::default());
        let template = within("createNewBlock", template).await.unwrap();
        let work = template.work(ScriptBuf::new(), b"x");
        let mut work = within("the work", work).await.unwrap();
        let submit = async |solution: Solution| {
            let submitted = template.submit_solution(solution);
            let verdict = within("submitSolution", submitted).await.unwrap();
            (verdict.accepted, verdict.reason)
        };
        let refused = |reason: &str| match interfaces {
            Interfaces::V32 => (false, reason.to_owned()),
            _ => (false, String::new()),
        };

        while work.header.validate_pow(work.header.target()).is_ok() {
            work.header.nonce += 1;
        }
        assert_eq!(
            submit((&work).into()).await,
            refused("high-hash"),
            "{interfaces}"
        );

        let version = work.header.version;
        work.header.version = Version::from_consensus(0);
        assert!(work.solve());
        let reason = "bad-version(0x00000000)";
        assert_eq!(
            submit((&work).into()).await,
            refused(reason),
            "{interfaces}"
        );

        work.header.version = version;
        assert!(work.solve());
        let good = Solution::from(&work);
        // The witness is no part of what is solved.
        let mut coinbase = work.coinbase().clone();
        coinbase.input[0].witness = Witness::new();
        let bare = Solution {
            coinbase: coinbase.into(),
            ..good.clone()
        };
        let reason = "bad-witness-nonce-size";
        assert_eq!(submit(bare).await, refused(reason), "{interfaces}");

        let garbage = Solution {
            coinbase: bitcoin_core_ipc::Transaction(vec![0]),
            ..good.clone()
        };
        let error = within("submitSolution", template.submit_solution(garbage)).await;
        let error = error.expect_err("no transaction").to_string();
        assert!(
            error.contains("SpanReader::read(): end of data:"),
            "{interfaces}: {error}"
        );
    }
}

#[tokio::test]
async fn blocks_that_are_known_are_duplicates_since_v32() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        let mining = mining(&node).await;
        let template = mining.create_new_block(TemplateOptions::default());
        let template = within("createNewBlock", template).await.unwrap();
        let mut work = within("the work", template.work(ScriptBuf::new(), b"x"))
            .await
            .unwrap();
        assert!(work.solve());
        let first = within("submitSolution", template.submit_solution(&work))
            .await
            .unwrap();
        assert!(first.accepted, "{interfaces}: {first}");
        let again = within("submitSolution", template.submit_solution(&work))
            .await
            .unwrap();
        let is_v32 = interfaces == Interfaces::V32;
        assert_eq!(again.accepted, !is_v32, "{interfaces}");
        assert_eq!(
            again.reason,
            if is_v32 { "duplicate" } else { "" },
            "{interfaces}"
        );

        // Another block on the one below is valid, and stale.
        let mut other = within("the work", template.work(ScriptBuf::new(), b"y"))
            .await
            .unwrap();
        assert!(other.solve());
        let stale = within("submitSolution", template.submit_solution(&other))
            .await
            .unwrap();
        assert_eq!(
            stale.reason,
            if is_v32 { "inconclusive" } else { "" },
            "{interfaces}"
        );
        assert_eq!(fake.tip().hash, work.header.block_hash().into());
    }
}

#[tokio::test]
async fn transactions_are_found_by_their_ids() {
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

#[tokio::test]
async fn a_whole_block_can_be_submitted() {
    let (fake, node) = node(Interfaces::V32).await;
    let mining = mining(&node).await;
    let template = mining.create_new_block(TemplateOptions::default());
    let template = within("createNewBlock", template).await.unwrap();
    let mut work = within("the work", template.work(ScriptBuf::new(), b"x"))
        .await
        .unwrap();
    assert!(work.solve());
    let block = within("the block", template.block()).await.unwrap();
    let mut block = bitcoin::Block::try_from(block).unwrap();
    block.header = work.header;
    block.txdata[0] = work.coinbase().clone();
    let verdict = within("submitBlock", mining.submit_block(&block))
        .await
        .unwrap();
    assert!(verdict.accepted, "{verdict}");
    assert_eq!(fake.tip().hash, block.block_hash().into());
    let verdict = within("submitBlock", mining.submit_block(&block))
        .await
        .unwrap();
    assert_eq!(verdict.to_string(), "rejected: duplicate");

    let nothing = mining.submit_block(bitcoin_core_ipc::Block(Vec::new()));
    let error = within("submitBlock", nothing).await.expect_err("no block");
    assert!(error.to_string().contains("end of data"), "{error}");
}
