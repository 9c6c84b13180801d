//! A real node that publishes, where an environment variable names one that was built with ZeroMQ.

use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use bitcoin_core_ipc::bitcoin::absolute::LockTime;
use bitcoin_core_ipc::bitcoin::transaction::Version;
use bitcoin_core_ipc::bitcoin::{
    Amount, Block, OutPoint, ScriptBuf, Sequence as InputSequence, Transaction, TxIn, TxOut,
    Witness, consensus,
};
use bitcoin_core_ipc::{Interfaces, Network, Node};
use bitcoin_core_zmq::{Error, Gap, Notification, Received, Sequence, Subscriber, Topic, feed};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use ipc_tests::peers::{DEADLINE, Peer, program, within};
use serde_json::Value;
use tokio::process::Command;

use crate::mining::mine;
use crate::{next, publisher};

/// A script that anybody can spend: its output and its witness.
pub(crate) fn anyone() -> (ScriptBuf, Witness) {
    let script = ScriptBuf::from_bytes(vec![0x51]);
    (script.to_p2wsh(), Witness::from_slice(&[script.as_bytes()]))
}

/// Starts the node with everything published at one unix socket.
async fn start(program: &Path, folder: &Path, endpoint: &str) -> (Peer, Node) {
    let mut datadir = OsString::from("-datadir=");
    datadir.push(folder);
    let mut command = Command::new(program);
    command
        .arg(datadir)
        .args(["-regtest", "-server=0", "-listen=0", "-daemon=0"])
        .args(["-ipcbind=unix", "-printtoconsole=1"])
        .args(Topic::ALL.map(|topic| format!("-zmqpub{topic}={endpoint}")));
    let mut peer = Peer::run("bitcoin-node", command);
    let node = Node::builder()
        .datadir(folder)
        .network(Network::Regtest)
        .wait(DEADLINE);
    let node = within("connecting", node.connect()).await.unwrap();
    peer.line(&["init message: Done loading"]).await;
    (peer, node)
}

/// Mines until the subscription has arrived, which nothing tells, and returns the first notification.
async fn first(node: &Node, subscriber: &mut Subscriber) -> Received {
    let mining = within("makeMining", node.mining()).await.unwrap();
    within("a notification", async {
        loop {
            mine(&mining, &anyone().0).await;
            let received = subscriber.recv();
            match tokio::time::timeout(Duration::from_millis(200), received).await {
                Err(_) | Ok(Some(Err(Error::NotConnected { .. }))) => {}
                Ok(received) => return received.unwrap().unwrap(),
            }
        }
    })
    .await
}

