//! Bitcoin Core's interfaces with hashes, blocks and transactions as bitcoind's users know them, by `curl`: what it is told
//! goes on to a scripted node, over its IPC socket.

use bitcoin_core_ipc::bitcoin::consensus::encode::serialize_hex;
use bitcoin_core_ipc::testing::FakeNode;
use bitcoin_core_ipc::{Amount, Block, BlockHash, FeeRate, Interfaces, Locator, OutPoint, Txid};
use ipc_json_rpc_tests::bitcoin::multiprocess::chain::FoundBlockResult;
use ipc_json_rpc_tests::bitcoin::multiprocess::init::InitProxy as MultiprocessInit;
use ipc_json_rpc_tests::bitcoin::multiprocess::wallet::CoinControl;
use ipc_json_rpc_tests::bitcoin::v32::common::BlockRef;
use ipc_json_rpc_tests::bitcoin::v32::init::InitProxy;
use ipc_json_rpc_tests::bitcoin::v32::mining::MiningProxy;
use ipc_runtime::Ipc;
use serde_json::{Value, json};

use crate::support::{Endpoint, request, within};

/// A node of v32 with one block on its first, and its mining interface.
async fn mining() -> (FakeNode, Endpoint) {
    let node = FakeNode::start(Interfaces::V32).unwrap();
    node.mine();
    let ipc = Ipc::new().unwrap();
    let init = ipc.connect_address::<InitProxy>(&node.address());
    let init = within("connecting", init).await.unwrap();
    let mining = within("a call", init.make_mining()).await.unwrap();
    let served = Endpoint::serve(mining, |builder| builder).await;
    (node, served)
}

/// The digits of a hash in the order in which it is in blocks.
fn reversed(digits: &str) -> String {
    let bytes = digits.as_bytes().chunks(2).rev().flatten();
    bytes.map(|digit| char::from(*digit)).collect()
}

#[tokio::test]
async fn hashes_are_as_people_write_them() {
    let (node, served) = mining().await;
    let tip = node.tip();
    let reply = served.call("mining_getTip", Value::Null).await;
    let shown = json!({ "hash": tip.hash.to_string(), "height": 1 });
    assert_eq!(reply["result"], shown);

    // The node waits only if it reads the hash of its tip.
    let current = json!([tip.hash.to_string()]);
    let waits = served.call("mining_waitTipChanged", current);
    let mined = async {
        within("the wait", node.until_waiting(1)).await;
        node.mine()
    };
    let (reply, mined) = tokio::join!(waits, mined);
    let shown = json!({ "hash": mined.hash.to_string(), "height": 2 });
    assert_eq!(reply["result"], shown);
    // And not for any other.
    let other = json!([reversed(&mined.hash.to_string())]);
    let reply = served.call("mining_waitTipChanged", other).await;
    assert_eq!(reply["result"], shown);
}

#[tokio::test]
async fn transactions_are_found_by_their_ids() {
    let (node, served) = mining().await;
    let transaction = node.add_transaction(Amount(1000));
    let known = serialize_hex(&transaction);
    let ids = json!([[transaction.compute_txid().to_string(), "ab".repeat(32)]]);
    let reply = served.call("mining_getTransactionsByTxID", ids).await;
    assert_eq!(reply["result"], json!([known, null]));
    let ids = json!([[transaction.compute_wtxid().to_string()]]);
    let reply = served.call("mining_getTransactionsByWitnessID", ids).await;
    assert_eq!(reply["result"], json!([known]));
}

