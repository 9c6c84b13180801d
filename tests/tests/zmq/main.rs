//! `bitcoin-core-zmq` between both of its ends, with pyzmq at either end, and with nodes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_messages;
mod feed;
mod gaps;
mod mining;
mod numbers;
mod pyzmq;
mod real;
mod real_numbers;
mod sockets;
mod subscribers;

use bitcoin_core_ipc::{Block, BlockHash, Transaction, Txid};
use bitcoin_core_zmq::{
    Notification, Publisher, PublisherBuilder, Received, Sequence, Subscriber, Topic,
};
use ipc_tests::peers::within;

/// A publisher at a port of its own, and where that is.
async fn publisher(
    configure: impl FnOnce(PublisherBuilder) -> PublisherBuilder,
) -> (Publisher, String) {
    let builder = Publisher::builder().bind("tcp://127.0.0.1:*", Topic::ALL);
    let publisher = within("starting", configure(builder).start())
        .await
        .unwrap();
    let endpoint = publisher.endpoints().next().unwrap().to_string();
    (publisher, endpoint)
}

/// What comes next, which is no error.
async fn next(subscriber: &mut Subscriber) -> Received {
    let received = within("a notification", subscriber.recv()).await;
    received.unwrap().unwrap()
}

/// One of each kind.
fn every_kind() -> Vec<Notification> {
    let hash = BlockHash::from_byte_array(std::array::from_fn(|at| at as u8));
    let txid = Txid::from_byte_array(std::array::from_fn(|at| 100 + at as u8));
    vec![
        Notification::HashBlock(hash),
        Notification::RawBlock(Block((0..=255).cycle().take(300_000).collect())),
        Notification::HashTx(txid),
        Notification::RawTx(Transaction(vec![1, 2, 3])),
        Notification::RawTx(Transaction(Vec::new())),
        Notification::Sequence(Sequence::BlockConnected(hash)),
        Notification::Sequence(Sequence::BlockDisconnected(hash)),
        Notification::Sequence(Sequence::TransactionAdded {
            txid,
            mempool_sequence: 0x0102_0304_0506_0708,
        }),
        Notification::Sequence(Sequence::TransactionRemoved {
            txid,
            mempool_sequence: 9,
        }),
    ]
}

/// A notification of `hashblock` that is told from others by its number.
fn numbered(number: u8) -> Notification {
    Notification::HashBlock(BlockHash::from_byte_array([number; 32]))
}
