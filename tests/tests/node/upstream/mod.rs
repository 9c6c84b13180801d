//! Bitcoin Core's own tests of its mining interface, by number (`docs/checklist.md`), with nodes of every version.
//!
//! Each case runs with the scripted nodes, and with a real one if there is any; see `real`.

mod blocks;
mod settings;
mod waits;

use bitcoin_core_ipc::bitcoin::{Block, ScriptBuf};
use bitcoin_core_ipc::{BlockRef, Interfaces, Mining, Node, Solution, Template};
use ipc_tests::peers::within;

use crate::real::RealNode;
use crate::{ALL, mining, node, template};

/// Runs a case with every node that there is.
async fn with_each(case: impl AsyncFn(&Node)) {
    for interfaces in ALL {
        let (_fake, node) = node(interfaces).await;
        case(&node).await;
    }
    if std::env::var_os("BITCOIN_NODE").is_some()
        && let Some(real) = RealNode::start("BITCOIN_NODE").await
    {
        case(&real.node).await;
        real.kill().await;
    }
}

/// As [`with_each`], for what only v32 has.
async fn with_v32(case: impl AsyncFn(&Node)) {
    with_each(async |node: &Node| {
        if node.interfaces() == Interfaces::V32 {
            case(node).await;
        }
    })
    .await;
}

async fn tip(mining: &Mining) -> BlockRef {
    within("getTip", mining.tip()).await.unwrap().unwrap()
}

/// A block of a template, with the coinbase transaction that is asked for, and solved.
async fn block(template: &Template, extra: &[u8], change: impl FnOnce(&mut Block)) -> Block {
    let work = template.work(ScriptBuf::from_bytes(vec![0x51]), extra);
    let work = within("the work", work).await.unwrap();
    let whole = within("the block", template.block()).await.unwrap();
    let mut block = Block::try_from(whole).unwrap();
    block.header = work.header;
    block.txdata[0] = work.coinbase().clone();
    change(&mut block);
    block.header.merkle_root = block.compute_merkle_root().unwrap();
    while block.header.validate_pow(block.header.target()).is_err() {
        block.header.nonce += 1;
    }
    block
}

fn solution(block: &Block) -> Solution {
    Solution {
        version: block.header.version.to_consensus().cast_unsigned(),
        time: block.header.time,
        nonce: block.header.nonce,
        coinbase: (&block.txdata[0]).into(),
    }
}

/// Mines a block, so that the tip is a recent one: on an old one, test networks give a new template without a wait.
pub(crate) async fn extend(mining: &Mining) -> BlockRef {
    let before = tip(mining).await;
    let template = template(mining).await;
    let block = block(&template, b"extend", |_| ()).await;
    let submitted = template.submit_solution(solution(&block));
    let verdict = within("submitSolution", submitted).await.unwrap();
    assert!(verdict.accepted, "{verdict}");
    let after = mining.wait_tip_changed(before.hash, None);
    let after = within("the new tip", after).await.unwrap().unwrap();
    assert_eq!(after.hash, block.block_hash().into());
    after
}
