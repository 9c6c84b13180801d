//! The numbers that changes of a mempool have, worked out from what a scripted node tells, which counts them itself.

use std::pin::Pin;
use std::sync::Arc;

use bitcoin_core_ipc::chain::{RemovalReason, RpcMethod};
use bitcoin_core_ipc::testing::FakeNode;
use bitcoin_core_ipc::{Amount, Error, Interfaces, Node, Rpc, bitcoin};
use bitcoin_core_zmq::{Event, feed};
use futures_util::{Stream, StreamExt};
use ipc_tests::peers::within;
use serde_json::{Value, json};

use crate::feed::node;

type Events = Pin<Box<dyn Stream<Item = Result<Event, Error>> + Send>>;

async fn begin(node: &Node) -> Result<Events, Error> {
    let chain = within("makeChain", node.chain()).await?;
    let rpc = within("makeNode", node.rpc()).await?;
    let events = within("the first number", feed::numbered_chain(chain, rpc));
    Ok(Box::pin(events.await?))
}

async fn next(events: &mut Events) -> Event {
    let event = within("an event", events.next()).await;
    event.unwrap().unwrap()
}

/// The number of the next event.
async fn number(events: &mut Events) -> u64 {
    match next(events).await {
        Event::TransactionAdded {
            mempool_sequence, ..
        }
        | Event::TransactionRemoved {
            mempool_sequence, ..
        } => mempool_sequence.unwrap(),
        other => panic!("{other:?}"),
    }
}

/// Waits until the node has told everything.
async fn all_told(rpc: &Rpc) {
    let told = rpc.call::<()>("syncwithvalidationinterfacequeue", ());
    within("all is told", told).await.unwrap();
}

/// The number of the next change, as the node says.
async fn upcoming(rpc: &Rpc) -> u64 {
    let mempool = rpc.call::<Value>("getrawmempool", (false, true));
    let mempool = within("getrawmempool", mempool).await.unwrap();
    mempool["mempool_sequence"].as_u64().unwrap()
}

fn add(fake: &FakeNode) -> bitcoin::Transaction {
    fake.add_transaction(Amount(1000))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_are_those_of_the_node() {
    let (fake, node) = node(Interfaces::Multiprocess).await;
    let rpc = within("makeNode", node.rpc()).await.unwrap();
    add(&fake);
    let gone = add(&fake);
    let mut events = begin(&node).await.unwrap();

    let first = upcoming(&rpc).await;
    add(&fake);
    fake.remove_transaction(gone.compute_txid(), RemovalReason::Expiry);
    assert_eq!(number(&mut events).await, first);
    assert_eq!(number(&mut events).await, first + 1);

    // Two leave for a block, and nobody says so.
    fake.mine();
    let after = upcoming(&rpc).await;
    assert_eq!(after, first + 4);
    assert!(matches!(
        next(&mut events).await,
        Event::BlockConnected { .. }
    ));
    assert!(matches!(next(&mut events).await, Event::Tip { .. }));
    add(&fake);
    assert_eq!(number(&mut events).await, after);

    // They come back.
    fake.disconnect_tip();
    assert!(matches!(
        next(&mut events).await,
        Event::BlockDisconnected { .. }
    ));
    assert_eq!(number(&mut events).await, after + 1);
    assert_eq!(number(&mut events).await, after + 2);
    assert!(matches!(next(&mut events).await, Event::Tip { .. }));
    assert_eq!(upcoming(&rpc).await, after + 3);

    // With the node, it ends.
    drop(fake);
    let end = within("the end", events.next()).await.unwrap();
    assert!(end.unwrap_err().is_disconnected());
    assert!(within("the end", events.next()).await.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_first_number_is_found_while_the_node_is_busy() {
    let (fake, node) = node(Interfaces::Multiprocess).await;
    let rpc = within("makeNode", node.rpc()).await.unwrap();
    let busy = async {
        for round in 0_u64.. {
            for _ in 0..round % 5 {
                let added = add(&fake);
                if round % 3 == 0 {
                    fake.remove_transaction(added.compute_txid(), RemovalReason::Replaced);
                }
            }
            if round % 17 == 16 {
                fake.mine();
            }
            // The calls of the feed come in between, some of them. The node does not do more than it can tell.
            all_told(&rpc).await;
        }
    };
    let mut events = tokio::select! {
        events = begin(&node) => events.unwrap(),
        () = busy => unreachable!(),
    };
    let last = add(&fake);
    let expected = upcoming(&rpc).await - 1;
    loop {
        if let Event::TransactionAdded {
            txid,
            mempool_sequence,
            ..
        } = next(&mut events).await
            && txid == last.compute_txid().into()
        {
            return assert_eq!(mempool_sequence, Some(expected));
        }
    }
}

/// As a node does that catches up with the chain.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_first_number_is_found_while_blocks_come() {
    let (fake, node) = node(Interfaces::Multiprocess).await;
    let rpc = within("makeNode", node.rpc()).await.unwrap();
    let busy = async {
        loop {
            fake.mine();
            all_told(&rpc).await;
        }
    };
    let mut events = tokio::select! {
        events = begin(&node) => events.unwrap(),
        () = busy => unreachable!(),
    };
    let expected = Some(upcoming(&rpc).await);
    add(&fake);
    loop {
        match next(&mut events).await {
            Event::TransactionAdded {
                mempool_sequence, ..
            } => return assert_eq!(mempool_sequence, expected),
            Event::BlockConnected { .. } | Event::Tip { .. } => {}
            other => panic!("{other:?}"),
        }
    }
}

fn answer(txids: &[String], number: i64) -> Value {
    json!({ "txids": txids, "mempool_sequence": number })
}

/// Forgets the first of two transactions that come while it is asked.
fn forgetful(fake: &FakeNode) -> Value {
    let _first = add(fake);
    answer(&[add(fake).compute_txid().to_string()], 7)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_is_told_of() {
    let (fake, node) = node(Interfaces::Multiprocess).await;
    let fake = Arc::new(fake);
    let chain = within("makeChain", node.chain()).await.unwrap();
    type Answer = fn(&FakeNode) -> Value;
    let cases: [(Answer, &str); 3] = [
        (
            |_| answer(&[], -1),
            "getrawmempool: the result: invalid value",
        ),
        (
            |_| answer(&["ff".to_owned()], 7),
            "getrawmempool: a txid is none",
        ),
        (
            forgetful,
            "getrawmempool: what it says does not fit what the node tells",
        ),
    ];
    for (answer, expected) in cases {
        // We serve the method in the node's place.
        let fake = Arc::clone(&fake);
        let method = RpcMethod::new("blockchain", "getrawmempool");
        let served = chain.handle_rpc(method, move |_| {
            let answer = answer(&fake);
            async move { Ok(answer) }
        });
        let handler = within("handleRpc", served).await.unwrap();
        let error = begin(&node).await.err().unwrap().to_string();
        assert!(error.starts_with(expected), "{error}");
        within("disconnect", handler.unsubscribe()).await.unwrap();
    }
}
