//! What a real node does while it starts, while blocks are missing, and with settings of its own: scripted nodes have none.

use std::time::Duration;

use bitcoin_core_ipc::bitcoin::absolute::LockTime;
use bitcoin_core_ipc::bitcoin::consensus::encode::serialize_hex;
use bitcoin_core_ipc::bitcoin::transaction::Version;
use bitcoin_core_ipc::bitcoin::{
    self, Amount, OutPoint, ScriptBuf, Sequence, TxIn, TxOut, Witness,
};
use bitcoin_core_ipc::{
    Error, Interfaces, Mining, Node, Template, TemplateOptions, Txid, WaitOptions,
};
use ipc_tests::peers::within;

use super::{block, mining, solution, template, tip};
use crate::real::RealNode;

/// After so many blocks the reward of a block may be spent.
const MATURITY: usize = 100;
/// The consensus limit on the weight of a block.
const MAX_WEIGHT: u64 = 4_000_000;

/// A v32 with these settings, on whose chain are rewards that can be spent.
struct Spender {
    real: RealNode,
    mining: Mining,
    rewards: Vec<OutPoint>,
}

impl Spender {
    async fn start(settings: &[&str]) -> Option<Self> {
        let settings = [&["-acceptnonstdtxn=1"], settings].concat();
        let real = RealNode::start_with("BITCOIN_NODE", &settings).await?;
        if real.node.interfaces() != Interfaces::V32 {
            real.kill().await;
            return None;
        }
        let mining = mining(&real.node).await;
        let mut rewards = Vec::new();
        for _ in 0..MATURITY + 2 {
            rewards.push(mine(&mining).await);
        }
        rewards.truncate(2);
        Some(Self {
            real,
            mining,
            rewards,
        })
    }

    /// Puts a transaction into the mempool that pays so many satoshi for each virtual byte.
    async fn spend(&mut self, rate: u64) -> bitcoin::Transaction {
        let mut transaction = bitcoin::Transaction {
            version: Version::TWO,
            lock_time: LockTime::ZERO,
            input: vec![TxIn {
                previous_output: self.rewards.pop().unwrap(),
                script_sig: ScriptBuf::new(),
                sequence: Sequence::MAX,
                witness: Witness::new(),
            }],
            output: vec![TxOut {
                value: Amount::ZERO,
                // Anyone can spend it; the rest is there so that the transaction is not too short for the network.
                script_pubkey: ScriptBuf::from_bytes(
                    [&[0x4c, 40][..], &[1; 40], &[0x75, 0x51]].concat(),
                ),
            }],
        };
        let fee = rate * u64::try_from(transaction.vsize()).unwrap();
        transaction.output[0].value = Amount::from_sat(5_000_000_000 - fee);
        let rpc = self.real.node.rpc().await.unwrap();
        let params = (serialize_hex(&transaction), 0);
        let sent = rpc.call::<bitcoin::Txid>("sendrawtransaction", params);
        let sent = within("sendrawtransaction", sent).await.unwrap();
        assert_eq!(sent, transaction.compute_txid());
        transaction
    }
}

/// Mines a block whose reward anyone can spend.
async fn mine(mining: &Mining) -> OutPoint {
    let template = template(mining).await;
    let block = block(&template, b"settings", |_| ()).await;
    let verdict = within("submitSolution", template.submit_solution(solution(&block)));
    assert!(verdict.await.unwrap().accepted);
    OutPoint::new(block.txdata[0].compute_txid(), 0)
}

/// The transactions of a template, without the coinbase transaction.
async fn transactions(template: &Template) -> Vec<bitcoin::Transaction> {
    let block = within("the block", template.block()).await.unwrap();
    let mut block = bitcoin::Block::try_from(block).unwrap();
    block.txdata.split_off(1)
}

#[tokio::test]
async fn upstream_42_a_node_that_starts_can_be_asked_for_a_template() {
    let Some(real) = RealNode::begin("BITCOIN_NODE", &[]).await else {
        return;
    };
    let mining = mining(&real.node).await;
    let made = mining.create_new_block(TemplateOptions::at_once());
    match within("createNewBlock", made).await {
        Ok(made) => {
            let header = within("the header", made.header()).await.unwrap();
            assert_eq!(header.prev_block(), tip(&mining).await.hash);
        }
        // It makes no template for the first blocks of a chain.
        Err(error) => {
            assert_eq!(real.node.interfaces(), Interfaces::V31);
            assert!(error.to_string().contains("bad-cb-length"), "{error}");
        }
    }
    real.kill().await;
}

/// A node that knows of a block without having it, and that block.
async fn behind(node: &Node) -> (Mining, Template, bitcoin::Block) {
    let mining = mining(node).await;
    // A recent tip: the node has caught up.
    mine(&mining).await;
    let template = template(&mining).await;
    let block = block(&template, b"missing", |_| ()).await;
    let rpc = node.rpc().await.unwrap();
    let params = (serialize_hex(&block.header),);
    let told = rpc.call::<serde_json::Value>("submitheader", params);
    within("submitheader", told).await.unwrap();
    (mining, template, block)
}

