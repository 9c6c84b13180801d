//! What a multiprocess node tells of its chain, and when it stops.

use bitcoin_core_ipc::bitcoin;
use bitcoin_core_ipc::chain::{ChainEvent, RemovalReason};
use bitcoin_core_ipc::testing::{FakeNode, Fault, Received};
use bitcoin_core_ipc::{Amount, BlockHash, Error, Locator, Subscription, Transaction};
use ipc_tests::peers::within;

use crate::chain::{chain, ok};

const HANDLER: u64 = 0xea08_728d_3426_3f55;
const DESTROY: u16 = 0;
const DISCONNECT: u16 = 1;
/// More than wait at the client.
const MANY: usize = 100;

async fn next(events: &mut Subscription<ChainEvent>) -> ChainEvent {
    within("an event", events.next()).await.unwrap().unwrap()
}

/// What arrived for handlers.
fn of_handlers(fake: &FakeNode) -> Vec<u16> {
    let of = |call: Received| (call.interface == HANDLER).then_some(call.ordinal);
    fake.received().into_iter().filter_map(of).collect()
}

#[tokio::test]
async fn events_come_in_order() {
    let (fake, _node, chain) = chain().await;
    let before = fake.tip();
    let mut events = ok(chain.notifications()).await;
    let transaction = fake.add_transaction(Amount(10));
    let tip = fake.mine();
    fake.disconnect_tip();
    fake.remove_transaction(transaction.compute_txid(), RemovalReason::Expiry);
    fake.flush();

    let transaction = Transaction::from(&transaction);
    assert_eq!(
        next(&mut events).await,
        ChainEvent::TransactionAdded(transaction.clone())
    );
    let ChainEvent::BlockConnected { role, block } = next(&mut events).await else {
        panic!("a block was mined");
    };
    assert!(role.validated && !role.historical);
    assert_eq!((block.hash, block.height), (tip.hash, tip.height));
    assert_eq!(block.prev_hash, Some(before.hash));
    let whole = bitcoin::Block::try_from(block.block.as_ref().unwrap()).unwrap();
    assert_eq!(BlockHash::from(whole.block_hash()), tip.hash);
    assert_eq!(whole.txdata.len(), 2);
    assert_eq!(block.chain_time_max, whole.header.time);
    assert_eq!(next(&mut events).await, ChainEvent::UpdatedTip);
    assert_eq!(
        next(&mut events).await,
        ChainEvent::BlockDisconnected(block)
    );
    assert_eq!(
        next(&mut events).await,
        ChainEvent::TransactionAdded(transaction.clone())
    );
    assert_eq!(next(&mut events).await, ChainEvent::UpdatedTip);
    let removed = ChainEvent::TransactionRemoved {
        transaction,
        reason: RemovalReason::Expiry,
    };
    assert_eq!(next(&mut events).await, removed);
    let flushed = ChainEvent::Flushed {
        role,
        locator: Locator(vec![before.hash]),
    };
    assert_eq!(next(&mut events).await, flushed);
}

#[tokio::test]
async fn reasons_of_later_nodes_are_kept() {
    let (fake, _node, chain) = chain().await;
    let mut events = ok(chain.notifications()).await;
    for number in [-1, 6, i32::MAX] {
        let transaction = fake.add_transaction(Amount(10));
        let txid = transaction.compute_txid();
        assert!(fake.remove_transaction(txid, RemovalReason::Other(number)));
        assert!(!fake.remove_transaction(txid, RemovalReason::Other(number)));
        next(&mut events).await;
        let ChainEvent::TransactionRemoved { reason, .. } = next(&mut events).await else {
            panic!("a transaction was removed");
        };
        assert_eq!(reason, RemovalReason::Other(number));
    }
}

#[tokio::test]
async fn dropping_the_stream_unsubscribes() {
    let (fake, _node, chain) = chain().await;
    let events = ok(chain.notifications()).await;
    within("subscribing", fake.until_subscribed(1)).await;
    assert!(of_handlers(&fake).is_empty());
    drop(events);
    within("unsubscribing", fake.until_subscribed(0)).await;
    within("destroying", fake.until_received(HANDLER, DESTROY)).await;
    assert_eq!(of_handlers(&fake), [DISCONNECT, DESTROY]);
    // The chain is still there.
    let mut events = ok(chain.notifications()).await;
    fake.mine();
    next(&mut events).await;
}

#[tokio::test]
async fn unsubscribing_can_be_waited_for() {
    let (fake, _node, chain) = chain().await;
    let events = ok(chain.notifications()).await;
    ok(events.unsubscribe()).await;
    assert_eq!(of_handlers(&fake), [DISCONNECT, DESTROY]);
    within("unsubscribing", fake.until_subscribed(0)).await;
}

