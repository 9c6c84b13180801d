//! A real multiprocess node with ZeroMQ, where an environment variable names one: its own `sequence`, beside ours.

use std::pin::pin;

use bitcoin_core_ipc::bitcoin::{
    Amount, OutPoint, Transaction, TxIn, TxOut, Witness, consensus::encode::serialize_hex,
};
use bitcoin_core_ipc::{BlockHash, Node, Rpc};
use bitcoin_core_zmq::{Error, Event, Notification, Sequence, Subscriber, Topic, feed};
use futures_util::StreamExt;
use ipc_tests::bitcoin_node::BitcoinNode;
use ipc_tests::peers::{DEADLINE, program, within};
use serde_json::{Value, json};

use crate::real::anyone;

/// Outputs that may be spent, each worth 50 coins.
struct Coins(Vec<OutPoint>);

impl Coins {
    /// Mines so many blocks, whose rewards may be spent at the end.
    async fn mine(rpc: &Rpc, count: usize) -> Self {
        let script = anyone().0;
        let descriptor = format!("raw({script:x})");
        let blocks = call(
            rpc,
            "generatetodescriptor",
            json!([count + 100, descriptor]),
        )
        .await;
        let mut coins = Vec::new();
        for hash in &blocks.as_array().unwrap()[..count] {
            let block = call(rpc, "getblock", json!([hash, 1])).await;
            let txid = block["tx"][0].as_str().unwrap().parse().unwrap();
            coins.push(OutPoint::new(txid, 0));
        }
        Self(coins)
    }

    fn take(&mut self) -> OutPoint {
        self.0.pop().unwrap()
    }
}

async fn call(rpc: &Rpc, method: &str, params: Value) -> Value {
    let result = rpc.call(method, params);
    within(method, result).await.unwrap()
}

/// Spends outputs, for a fee of so many thousand satoshi.
fn spend(outputs: &[OutPoint], fee: u64) -> Transaction {
    use bitcoin_core_ipc::bitcoin::{Sequence, absolute::LockTime, transaction::Version};

    let (script, witness) = anyone();
    let input = |output: &OutPoint| TxIn {
        previous_output: *output,
        sequence: Sequence::ENABLE_RBF_NO_LOCKTIME,
        witness: Witness::clone(&witness),
        ..TxIn::default()
    };
    Transaction {
        version: Version::TWO,
        lock_time: LockTime::ZERO,
        input: outputs.iter().map(input).collect(),
        output: vec![TxOut {
            value: Amount::ONE_BTC * 40 - Amount::from_sat(fee * 1000),
            script_pubkey: script,
        }],
    }
}

fn output(transaction: &Transaction) -> OutPoint {
    OutPoint::new(transaction.compute_txid(), 0)
}

async fn send(rpc: &Rpc, transaction: &Transaction) {
    let params = json!([serialize_hex(transaction), 0]);
    call(rpc, "sendrawtransaction", params).await;
}

/// Mines a block of these transactions alone, known or not.
async fn mine(rpc: &Rpc, transactions: &[&Transaction]) -> BlockHash {
    let digits: Vec<_> = transactions.iter().map(|it| serialize_hex(*it)).collect();
    let params = json!(["raw(51)", digits]);
    let mined = call(rpc, "generateblock", params).await;
    mined["hash"].as_str().unwrap().parse().unwrap()
}

async fn mine_all_the_time(rpc: &Rpc) {
    loop {
        mine(rpc, &[]).await;
    }
}