/// Takes notifications until that of a block that was connected.
async fn up_to(subscriber: &mut Subscriber, hash: bitcoin_core_ipc::BlockHash) -> Vec<Received> {
    let mut all = Vec::new();
    let (mut tip, mut connected) = (false, false);
    while !(tip && connected) {
        let received = next(subscriber).await;
        tip |= matches!(&received.notification, Notification::RawBlock(block)
            if Block::try_from(block).unwrap().block_hash() == hash.into());
        connected |=
            received.notification == Notification::Sequence(Sequence::BlockConnected(hash));
        all.push(received);
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_publishes() {
    let what = "a bitcoin-node of Bitcoin Core, v30 or later, with ZeroMQ";
    let Some(program) = program("BITCOIN_NODE", what) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let endpoint = format!("unix:{}", folder.path().join("zmq.sock").display());
    let (peer, node) = start(&program, folder.path(), &endpoint).await;
    if node.interfaces() == Interfaces::V31 {
        // It makes no template for the first blocks of a chain.
        let message = b"SKIPPED a_node_publishes: a v31 cannot begin a chain by templates\n";
        let _ = std::io::stderr().write_all(message);
        return peer.kill().await;
    }
    let subscriber = Subscriber::builder().connect(endpoint.as_str(), Topic::ALL);
    let mut subscriber = subscriber.start().unwrap();
    first(&node, &mut subscriber).await;
    let mining = within("makeMining", node.mining()).await.unwrap();
    let hash = mine(&mining, &anyone().0).await;
    up_to(&mut subscriber, hash).await;

    // One block tells of itself and of its transaction.
    let hash = mine(&mining, &anyone().0).await;
    let told = up_to(&mut subscriber, hash).await;
    assert!(told.iter().all(|it| it.gap.is_none()), "{told:?}");
    let told: Vec<_> = told.into_iter().map(|it| it.notification).collect();
    let Some(Notification::RawBlock(block)) = told.iter().find(|it| it.topic() == Topic::RawBlock)
    else {
        panic!("{told:?}")
    };
    let coinbase = Block::try_from(block).unwrap().txdata.swap_remove(0);
    for expected in [
        Notification::HashBlock(hash),
        Notification::HashTx(coinbase.compute_txid().into()),
        Notification::RawTx((&coinbase).into()),
        Notification::Sequence(Sequence::BlockConnected(hash)),
    ] {
        assert!(told.contains(&expected), "{expected:?} in {told:?}");
    }
    assert_eq!(told.len(), 5, "{told:?}");

    what_we_feed_is_the_same(&node, &mut subscriber).await;
    if node.rpc().await.is_ok() {
        transactions_are_told(&node, &mut subscriber, &coinbase).await;
    }

    // Begun anew, it counts from 0 again.
    drop((mining, node));
    peer.kill().await;
    let lost = within("the end", async {
        loop {
            if let Err(error) = subscriber.recv().await.unwrap() {
                return error;
            }
        }
    });
    let lost = lost.await;
    assert!(matches!(lost, Error::NotConnected { .. }), "{lost}");
    let (peer, node) = start(&program, folder.path(), &endpoint).await;
    let received = first(&node, &mut subscriber).await;
    assert!(
        matches!(received.gap, Some(Gap::Restarted(_))),
        "{received:?}"
    );
    drop(node);
    peer.kill().await;
}

/// Publishes the tips of the node ourselves, and compares with what it publishes.
async fn what_we_feed_is_the_same(node: &Node, subscriber: &mut Subscriber) {
    let mining = within("makeMining", node.mining()).await.unwrap();
    let (publisher, endpoint) = publisher(|builder| builder).await;
    let ours = Subscriber::builder().connect(endpoint, Topic::ALL);
    let mut ours = ours.start().unwrap();
    within("one", publisher.subscribed(Topic::Sequence, 1)).await;
    let topics = feed::topics(node.interfaces());
    let mut feed: BoxStream<'_, _> = match node.rpc().await {
        Ok(rpc) => feed::blocks(mining.clone(), rpc).boxed(),
        Err(_) => feed::tips(mining.clone()).boxed(),
    };
    // Nothing tells when it knows which tip is there already.
    let mut fed = Box::pin(async move {
        let event = feed.next().await.unwrap().unwrap();
        publisher.publish_event(event);
        publisher
    });
    let mut hash = mine(&mining, &anyone().0).await;
    let _publisher = loop {
        match tokio::time::timeout(Duration::from_millis(200), &mut fed).await {
            Ok(publisher) => break publisher,
            Err(_) => {
                up_to(subscriber, hash).await;
                hash = mine(&mining, &anyone().0).await;
            }
        }
    };
    let theirs = up_to(subscriber, hash).await;
    for topic in topics {
        let ours = next(&mut ours).await.notification;
        assert_eq!(ours.topic(), *topic);
        assert!(theirs.iter().any(|theirs| theirs.notification == ours));
    }
}

/// Spends an output, and then again for a higher fee: one is added, one takes its place.
async fn transactions_are_told(node: &Node, subscriber: &mut Subscriber, coinbase: &Transaction) {
    let mining = within("makeMining", node.mining()).await.unwrap();
    let rpc = within("makeRpc", node.rpc()).await.unwrap();
    // Until it may be spent.
    for _ in 0..100 {
        let hash = mine(&mining, &anyone().0).await;
        up_to(subscriber, hash).await;
    }
    let (to, witness) = anyone();
    let spend = |fee: u64| Transaction {
        version: Version::TWO,
        lock_time: LockTime::ZERO,
        input: vec![TxIn {
            previous_output: OutPoint::new(coinbase.compute_txid(), 0),
            script_sig: ScriptBuf::new(),
            sequence: InputSequence::ENABLE_RBF_NO_LOCKTIME,
            witness: witness.clone(),
        }],
        output: vec![TxOut {
            value: coinbase.output[0].value - Amount::from_sat(fee),
            script_pubkey: to.clone(),
        }],
    };
    let first = spend(10_000);
    let second = spend(50_000);
    for transaction in [&first, &second] {
        let digits = consensus::encode::serialize_hex(transaction);
        let sent = rpc.call::<Value>("sendrawtransaction", (digits,));
        within("sendrawtransaction", sent).await.unwrap();
    }
    let mut told = Vec::new();
    for _ in 0..7 {
        let received = next(subscriber).await;
        assert_eq!(received.gap, None);
        told.push(received.notification);
    }
    let steps: Vec<_> = told
        .iter()
        .filter_map(|notification| match notification {
            Notification::Sequence(sequence) => Some(*sequence),
            _ => None,
        })
        .collect();
    let [
        Sequence::TransactionAdded {
            txid: added,
            mempool_sequence: at,
        },
        removed,
        replaced,
    ] = steps[..]
    else {
        panic!("{steps:?}")
    };
    assert_eq!(added, first.compute_txid().into());
    let expected = Sequence::TransactionRemoved {
        txid: added,
        mempool_sequence: at + 1,
    };
    assert_eq!(removed, expected);
    let expected = Sequence::TransactionAdded {
        txid: second.compute_txid().into(),
        mempool_sequence: at + 2,
    };
    assert_eq!(replaced, expected);
    for transaction in [&first, &second] {
        assert!(told.contains(&Notification::HashTx(transaction.compute_txid().into())));
        assert!(told.contains(&Notification::RawTx(transaction.into())));
    }
}