#[tokio::test]
async fn templates_are_hexadecimal() {
    let (node, served) = mining().await;
    let transaction = node.add_transaction(Amount(1000));
    let template = |id, method: &str| request(id, method, json!(["blockTemplate:1"]));
    let replies = served
        .post(&json!([
            request(1, "mining_createNewBlock", json!({ "cooldown": false })),
            template(2, "blockTemplate_getBlockHeader"),
            template(3, "blockTemplate_getBlock"),
            template(4, "blockTemplate_getCoinbaseMerklePath"),
            template(5, "blockTemplate_getCoinbaseTx"),
        ]))
        .await;
    let result = |index: usize| &replies[index]["result"];
    let header = result(1).as_str().unwrap();
    assert_eq!(header.len(), 160, "{replies}");
    assert_eq!(header[8..72], reversed(&node.tip().hash.to_string()));
    let block = result(2).as_str().unwrap();
    assert!(block.starts_with(header) && block.ends_with(&serialize_hex(&transaction)));
    // The way from the coinbase transaction leads over the only other one.
    let path = json!([transaction.compute_txid().to_string()]);
    assert_eq!(*result(3), path);
    let commitment = result(4)["requiredOutputs"][0].as_str().unwrap();
    assert!(commitment.contains("6a24aa21a9ed"), "{commitment}");

    let unsolved = json!([block, { "checkPow": false, "checkMerkleRoot": false }]);
    let reply = served.call("mining_checkBlock", unsolved).await;
    let verdict = json!({ "reason": "", "debug": "", "result": true });
    assert_eq!(reply["result"], verdict);
}

#[tokio::test]
async fn serde_has_the_same_form() {
    let (node, served) = mining().await;
    let reply = served.call("mining_getTip", Value::Null).await;
    let read: BlockRef = serde_json::from_value(reply["result"].clone()).unwrap();
    assert_eq!(read.hash, node.tip().hash);
    assert_eq!(serde_json::to_value(&read).unwrap(), reply["result"]);

    let block = FoundBlockResult {
        hash: Some(read.hash),
        locator: Some(Locator(vec![read.hash])),
        data: Some(Block(vec![0xab, 0])),
        ..FoundBlockResult::default()
    };
    let json = serde_json::to_value(&block).unwrap();
    let hash = read.hash.to_string();
    assert_eq!(
        (&json["hash"], &json["locator"], &json["data"]),
        (&json!(hash), &json!([hash]), &json!("ab00"))
    );
    assert_eq!(json["nextBlock"], Value::Null);
    let read: FoundBlockResult = serde_json::from_value(json).unwrap();
    assert_eq!(read, block);

    let control = CoinControl {
        set_selected: vec![OutPoint {
            txid: Txid::from_byte_array([0xab; 32]),
            vout: 1,
        }],
        fee_rate: Some(Some(FeeRate::from_sat_per_kvb(2500))),
        ..CoinControl::default()
    };
    let json = serde_json::to_value(&control).unwrap();
    let output = json!({ "txid": "ab".repeat(32), "vout": 1 });
    assert_eq!(
        (&json["setSelected"], &json["feeRate"]),
        (&json!([output]), &json!(2500))
    );
    let read: CoinControl = serde_json::from_value(json).unwrap();
    assert_eq!(read, control);
}