/// All that moves a mempool. Returns the last block.
async fn live(rpc: &Rpc, coins: &mut Coins) -> BlockHash {
    let coin = std::array::from_fn::<_, 8, _>(|_| coins.take());
    // One takes the place of another; they leave for a block, together with what it says nothing of.
    send(rpc, &spend(&coin[..1], 1)).await;
    let first = spend(&coin[..1], 5);
    let second = spend(&coin[1..2], 1);
    send(rpc, &first).await;
    send(rpc, &second).await;
    mine(rpc, &[&first, &second]).await;

    // A block spends what others spend, between those that it has.
    let mined = [
        spend(&coin[2..3], 1),
        spend(&coin[3..4], 2),
        spend(&coin[4..5], 1),
    ];
    let conflict = spend(&coin[3..4], 1);
    let child = spend(&[output(&conflict)], 2);
    for transaction in [&mined[0], &conflict, &child, &mined[2]] {
        send(rpc, transaction).await;
    }
    let off = mine(rpc, &[&mined[0], &mined[1], &mined[2]]).await;
    send(rpc, &spend(&coin[5..6], 1)).await;

    // The block is taken off for another one, which has what is in the mempool, and more conflicts.
    let mined = [spend(&coin[6..7], 1), spend(&coin[4..5], 3)];
    send(rpc, &mined[0]).await;
    call(rpc, "invalidateblock", json!([off.to_string()])).await;
    send(rpc, &spend(&coin[7..8], 1)).await;
    mine(rpc, &[&mined[0], &mined[1]]).await;
    // And comes back, with a block on it.
    call(rpc, "reconsiderblock", json!([off.to_string()])).await;
    call(rpc, "preciousblock", json!([off.to_string()])).await;
    mine(rpc, &[]).await;
    send(rpc, &spend(&[output(&mined[0])], 9)).await;
    mine(rpc, &[]).await
}

/// Mines until the subscription has arrived, which nothing else tells. Returns the last block.
async fn published(rpc: &Rpc, subscriber: &mut Subscriber) -> BlockHash {
    within("a message", async {
        loop {
            let last = mine(rpc, &[]).await;
            let patience = std::time::Duration::from_millis(200);
            match tokio::time::timeout(patience, subscriber.recv()).await {
                Err(_) | Ok(Some(Err(Error::NotConnected { .. }))) => {}
                Ok(received) => {
                    received.unwrap().unwrap();
                    return last;
                }
            }
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_are_those_of_a_real_node() {
    let what = "a bitcoin-node of Bitcoin Core's multiprocess branch, with ZeroMQ";
    let Some(program) = program("BITCOIN_NODE_MULTIPROCESS", what) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let endpoint = format!("unix:{}", folder.path().join("zmq.sock").display());
    let publish = format!("-zmqpubsequence={endpoint}");
    let real = BitcoinNode::begin(program, &[&publish, "-acceptnonstdtxn=1"]).await;
    let real = real.loaded().await;
    let address = real.address();
    let node = within("connecting", Node::connect(&address)).await.unwrap();
    let rpc = within("makeNode", node.rpc()).await.unwrap();
    let mut coins = Coins::mine(&rpc, 20).await;
    send(&rpc, &spend(&[coins.take()], 1)).await;

    let subscriber = Subscriber::builder().connect(endpoint.as_str(), [Topic::Sequence]);
    let mut subscriber = subscriber.start().unwrap();
    let chain = within("makeChain", node.chain()).await.unwrap();
    let ours = feed::numbered_chain(chain, rpc.clone());
    let ours = tokio::select! {
        ours = within("the first number", ours) => ours.unwrap(),
        () = mine_all_the_time(&rpc) => unreachable!(),
    };
    let (sender, mut told_by_us) = tokio::sync::mpsc::unbounded_channel();
    // It is read all the time, so that the node need not wait.
    let reading = tokio::spawn(async move {
        let mut ours = pin!(ours);
        while let Some(event) = ours.next().await {
            let _ = sender.send(event);
        }
    });
    let begin = published(&rpc, &mut subscriber).await;
    let end = live(&rpc, &mut coins).await;

    let mut told = Vec::new();
    while told.last() != Some(&Sequence::BlockConnected(end)) {
        let event: Event = within("ours", told_by_us.recv()).await.unwrap().unwrap();
        told.extend(event.notifications().filter_map(|it| match it {
            Notification::Sequence(sequence) => Some(sequence),
            _ => None,
        }));
    }
    let at = told
        .iter()
        .position(|it| *it == Sequence::BlockConnected(begin));
    let told = told.split_off(at.unwrap() + 1);
    let mut theirs = Vec::new();
    while theirs.last() != Some(&Sequence::BlockConnected(end)) {
        match crate::next(&mut subscriber).await.notification {
            Notification::Sequence(Sequence::BlockConnected(hash)) if hash == begin => {
                theirs.clear();
            }
            Notification::Sequence(sequence) => theirs.push(sequence),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(told, theirs);
    let is_disconnected = |step: &&Sequence| matches!(step, Sequence::BlockDisconnected(_));
    assert_eq!(told.iter().filter(is_disconnected).count(), 2, "{told:?}");
    reading.abort();
    drop(rpc);
    node.leave(DEADLINE).await;
    real.stop().await;
}
