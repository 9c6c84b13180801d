//! Blocks that are taken, and blocks that are not.

use bitcoin_core_ipc::bitcoin::absolute::LockTime;
use bitcoin_core_ipc::bitcoin::block::Version;
use bitcoin_core_ipc::bitcoin::{self, Sequence, Witness};
use bitcoin_core_ipc::{
    Block, CheckOptions, Interfaces, Mining, Node, Solution, Template, TemplateOptions,
    Transaction, Txid, Verdict, Wtxid,
};
use ipc_tests::peers::within;

use super::{block, mining, solution, template, tip, with_each, with_v32};

async fn submit(template: &Template, block: &bitcoin::Block) -> Verdict {
    let submitted = template.submit_solution(solution(block));
    within("submitSolution", submitted).await.unwrap()
}

async fn submit_whole(mining: &Mining, block: &bitcoin::Block) -> Verdict {
    within("submitBlock", mining.submit_block(block))
        .await
        .unwrap()
}

async fn check(mining: &Mining, block: &bitcoin::Block) -> Verdict {
    let checked = mining.check_block(block, CheckOptions::default());
    within("checkBlock", checked).await.unwrap()
}

#[tokio::test]
async fn upstream_51_options_out_of_range_are_refused() {
    with_v32(async |node: &Node| {
        let options = TemplateOptions {
            reserved_weight: 0,
            ..TemplateOptions::at_once()
        };
        let mining = mining(node).await;
        let template = mining.create_new_block(options);
        let error = within("createNewBlock", template).await.expect_err("out of range");
        let text = "std::exception: block_reserved_weight (0) is lower than minimum safety value of (2000)";
        assert!(error.to_string().contains(text), "{error}");
    })
    .await;
}