#[tokio::test]
async fn what_is_none_is_refused_with_its_place() {
    let (_node, served) = mining().await;
    let template = |id, coinbase: &str| {
        let params = json!(["blockTemplate:1", 2, 0, 0, coinbase]);
        request(id, "blockTemplate_submitSolution", params)
    };
    let call = |id, method: &str, value: Value| request(id, method, json!([value]));
    let replies = served
        .post(&json!([
            request(0, "mining_createNewBlock", json!({ "cooldown": false })),
            call(1, "mining_waitTipChanged", json!("00".repeat(31))),
            call(2, "mining_waitTipChanged", json!("00".repeat(33))),
            call(3, "mining_waitTipChanged", json!("0g".repeat(32))),
            call(4, "mining_waitTipChanged", json!(7)),
            call(
                5,
                "mining_getTransactionsByTxID",
                json!(["ab".repeat(32), "ab"])
            ),
            call(6, "mining_checkBlock", json!("")),
            call(7, "mining_checkBlock", json!("0")),
            template(8, ""),
            template(9, "tx"),
        ]))
        .await;
    let digits = "not 64 hexadecimal digits";
    let expected = [
        format!("`currentTip`: a block hash: {digits}"),
        format!("`currentTip`: a block hash: {digits}"),
        format!("`currentTip`: a block hash: {digits}"),
        "`currentTip`: expected a string, not a number".to_owned(),
        format!("`txids`: element 1: a txid: {digits}"),
        "`block`: a block: there are no bytes".to_owned(),
        "`block`: expected hexadecimal text of whole bytes".to_owned(),
        "`coinbase`: a transaction: there are no bytes".to_owned(),
        "`coinbase`: expected hexadecimal text of whole bytes".to_owned(),
    ];
    for (index, expected) in expected.iter().enumerate() {
        let error = &replies[index + 1]["error"];
        assert_eq!(
            (&error["code"], &error["message"]),
            (&json!(-32602), &json!(expected))
        );
    }
}

#[tokio::test]
async fn our_own_client_has_the_types() {
    let (node, served) = mining().await;
    let mining: MiningProxy = served.client().await.root();
    let tip = within("a call", mining.get_tip()).await.unwrap().unwrap();
    let hash: BlockHash = tip.hash;
    assert_eq!((hash, tip.height), (node.tip().hash, 1));
    let transaction = node.add_transaction(Amount(1000));
    let found = mining.get_transactions_by_tx_id([transaction.compute_txid().into()]);
    let found = within("a call", found).await.unwrap();
    assert_eq!(found, [Some(transaction.into())]);
}

#[tokio::test]
async fn the_multiprocess_chain_is_served_so_too() {
    let node = FakeNode::start(Interfaces::Multiprocess).unwrap();
    let tip = node.mine();
    node.set_fee_estimate(6, FeeRate::from_sat_per_kvb(2500));
    let ipc = Ipc::new().unwrap();
    let init = ipc.connect_address::<MultiprocessInit>(&node.address());
    let init = within("connecting", init).await.unwrap();
    let chain = within("a call", init.make_chain()).await.unwrap();
    let served = Endpoint::serve(chain, |builder| builder).await;

    let reply = served.call("chain_getBlockHash", json!([0])).await;
    let first = "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206";
    assert_eq!(reply["result"], first);
    // What was not asked for is null, and so is what there is none of.
    let asked = json!({ "wantHash": true, "wantLocator": true });
    let reply = served
        .call("chain_findBlock", json!([tip.hash.to_string(), asked]))
        .await;
    let found = &reply["result"]["block"];
    assert_eq!(found["hash"], tip.hash.to_string(), "{reply}");
    assert_eq!(found["locator"], json!([tip.hash.to_string(), first]));
    assert_eq!(found["data"], Value::Null);
    let reply = served
        .call("chain_findLocatorFork", json!([["ab".repeat(32), first]]))
        .await;
    assert_eq!(reply["result"], 0, "{reply}");
    let reply = served
        .call("chain_isInMempool", json!(["ab".repeat(32)]))
        .await;
    assert_eq!(reply["result"], false, "{reply}");

    let reply = served
        .call("chain_estimateSmartFee", json!([6, false, false]))
        .await;
    assert_eq!(reply["result"]["result"], 2500, "{reply}");
    let output = json!({ "txid": "ab".repeat(32), "vout": 1 });
    let bumped = served
        .call("chain_calculateCombinedBumpFee", json!([[output], 1000]))
        .await;
    assert_eq!(bumped["result"], 0, "{bumped}");
    let wrong = json!([[{ "txid": "ab".repeat(32) }], 1000]);
    let reply = served.call("chain_calculateCombinedBumpFee", wrong).await;
    let message = "`outpoints`: element 0: `vout` is missing";
    assert_eq!(reply["error"]["message"], message);
}
