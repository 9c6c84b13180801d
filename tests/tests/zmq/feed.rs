//! Scripted nodes of every version, whose tips are published.

use std::pin::pin;

use bitcoin_core_ipc::testing::FakeNode;
use bitcoin_core_ipc::{Amount, Interfaces, Node};
use bitcoin_core_zmq::{Event, Notification, Subscriber, Topic, feed};
use futures_util::StreamExt;
use ipc_tests::peers::within;

use crate::{next, publisher};

const ALL: [Interfaces; 4] = [
    Interfaces::V30,
    Interfaces::V31,
    Interfaces::V32,
    Interfaces::Multiprocess,
];

pub(crate) async fn node(interfaces: Interfaces) -> (FakeNode, Node) {
    let fake = FakeNode::start(interfaces).unwrap();
    let address = fake.address();
    let node = within("connecting", Node::connect(&address));
    let node = node.await.unwrap();
    (fake, node)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tips_of_every_version_are_published() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        let mining = within("makeMining", node.mining()).await.unwrap();
        let (publisher, endpoint) = publisher(|builder| builder).await;
        let subscriber = Subscriber::builder().connect(endpoint, Topic::ALL);
        let mut subscriber = subscriber.start().unwrap();
        within("one", publisher.subscribed(Topic::Sequence, 1)).await;
        tokio::spawn(async move {
            let mut tips = pin!(feed::tips(mining));
            while let Some(Ok(event)) = tips.next().await {
                publisher.publish_event(event);
            }
        });
        for _ in 0..3 {
            within("the feed", fake.until_waiting(1)).await;
            let tip = fake.mine();
            let received = next(&mut subscriber).await;
            assert_eq!(received.notification, Notification::HashBlock(tip.hash));
        }
        // With the node, its feed and so the publisher end.
        drop(fake);
        let end = within("the end", subscriber.recv()).await.unwrap();
        end.unwrap_err();
    }
}

#[tokio::test]
async fn blocks_are_whole_where_there_is_rpc() {
    for interfaces in [Interfaces::V32, Interfaces::Multiprocess] {
        let (fake, node) = node(interfaces).await;
        let mining = within("makeMining", node.mining()).await.unwrap();
        let rpc = within("makeRpc", node.rpc()).await.unwrap();
        let mut blocks = pin!(feed::blocks(mining, rpc));
        for _ in 0..2 {
            let mut event = pin!(blocks.next());
            let tip = tokio::select! {
                event = &mut event => panic!("{event:?} without a block"),
                tip = async {
                    fake.until_waiting(1).await;
                    fake.mine()
                } => tip,
            };
            let event = within("the block", event).await.unwrap().unwrap();
            let Event::Tip { hash, block } = event else {
                panic!("{event:?}")
            };
            assert_eq!(hash, tip.hash);
            let block: bitcoin_core_ipc::bitcoin::Block = block.unwrap().try_into().unwrap();
            assert_eq!(block.block_hash(), hash.into());
        }
    }
    let with_rpc = feed::topics(Interfaces::V32);
    assert_eq!(with_rpc, [Topic::HashBlock, Topic::RawBlock]);
    assert_eq!(feed::topics(Interfaces::V31), [Topic::HashBlock]);
}

#[tokio::test]
async fn there_is_nothing_while_the_node_catches_up() {
    let (fake, node) = node(Interfaces::V32).await;
    fake.set_initial_block_download(true);
    let mining = within("makeMining", node.mining()).await.unwrap();
    let mut tips = pin!(feed::tips(mining));
    let mut event = pin!(tips.next());
    let tip = tokio::select! {
        event = &mut event => panic!("{event:?} while the node catches up"),
        tip = async {
            fake.until_waiting(1).await;
            fake.mine();
            // The feed looks whether the node catches up, and waits again.
            fake.until_waiting(0).await;
            fake.until_waiting(1).await;
            fake.set_initial_block_download(false);
            fake.mine()
        } => tip,
    };
    let event = within("a tip", event).await.unwrap().unwrap();
    let hash = tip.hash;
    assert_eq!(event, Event::Tip { hash, block: None });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_multiprocess_node_tells_of_its_transactions() {
    let (fake, node) = node(Interfaces::Multiprocess).await;
    let (publisher, endpoint) = publisher(|builder| builder).await;
    let topics = feed::topics(Interfaces::Multiprocess);
    assert_eq!(topics, Topic::ALL);
    let topics = topics.iter().filter(|topic| **topic != Topic::Sequence);
    let subscriber = Subscriber::builder().connect(endpoint, topics.copied());
    let mut subscriber = subscriber.start().unwrap();
    within("one", publisher.subscribed(Topic::RawTx, 1)).await;
    let chain = within("makeChain", node.chain()).await.unwrap();
    let events = within("subscribing", feed::chain(chain)).await.unwrap();
    tokio::spawn(async move {
        let mut events = pin!(events);
        while let Some(Ok(event)) = events.next().await {
            publisher.publish_event(event);
        }
    });

    let transaction = fake.add_transaction(Amount(1000));
    let txid = Notification::HashTx(transaction.compute_txid().into());
    let raw = Notification::RawTx((&transaction).into());
    let tip = fake.mine();
    let mut told = Vec::new();
    for _ in 0..8 {
        told.push(next(&mut subscriber).await.notification);
    }
    // In the mempool, and then in the block behind its coinbase transaction, of which the tip is told at last.
    assert_eq!(told[..2], [txid.clone(), raw.clone()]);
    assert_eq!(told[4..6], [txid, raw]);
    assert_eq!(told[6], Notification::HashBlock(tip.hash));
    let Notification::RawBlock(block) = &told[7] else {
        panic!("{:?}", told[7].topic())
    };
    let block: bitcoin_core_ipc::bitcoin::Block = block.try_into().unwrap();
    assert_eq!(block.block_hash(), tip.hash.into());
    let coinbase = &block.txdata[0];
    assert_eq!(
        told[2],
        Notification::HashTx(coinbase.compute_txid().into())
    );
    assert_eq!(told[3], Notification::RawTx(coinbase.into()));
}
