//! Blocks of a real regtest node.

use bitcoin_core_ipc::bitcoin::ScriptBuf;
use bitcoin_core_ipc::{BlockHash, Mining, TemplateOptions};
use ipc_tests::peers::within;

/// Mines a block that pays to this script, and returns its hash.
pub(crate) async fn mine(mining: &Mining, to: &ScriptBuf) -> BlockHash {
    let template = mining.create_new_block(TemplateOptions::at_once());
    let template = within("createNewBlock", template).await.unwrap();
    let work = within("the work", template.work(to.clone(), b"zmq"));
    let mut work = work.await.unwrap();
    assert!(work.solve());
    let submitted = within("submitSolution", template.submit_solution(&work));
    let verdict = submitted.await.unwrap();
    assert!(verdict.accepted, "{verdict}");
    work.header.block_hash().into()
}