#[tokio::test]
async fn dropping_the_stream_lets_a_node_go_on_that_waits_for_it() {
    let (fake, _node, chain) = chain().await;
    let unread = ok(chain.notifications()).await;
    let mut events = ok(chain.notifications()).await;
    for _ in 0..MANY {
        fake.mine();
    }
    // Of the one, the node has told more than it could without being read by now.
    for _ in 0..MANY * 2 {
        next(&mut events).await;
    }
    drop(unread);
    within("unsubscribing", fake.until_subscribed(1)).await;
    let tip = fake.tip().hash;
    ok(chain.wait_for_notifications_if_tip_changed(BlockHash::from_byte_array([0; 32]))).await;
    ok(chain.wait_for_notifications_if_tip_changed(tip)).await;
}

#[tokio::test]
async fn a_slow_reader_misses_nothing() {
    let (fake, _node, chain) = chain().await;
    let mut slow = ok(chain.notifications()).await;
    let mut quick = ok(chain.notifications()).await;
    let mined: Vec<_> = (0..MANY).map(|_| fake.mine().hash).collect();
    for events in [&mut quick, &mut slow] {
        for expected in &mined {
            let ChainEvent::BlockConnected { block, .. } = next(events).await else {
                panic!("a block was mined");
            };
            assert_eq!(block.hash, *expected);
            assert_eq!(next(events).await, ChainEvent::UpdatedTip);
        }
    }
}

#[tokio::test]
async fn waiting_for_notifications_waits_for_the_reader() {
    let (fake, _node, chain) = chain().await;
    let mut events = ok(chain.notifications()).await;
    for _ in 0..MANY {
        fake.mine();
    }
    let other = BlockHash::from_byte_array([0; 32]);
    let waiting = tokio::spawn({
        let chain = chain.clone();
        async move { chain.wait_for_notifications_if_tip_changed(other).await }
    });
    ok(chain.wait_for_notifications_if_tip_changed(fake.tip().hash)).await;
    assert!(!waiting.is_finished());
    for _ in 0..MANY * 2 {
        next(&mut events).await;
    }
    within("being told of all", waiting).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_node_that_is_killed_ends_the_stream_with_an_error() {
    let (fake, _node, chain) = chain().await;
    let mut events = ok(chain.notifications()).await;
    fake.mine();
    next(&mut events).await;
    assert_eq!(next(&mut events).await, ChainEvent::UpdatedTip);
    drop(fake);
    let last = within("the end", events.next()).await.unwrap();
    let error = last.expect_err("the node is gone");
    assert!(error.is_disconnected(), "{error}");
    assert!(within("the end", events.next()).await.is_none());
    assert!(within("the end", events.next()).await.is_none());
}

#[tokio::test]
async fn events_that_have_arrived_come_before_the_error() {
    let (fake, _node, chain) = chain().await;
    let mut events = ok(chain.notifications()).await;
    fake.mine();
    ok(chain.wait_for_notifications_if_tip_changed(BlockHash::from_byte_array([0; 32]))).await;
    fake.disconnect();
    assert!(matches!(
        next(&mut events).await,
        ChainEvent::BlockConnected { .. }
    ));
    assert_eq!(next(&mut events).await, ChainEvent::UpdatedTip);
    let last = within("the end", events.next()).await.unwrap();
    assert!(last.expect_err("the node is gone").is_disconnected());
    // It cannot be told any more.
    let error = within("unsubscribing", events.unsubscribe()).await;
    assert!(error.expect_err("the node is gone").is_disconnected());
}

#[tokio::test]
async fn a_node_that_refuses_says_why() {
    let (fake, _node, chain) = chain().await;
    fake.fault("Chain.handleNotifications", Fault::Fail("no".to_owned()));
    let refused = within("a call", chain.notifications()).await;
    let Err(Error::Ipc(exception)) = refused else {
        panic!("{refused:?}");
    };
    assert!(exception.to_string().contains("no"), "{exception}");
}

#[tokio::test]
async fn the_mempool_is_read_as_a_stream() {
    let (fake, _node, chain) = chain().await;
    let added: Vec<_> = (0..MANY)
        .map(|_| Transaction::from(fake.add_transaction(Amount(1))))
        .collect();
    let mut transactions = chain.mempool_transactions();
    let mut read = Vec::new();
    while let Some(transaction) = within("a transaction", transactions.next()).await {
        read.push(transaction.unwrap());
    }
    assert_eq!(read, added);
    assert!(within("the end", transactions.next()).await.is_none());
}

#[tokio::test]
async fn reading_the_mempool_can_be_given_up_and_fail() {
    let (fake, _node, chain) = chain().await;
    for _ in 0..MANY {
        fake.add_transaction(Amount(1));
    }
    let mut transactions = chain.mempool_transactions();
    within("a transaction", transactions.next())
        .await
        .unwrap()
        .unwrap();
    drop(transactions);
    ok(chain.height()).await;

    let mut transactions = chain.mempool_transactions();
    within("a transaction", transactions.next())
        .await
        .unwrap()
        .unwrap();
    drop(fake);
    let mut last = None;
    while let Some(transaction) = within("the end", transactions.next()).await {
        last = Some(transaction);
    }
    let error = last.unwrap().expect_err("the node is gone");
    assert!(error.is_disconnected(), "{error}");
}