#[tokio::test]
async fn upstream_55_a_solution_needs_a_coinbase_transaction() {
    with_each(async |node: &Node| {
        let mining = mining(node).await;
        let template = template(&mining).await;
        let with = |coinbase: &[u8]| {
            template.submit_solution(Solution {
                version: 0,
                time: 0,
                nonce: 0,
                coinbase: Transaction(coinbase.to_vec()),
            })
        };
        let error = within("submitSolution", with(&[0]))
            .await
            .expect_err("no transaction");
        let text = "SpanReader::read(): end of data:";
        // A real v30 gives up the connection instead of saying so.
        let given_up = node.interfaces() == Interfaces::V30 && error.is_disconnected();
        assert!(given_up || error.to_string().contains(text), "{error}");
        if node.interfaces() == Interfaces::V32 {
            let verdict = within("submitSolution", with(&[])).await.unwrap();
            assert!(!verdict.accepted, "{verdict:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn upstream_56_all_say_the_same_of_a_bad_version() {
    with_each(async |node: &Node| {
        let mining = mining(node).await;
        let template = template(&mining).await;
        let old = |block: &mut bitcoin::Block| block.header.version = Version::from_consensus(0);
        let block = block(&template, b"x", old).await;
        let checked = check(&mining, &block).await;
        assert!(!checked.accepted);
        assert_eq!(checked.reason, "bad-version(0x00000000)");
        let submitted = submit(&template, &block).await;
        assert!(!submitted.accepted);
        if node.interfaces() == Interfaces::V32 {
            assert_eq!(submitted, checked);
            assert_eq!(submit_whole(&mining, &block).await, checked);
        }
    })
    .await;
}

#[tokio::test]
async fn upstream_57_a_coinbase_transaction_needs_its_witness() {
    with_each(async |node: &Node| {
        let mining = mining(node).await;
        let template = template(&mining).await;
        let bare = |block: &mut bitcoin::Block| block.txdata[0].input[0].witness = Witness::new();
        let block = block(&template, b"x", bare).await;
        let verdict = submit(&template, &block).await;
        // A real v30 adds the witness.
        if node.interfaces() == Interfaces::V30 && verdict.accepted {
            return;
        }
        assert!(!verdict.accepted, "{}", node.interfaces());
        if node.interfaces() == Interfaces::V32 {
            assert_eq!(verdict.reason, "bad-witness-nonce-size");
            assert_eq!(
                submit_whole(&mining, &block).await.reason,
                "bad-witness-nonce-size"
            );
        }
        // It was refused, and the template has it all the same.
        let now = within("the block", template.block()).await.unwrap();
        assert_eq!(bitcoin::Block::try_from(now).unwrap(), block);
    })
    .await;
}

#[tokio::test]
async fn upstream_58_59_a_block_is_new_once() {
    with_each(async |node: &Node| {
        let mining = mining(node).await;
        let before = tip(&mining).await;
        let first = template(&mining).await;
        let block_1 = block(&first, b"1", |_| ()).await;
        let good = submit(&first, &block_1).await;
        assert!(good.accepted, "{good:?}");
        assert_eq!((good.reason.as_str(), good.debug.as_str()), ("", ""));
        let after = within("the tip", mining.wait_tip_changed(before.hash, None)).await;
        assert_eq!(after.unwrap().unwrap().hash, block_1.block_hash().into());
        let reason = check(&mining, &block_1).await.reason;
        assert_eq!(reason, "inconclusive-not-best-prevblk");

        let again = submit(&first, &block_1).await;
        if node.interfaces() != Interfaces::V32 {
            return;
        }
        assert_eq!(again.reason, "duplicate");
        assert_eq!(submit_whole(&mining, &block_1).await.reason, "duplicate");

        let second = template(&mining).await;
        let block_2 = block(&second, b"2", |_| ()).await;
        let good = submit_whole(&mining, &block_2).await;
        assert!(good.accepted, "{good:?}");
        assert_eq!(submit_whole(&mining, &block_2).await.reason, "duplicate");
        assert_eq!(submit(&second, &block_2).await.reason, "duplicate");
    })
    .await;
}

#[tokio::test]
async fn upstream_60_a_valid_block_may_come_too_late() {
    with_v32(async |node: &Node| {
        let mining = mining(node).await;
        let template = template(&mining).await;
        let first = block(&template, b"1", |_| ()).await;
        let second = block(&template, b"2", |_| ()).await;
        let third = block(&template, b"3", |_| ()).await;
        let good = submit(&template, &first).await;
        assert!(good.accepted, "{good:?}");
        assert_eq!(submit(&template, &second).await.reason, "inconclusive");
        assert_eq!(submit_whole(&mining, &third).await.reason, "inconclusive");
    })
    .await;
}

#[tokio::test]
async fn upstream_61_a_coinbase_transaction_must_be_final() {
    with_v32(async |node: &Node| {
        let mining = mining(node).await;
        let template = template(&mining).await;
        let later = |block: &mut bitcoin::Block| {
            block.txdata[0].lock_time = LockTime::from_consensus(1_000_000);
            block.txdata[0].input[0].sequence = Sequence::ZERO;
        };
        let block = block(&template, b"x", later).await;
        assert_eq!(submit(&template, &block).await.reason, "bad-txns-nonfinal");
        assert_eq!(
            submit_whole(&mining, &block).await.reason,
            "duplicate-invalid"
        );
    })
    .await;
}

#[tokio::test]
async fn upstream_62_what_is_no_block_harms_nobody() {
    with_v32(async |node: &Node| {
        let mining = mining(node).await;
        let template = template(&mining).await;
        let mut cut = within("the block", template.block()).await.unwrap();
        cut.0.pop();
        for bytes in [cut, Block(Vec::new())] {
            let submitted = mining.submit_block(bytes);
            let error = within("submitBlock", submitted)
                .await
                .expect_err("no block");
            assert!(error.to_string().contains("end of data:"), "{error}");
        }
        tip(&mining).await;
    })
    .await;
}

#[tokio::test]
async fn upstream_63_transactions_of_blocks_are_not_in_the_mempool() {
    with_v32(async |node: &Node| {
        let mining = mining(node).await;
        let template = template(&mining).await;
        let block = block(&template, b"x", |_| ()).await;
        let good = submit(&template, &block).await;
        assert!(good.accepted, "{good:?}");
        let mined = &block.txdata[0];
        let txids = [mined.compute_txid().into(), Txid::from_byte_array([9; 32])];
        let found = mining.transactions_by_txid(&txids);
        assert_eq!(within("by txid", found).await.unwrap(), [None, None]);
        let wtxids = [
            mined.compute_wtxid().into(),
            Wtxid::from_byte_array([9; 32]),
        ];
        let found = mining.transactions_by_wtxid(&wtxids);
        assert_eq!(within("by wtxid", found).await.unwrap(), [None, None]);
    })
    .await;
}
