//! The chain of a multiprocess node: blocks, mempool, fees, settings.

use bitcoin_core_ipc::bitcoin;
use bitcoin_core_ipc::chain::{
    BlockQuery, BroadcastMethod, Chain, EstimateMode, FeeReason, Replaceability, RpcFailure,
    RpcMethod, SettingsAction,
};
use bitcoin_core_ipc::testing::FakeNode;
use bitcoin_core_ipc::{
    Amount, Block, BlockHash, BlockRef, Error, FeeRate, Interfaces, Locator, Node, OutPoint,
    Transaction, Txid,
};
use ipc_tests::peers::within;
use serde_json::{Value, json};

use crate::{ALL, node};

/// A scripted multiprocess node, and its chain.
pub(crate) async fn chain() -> (FakeNode, Node, Chain) {
    let (fake, node) = node(Interfaces::Multiprocess).await;
    let chain = within("makeChain", node.chain()).await.unwrap();
    (fake, node, chain)
}

/// What a call gives, which must not fail.
pub(crate) async fn ok<T>(call: impl Future<Output = Result<T, Error>>) -> T {
    within("a call", call).await.unwrap()
}

const NOBODY: BlockHash = BlockHash::from_byte_array([9; 32]);

#[tokio::test]
async fn other_versions_have_none_and_are_not_asked() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        let before = fake.received();
        let made = within("makeChain", node.chain()).await;
        if interfaces == Interfaces::Multiprocess {
            assert!(made.is_ok());
            continue;
        }
        let error = made.expect_err("the version has none");
        let expected =
            format!("Chain is not there: the node speaks {interfaces}; multiprocess has it");
        assert_eq!(error.to_string(), expected);
        assert_eq!(fake.received(), before);
    }
}

#[tokio::test]
async fn blocks_have_heights_and_hashes() {
    let (fake, _node, chain) = chain().await;
    let tip = fake.mine();
    assert_eq!(ok(chain.height()).await, Some(1));
    assert_eq!(ok(chain.block_hash(1)).await, Some(tip.hash));
    assert_eq!(ok(chain.block_hash(2)).await, None, "and the node lives on");
    assert!(ok(chain.have_block_on_disk(1)).await);
    assert!(!ok(chain.have_block_on_disk(2)).await);
    assert!(within("a call", chain.block_hash(u32::MAX)).await.is_err());
    fake.set_loading(true);
    assert_eq!(ok(chain.height()).await, None);
}

#[tokio::test]
async fn blocks_are_found_with_what_is_asked_for() {
    let (fake, _node, chain) = chain().await;
    let first = fake.mine();
    let second = fake.mine();

    let nothing = ok(chain.find_block(first.hash, BlockQuery::new())).await;
    assert_eq!(nothing, Some(Default::default()));
    let next = BlockQuery::new().hash().height();
    let all = BlockQuery::new()
        .hash()
        .height()
        .time()
        .max_time()
        .median_time()
        .in_active_chain()
        .locator()
        .block()
        .next(next);
    let found = ok(chain.find_block(first.hash, all.clone())).await.unwrap();
    let block = bitcoin::Block::try_from(found.block.unwrap()).unwrap();
    assert_eq!(BlockHash::from(block.block_hash()), first.hash);
    assert_eq!((found.hash, found.height), (Some(first.hash), Some(1)));
    assert_eq!(found.time, Some(block.header.time));
    assert_eq!(found.max_time, Some(block.header.time));
    assert_eq!(
        found.median_time, found.time,
        "of two times it is the later"
    );
    assert_eq!(found.in_active_chain, Some(true));
    let below = block.header.prev_blockhash.into();
    assert_eq!(found.locator, Some(Locator(vec![first.hash, below])));
    let next = found.next.unwrap();
    assert_eq!((next.hash, next.height), (Some(second.hash), Some(2)));

    let last = ok(chain.find_block(second.hash, all.clone()))
        .await
        .unwrap();
    assert_eq!(last.next, None);
    assert_eq!(ok(chain.find_block(NOBODY, all)).await, None);
}

