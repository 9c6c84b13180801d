//! What a miner does, the same with every node.

use bitcoin_core_ipc::bitcoin::{self, ScriptBuf};
use bitcoin_core_ipc::chain::{BlockQuery, ChainEvent};
use bitcoin_core_ipc::testing::FakeNode;
use bitcoin_core_ipc::{CheckOptions, FeeRate, Interfaces, Node, TemplateOptions, WaitOptions};
use ipc_runtime::{EngineKind, Ipc};
use ipc_tests::peers::within;

use crate::chain::ok;
use crate::upstream::extend;
use crate::{ALL, node};

/// Mines so many blocks, and one before, on a regtest chain that nobody else extends.
pub(crate) async fn mine(node: &Node, blocks: u32) {
    let interfaces = node.interfaces();
    assert_eq!(
        within("an echo", node.echo("naïve 🦀")).await.unwrap(),
        "naïve 🦀"
    );
    let mining = within("makeMining", node.mining()).await.unwrap();
    assert!(within("isTestChain", mining.is_test_chain()).await.unwrap());
    let mut tip = extend(&mining).await;
    let options = TemplateOptions::at_once();
    let template = mining.create_new_block(options);
    let mut template = within("createNewBlock", template).await.unwrap();

    for _ in 0..blocks {
        let header = within("the header", template.header()).await.unwrap();
        assert_eq!(header.prev_block(), tip.hash);
        let block = within("the block", template.block()).await.unwrap();
        assert_eq!(block.0[..80], header.0);

        let next = tokio::spawn(template.wait_next(WaitOptions::default()));
        let changed = mining.clone();
        let changed = tokio::spawn(async move { changed.wait_tip_changed(tip.hash, None).await });

        let work = template.work(ScriptBuf::from_bytes(vec![0x51]), b"tests");
        let mut work = within("the work", work).await.unwrap();
        let mut whole = bitcoin::Block::try_from(block).unwrap();
        whole.header = work.header;
        whole.txdata[0] = work.coinbase().clone();
        let unsolved = CheckOptions {
            pow: false,
            ..CheckOptions::default()
        };
        let checked = within("checkBlock", mining.check_block(&whole, unsolved))
            .await
            .unwrap();
        assert!(checked.accepted, "{interfaces}: {checked:?}");

        assert!(work.solve());
        let verdict = within("submitSolution", template.submit_solution(&work))
            .await
            .unwrap();
        assert!(verdict.accepted, "{interfaces}: {verdict:?}");

        let now = within("the new tip", changed)
            .await
            .unwrap()
            .unwrap()
            .unwrap();
        assert_eq!(now.height, tip.height + 1, "{interfaces}");
        assert_eq!(now.hash, work.header.block_hash().into(), "{interfaces}");
        assert_eq!(within("getTip", mining.tip()).await.unwrap(), Some(now));
        tip = now;
        template = within("the next template", next)
            .await
            .unwrap()
            .unwrap()
            .unwrap();

        // It is not on the tip any more.
        whole.header = work.header;
        let again = mining.check_block(&whole, CheckOptions::default());
        let again = within("checkBlock", again).await.unwrap();
        assert!(!again.accepted, "{interfaces}");
        assert_eq!(
            again.reason, "inconclusive-not-best-prevblk",
            "{interfaces}"
        );
    }

    match within("makeRpc", node.rpc()).await {
        Ok(rpc) => {
            let count = within("getblockcount", rpc.call::<u32>("getblockcount", ())).await;
            assert_eq!(count.unwrap(), tip.height);
            let hash = rpc.call::<String>("getblockhash", (tip.height,));
            assert_eq!(
                within("getblockhash", hash).await.unwrap(),
                tip.hash.to_string()
            );
        }
        Err(error) => {
            assert!(
                matches!(interfaces, Interfaces::V30 | Interfaces::V31),
                "{error}"
            );
        }
    }
    within("destroy", template.destroy()).await.unwrap();
}

/// The first 16 heights are one byte in the coinbase transaction, which needs two.
#[tokio::test]
async fn upstream_64_blocks_are_mined_from_the_first_one() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        within("mining", mine(&node, 17)).await;
        assert_eq!(fake.tip().height, 18, "{interfaces}");
    }
}

/// The other engine is sent the same, and cancels the same way.
#[tokio::test]
async fn blocks_are_mined_over_capnp_rpc() {
    for interfaces in ALL {
        let fake = FakeNode::start(interfaces).unwrap();
        let ipc = Ipc::builder().engine(EngineKind::CapnpRpc).build().unwrap();
        let node = Node::builder().address(fake.address()).ipc(ipc);
        let node = within("connecting", node.connect()).await.unwrap();
        assert_eq!(node.interfaces(), interfaces);
        within("mining", mine(&node, 2)).await;

        let mining = within("makeMining", node.mining()).await.unwrap();
        let template = mining.create_new_block(TemplateOptions::at_once());
        let template = within("createNewBlock", template).await.unwrap();
        let wait = tokio::spawn(template.wait_next(WaitOptions::default()));
        within("the wait", fake.until_waiting(1)).await;
        wait.abort();
        within("the end of the wait", fake.until_waiting(0)).await;
    }
}

/// Mines a block, and follows that by the chain and the control of a multiprocess node.
pub(crate) async fn follow(node: &Node) {
    let chain = ok(node.chain()).await;
    let control = ok(node.control()).await;
    let mut events = ok(chain.notifications()).await;
    let mut tips = ok(control.block_tips()).await;
    let before = ok(chain.height()).await.unwrap();

    let tip = extend(&ok(node.mining()).await).await;
    let block = loop {
        let event = within("a block", events.next()).await.unwrap();
        if let ChainEvent::BlockConnected { block, .. } = event.unwrap() {
            break block;
        }
    };
    assert_eq!((block.hash, block.height), (tip.hash, before + 1));
    let told = within("a tip", tips.next()).await.unwrap().unwrap();
    assert_eq!((told.hash, told.height), (Some(tip.hash), tip.height));

    assert_eq!(ok(chain.height()).await, Some(tip.height));
    assert_eq!(ok(chain.block_hash(tip.height)).await, Some(tip.hash));
    assert_eq!(ok(chain.block_hash(tip.height + 1)).await, None);
    assert_eq!(ok(control.best_block_hash()).await, tip.hash);
    let query = BlockQuery::new().hash().height().locator().block();
    let found = ok(chain.find_block(tip.hash, query.clone())).await.unwrap();
    assert_eq!(
        (found.hash, found.height),
        (Some(tip.hash), Some(tip.height))
    );
    assert_eq!(found.block, block.block);
    let fork = chain.find_locator_fork(found.locator.as_ref().unwrap());
    assert_eq!(ok(fork).await, Some(tip.height));
    let below = chain.find_ancestor_by_height(tip.hash, before, query);
    assert_eq!(ok(below).await.unwrap().hash, block.prev_hash);
    assert!(ok(chain.relay_dust_fee()).await > FeeRate::ZERO);
    let mut mempool = chain.mempool_transactions();
    assert!(within("the mempool", mempool.next()).await.is_none());

    ok(tips.unsubscribe()).await;
    ok(events.unsubscribe()).await;
}

#[tokio::test]
async fn a_scripted_node_tells_of_its_chain() {
    let (_fake, node) = node(Interfaces::Multiprocess).await;
    follow(&node).await;
}