#[tokio::test]
async fn upstream_43_44_45_a_template_waits_for_a_missing_block() {
    let Some(real) = RealNode::start("BITCOIN_NODE").await else {
        return;
    };
    if real.node.interfaces() != Interfaces::V32 {
        // Only v32 can be told of a header.
        return real.kill().await;
    }
    let (mining, template, block) = behind(&real.node).await;
    let waiting = || tokio::spawn(mining.create_new_block(TemplateOptions::default()));

    let interrupted = waiting();
    // Until the node has begun to wait, an interrupt is kept for it.
    within("interrupt", mining.interrupt()).await.unwrap();
    let none = within("the template", interrupted).await.unwrap();
    assert!(matches!(none, Err(Error::NoTemplate(_))), "{none:?}");

    // It waits at least for a second, whatever else takes time.
    let began = std::time::Instant::now();
    let waited = within("the template", waiting()).await.unwrap().unwrap();
    assert!(began.elapsed() >= Duration::from_millis(900));
    let header = within("the header", waited.header()).await.unwrap();
    assert_eq!(header.prev_block(), block.header.prev_blockhash.into());

    let woken = waiting();
    let verdict = within("submitSolution", template.submit_solution(solution(&block))).await;
    assert!(verdict.unwrap().accepted);
    let woken = within("the template", woken).await.unwrap().unwrap();
    let header = within("the header", woken.header()).await.unwrap();
    assert_eq!(header.prev_block(), block.block_hash().into());
    real.kill().await;
}

#[tokio::test]
async fn upstream_50_our_reserved_weight_counts_and_not_the_nodes() {
    let Some(mut spender) = Spender::start(&["-blockreservedweight=4000000"]).await else {
        return;
    };
    let sent = spender.spend(10).await;
    let made = template(&spender.mining).await;
    assert_eq!(transactions(&made).await, [sent]);
    let none = TemplateOptions {
        reserved_weight: MAX_WEIGHT,
        ..TemplateOptions::at_once()
    };
    let empty = within("createNewBlock", spender.mining.create_new_block(none)).await;
    assert_eq!(transactions(&empty.unwrap()).await, []);
    spender.real.kill().await;
}

#[tokio::test]
async fn upstream_52_a_better_template_keeps_to_the_nodes_lowest_fee() {
    let settings = ["-blockmintxfee=0.00002", "-minrelaytxfee=0"];
    let Some(mut spender) = Spender::start(&settings).await else {
        return;
    };
    let _low = spender.spend(1).await;
    let made = template(&spender.mining).await;
    assert_eq!(transactions(&made).await, []);
    let high = spender.spend(3).await;
    let next = made.wait_next(WaitOptions {
        fee_threshold: Some(bitcoin_core_ipc::Amount(1)),
        ..WaitOptions::default()
    });
    let next = within("waitNext", next).await.unwrap().unwrap();
    assert_eq!(transactions(&next).await, [high]);
    spender.real.kill().await;
}

#[tokio::test]
async fn upstream_53_templates_keep_to_the_nodes_largest_weight() {
    // No room for a transaction beside what is reserved.
    let Some(mut spender) = Spender::start(&["-blockmaxweight=8000"]).await else {
        return;
    };
    let made = template(&spender.mining).await;
    spender.spend(10).await;
    let full = template(&spender.mining).await;
    assert_eq!(transactions(&full).await, []);
    // The same for what comes after a wait: with no threshold, any template will do.
    let next = made.wait_next(WaitOptions {
        fee_threshold: Some(bitcoin_core_ipc::Amount(0)),
        ..WaitOptions::default()
    });
    let next = within("waitNext", next).await.unwrap().unwrap();
    assert_eq!(transactions(&next).await, []);
    spender.real.kill().await;
}

#[tokio::test]
async fn upstream_63_transactions_of_the_mempool_are_found() {
    let Some(mut spender) = Spender::start(&[]).await else {
        return;
    };
    let sent = spender.spend(10).await;
    let mining = &spender.mining;
    let (txid, wtxid) = (sent.compute_txid().into(), sent.compute_wtxid().into());
    let txids = [Txid::from_byte_array([9; 32]), txid];
    let found = within("by txid", mining.transactions_by_txid(&txids)).await;
    assert_eq!(found.unwrap(), [None, Some(sent.clone().into())]);
    let found = within("by wtxid", mining.transactions_by_wtxid(&[wtxid])).await;
    assert_eq!(found.unwrap(), [Some(sent.into())]);
    mine(mining).await;
    let found = within("by txid", mining.transactions_by_txid(&[txid])).await;
    assert_eq!(found.unwrap(), [None]);
    spender.real.kill().await;
}