#[tokio::test]
async fn blocks_are_found_by_height_and_time() {
    let (fake, _node, chain) = chain().await;
    fake.mine();
    let second = fake.mine();
    let query = BlockQuery::new().height().max_time();
    let found = ok(chain.find_first_block(0, 1, query.clone()))
        .await
        .unwrap();
    assert_eq!(found.height, Some(1));
    let later = found.max_time.unwrap() + 1;
    let found = ok(chain.find_first_block(later, 0, query.clone()))
        .await
        .unwrap();
    assert_eq!(found.height, Some(2));
    assert_eq!(
        ok(chain.find_first_block(u32::MAX, 0, query.clone())).await,
        None
    );

    let below = chain.find_ancestor_by_height(second.hash, 0, query.clone());
    assert_eq!(ok(below).await.unwrap().height, Some(0));
    let above = chain.find_ancestor_by_height(second.hash, 3, query.clone());
    assert_eq!(ok(above).await, None);
    let nobodys = chain.find_ancestor_by_height(NOBODY, 0, query);
    assert_eq!(ok(nobodys).await, None);
}

/// Two blocks on the first one: one that was taken off the chain, and the tip.
fn fork(fake: &FakeNode) -> [BlockRef; 3] {
    let shared = fake.mine();
    let stale = fake.mine();
    assert_eq!(fake.disconnect_tip(), Some(shared));
    let tip = fake.mine();
    assert_ne!(stale.hash, tip.hash);
    [shared, stale, tip]
}

#[tokio::test]
async fn branches_share_an_ancestor() {
    let (fake, _node, chain) = chain().await;
    let [shared, stale, tip] = fork(&fake);

    let query = BlockQuery::new().height().in_active_chain();
    let found = ok(chain.find_block(stale.hash, query.clone()))
        .await
        .unwrap();
    assert_eq!(
        (found.height, found.in_active_chain),
        (Some(2), Some(false))
    );

    let hash = BlockQuery::new().hash();
    let both = [hash.clone(), query.clone()];
    let common = chain.find_common_ancestor([stale.hash, tip.hash], hash.clone(), both);
    let common = ok(common).await;
    assert_eq!(common.ancestor.unwrap().hash, Some(shared.hash));
    assert_eq!(common.first.unwrap().hash, Some(stale.hash));
    assert_eq!(common.second.unwrap().in_active_chain, Some(true));
    let both = [hash.clone(), query];
    let common = chain.find_common_ancestor([tip.hash, NOBODY], hash.clone(), both);
    let common = ok(common).await;
    assert_eq!((common.ancestor, common.second), (None, None));
    assert_eq!(common.first.unwrap().hash, Some(tip.hash));

    let below = chain.find_ancestor_by_hash(stale.hash, shared.hash, hash.clone());
    assert!(ok(below).await.is_some());
    let beside = chain.find_ancestor_by_hash(stale.hash, tip.hash, hash);
    assert_eq!(ok(beside).await, None);

    let locator = Locator(vec![NOBODY, stale.hash, shared.hash]);
    assert_eq!(ok(chain.find_locator_fork(&locator)).await, Some(1));
    assert_eq!(ok(chain.find_locator_fork(&Locator::default())).await, None);
}

#[tokio::test]
async fn the_state_of_the_chain() {
    let (fake, _node, chain) = chain().await;
    let tip = fake.mine();
    assert!(ok(chain.has_blocks(tip.hash, 0, None)).await);
    assert!(ok(chain.has_blocks(tip.hash, 0, Some(1))).await);
    assert!(!ok(chain.has_blocks(NOBODY, 0, None)).await);
    assert_eq!(ok(chain.guess_verification_progress(tip.hash)).await, 1.0);
    assert_eq!(ok(chain.guess_verification_progress(NOBODY)).await, 0.0);
    assert!(!ok(chain.have_pruned()).await);
    assert_eq!(ok(chain.prune_height()).await, None);
    assert!(!ok(chain.has_assumed_valid_chain()).await);
    assert!(!ok(chain.has_block_filter_index(0)).await);
    let script = vec![0x51];
    let matches = chain.block_filter_matches_any(0, tip.hash, [script]);
    assert_eq!(ok(matches).await, None);
    fake.set_initial_block_download(true);
    assert!(ok(chain.is_initial_block_download()).await);
    assert!(!ok(chain.is_ready_to_broadcast()).await);
    assert!(!ok(chain.shutdown_requested()).await);
    fake.stop_waits();
    assert!(ok(chain.shutdown_requested()).await);
}

#[tokio::test]
async fn the_mempool_is_told_of() {
    let (fake, _node, chain) = chain().await;
    let transaction = fake.add_transaction(Amount(700));
    let txid = Txid::from(transaction.compute_txid());
    let unknown = Txid::from_byte_array([1; 32]);
    assert!(ok(chain.is_in_mempool(txid)).await);
    assert!(!ok(chain.is_in_mempool(unknown)).await);
    assert!(!ok(chain.has_descendants_in_mempool(txid)).await);
    let ancestry = ok(chain.transaction_ancestry(txid)).await;
    assert_eq!((ancestry.ancestors, ancestry.descendants), (1, 1));
    assert_eq!(ancestry.ancestor_fees, Amount(700));
    assert_eq!(
        ancestry.ancestor_vsize,
        u64::try_from(transaction.vsize()).unwrap()
    );
    assert_eq!(
        ok(chain.transaction_ancestry(unknown)).await,
        Default::default()
    );
    assert_eq!(ok(chain.package_limits()).await.ancestors, 25);
    assert!(ok(chain.check_chain_limits(&transaction)).await.accepted);
    assert_eq!(
        ok(chain.is_rbf_opt_in(&transaction)).await,
        Replaceability::Final
    );
}

#[tokio::test]
async fn transactions_are_broadcast() {
    let (fake, _node, chain) = chain().await;
    let other = FakeNode::start(Interfaces::Multiprocess).unwrap();
    let transaction = other.add_transaction(Amount(0));
    let send = || {
        let method = BroadcastMethod::MempoolAndBroadcast;
        chain.broadcast_transaction(&transaction, Amount(1000), method)
    };
    assert!(ok(send()).await.accepted);
    assert!(ok(chain.is_in_mempool(transaction.compute_txid().into())).await);
    let again = ok(send()).await;
    assert_eq!(again.to_string(), "rejected: txn-already-in-mempool");

    let before = fake.received();
    let nothing = within("a call", chain.is_rbf_opt_in(Transaction(Vec::new()))).await;
    let error = nothing.expect_err("a node would end");
    assert_eq!(error.to_string(), "a transaction: it has no bytes");
    assert_eq!(fake.received(), before);
}

#[tokio::test]
async fn coins_are_found() {
    let (fake, _node, chain) = chain().await;
    let waiting = fake.add_transaction(Amount(700));
    let tip = fake.mine();
    let waits = fake.add_transaction(Amount(700));
    let block = ok(chain.find_block(tip.hash, BlockQuery::new().block())).await;
    let block: Block = block.unwrap().block.unwrap();
    let block = bitcoin::Block::try_from(block).unwrap();
    let output = |transaction: &bitcoin::Transaction, vout| OutPoint {
        txid: transaction.compute_txid().into(),
        vout,
    };
    let coinbase = &block.txdata[0];
    let outputs = [
        output(&waits, 0),
        output(coinbase, 0),
        output(coinbase, 99),
        output(&waiting, 0),
        output(coinbase, 0),
    ];
    let coins = ok(chain.find_coins(&outputs)).await;
    assert_eq!(coins.len(), outputs.len());
    let found = |at: usize| coins[at].as_ref().unwrap();
    assert_eq!((found(0).height, found(0).is_coinbase), (None, false));
    assert_eq!((found(1).height, found(1).is_coinbase), (Some(1), true));
    assert_eq!(found(1).value, Amount(5_000_000_700));
    assert_eq!(found(1).output().unwrap(), coinbase.output[0]);
    assert_eq!(coins[2], None);
    assert_eq!(found(3).output().unwrap(), waiting.output[0]);
    assert_eq!(coins[4], coins[1], "asked for twice");
}

#[tokio::test]
async fn fee_rates_come_in_both_encodings() {
    let (fake, _node, chain) = chain().await;
    fake.set_fee_estimate(6, FeeRate::from_sat_per_vb(12));
    for sized in [false, true] {
        fake.set_sized_fee_rates(sized);
        let raw = within("a call", chain.proxy().relay_dust_fee())
            .await
            .unwrap();
        let mut expected = vec![0xb8, 0x0b, 0, 0, 0, 0, 0, 0];
        if sized {
            expected.extend([0xe8, 3, 0, 0]);
        }
        assert_eq!(raw, expected);
        assert_eq!(
            ok(chain.relay_dust_fee()).await,
            FeeRate::from_sat_per_vb(3)
        );
        let rate = FeeRate::from_sat_per_vb(1);
        assert_eq!(ok(chain.mempool_min_fee()).await, rate);
        assert_eq!(ok(chain.relay_min_fee()).await, rate);
        assert_eq!(ok(chain.relay_incremental_fee()).await, rate);

        let estimate = chain.estimate_smart_fee(10, EstimateMode::Economical);
        let estimate = ok(estimate).await;
        assert_eq!(estimate.rate, Some(FeeRate::from_sat_per_kvb(12_000)));
        assert_eq!(estimate.reason, FeeReason::FullEstimate);
        assert_eq!(estimate.desired_target, 10);
        let none = chain.estimate_smart_fee(2, EstimateMode::Conservative);
        let none = ok(none).await;
        assert_eq!((none.rate, none.reason), (None, FeeReason::None));

        let output = OutPoint {
            txid: Txid::from_byte_array([1; 32]),
            vout: 0,
        };
        let outputs = [output, output];
        let fees = chain.calculate_individual_bump_fees(&outputs, rate);
        assert_eq!(ok(fees).await, [Some(Amount(0)); 2]);
        let fee = chain.calculate_combined_bump_fee(&outputs, rate);
        assert_eq!(ok(fee).await, Some(Amount(0)));
    }
    assert_eq!(ok(chain.estimate_max_blocks()).await, 1008);
}

#[tokio::test]
async fn settings_are_json() {
    let (_fake, _node, chain) = chain().await;
    assert_eq!(ok(chain.rw_setting("wallet")).await, Value::Null);
    let wallets = json!(["a", "b"]);
    let written = chain.overwrite_rw_setting("wallet", &wallets, SettingsAction::Write);
    assert!(ok(written).await);
    assert_eq!(ok(chain.rw_setting("wallet")).await, wallets);
    assert_eq!(ok(chain.setting("wallet")).await, wallets);
    assert_eq!(
        ok(chain.settings_list("wallet")).await,
        [json!("a"), json!("b")]
    );

    let added = chain.update_rw_setting("wallet", |wallets| {
        wallets.as_array_mut()?.push(json!("c"));
        Some(SettingsAction::SkipWrite)
    });
    ok(added).await;
    assert_eq!(ok(chain.rw_setting("wallet")).await, json!(["a", "b", "c"]));
    let kept = chain.update_rw_setting("wallet", |wallets| {
        *wallets = Value::Null;
        None
    });
    ok(kept).await;
    assert_eq!(ok(chain.settings_list("wallet")).await.len(), 3);

    let removed = chain.delete_rw_settings("wallet", SettingsAction::Write);
    assert!(ok(removed).await);
    assert_eq!(ok(chain.rw_setting("wallet")).await, Value::Null);
}

#[tokio::test]
async fn rpc_methods_are_served() {
    let (_fake, node, chain) = chain().await;
    let method = RpcMethod::new("tests", "twice")
        .param("number")
        .help("Doubles.");
    let handler = chain.handle_rpc(method, async |request| {
        let number = request.params[0].as_i64();
        let number = number.ok_or_else(|| RpcFailure::new(-8, "no number"))?;
        Ok(json!(number * 2))
    });
    let handler = ok(handler).await;
    let rpc = ok(node.rpc()).await;
    assert_eq!(ok(rpc.call::<i64>("twice", [21])).await, 42);
    let failed = within("a call", rpc.call::<i64>("twice", ["x"])).await;
    let error = failed.expect_err("no number");
    assert_eq!(error.to_string(), "twice: no number (code -8)");

    ok(handler.unsubscribe()).await;
    let gone = within("a call", rpc.call::<i64>("twice", [21])).await;
    assert!(matches!(gone, Err(Error::Rpc { code: -32601, .. })));
    assert!(!ok(chain.rpc_enable_deprecated("twice")).await);
}

#[tokio::test]
async fn messages_are_shown() {
    let (_fake, _node, chain) = chain().await;
    ok(chain.init_message("Loading…")).await;
    ok(chain.init_warning("Slow")).await;
    ok(chain.init_error("No")).await;
    ok(chain.show_progress("Rescanning", 50, true)).await;
}
