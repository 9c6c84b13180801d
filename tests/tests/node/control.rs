//! The state of a multiprocess node, its connections and its settings.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, UNIX_EPOCH};

use bitcoin_core_ipc::bitcoin;
use bitcoin_core_ipc::control::{
    ConnectionKind, Direction, NetworkKind, NodeControl, SyncState, Transport,
};
use bitcoin_core_ipc::testing::FakeNode;
use bitcoin_core_ipc::{Amount, BlockHash, FeeRate, Interfaces, OutPoint, Subscription};
use ipc_tests::peers::within;
use serde_json::{Value, json};

use crate::chain::ok;
use crate::{ALL, node};

/// More than there is room for anywhere.
const MANY: usize = 100;

/// A scripted multiprocess node, and its control.
pub(crate) async fn control() -> (FakeNode, NodeControl) {
    let (fake, node) = node(Interfaces::Multiprocess).await;
    let control = within("makeNode", node.control()).await.unwrap();
    (fake, control)
}

async fn next<T>(events: &mut Subscription<T>) -> T {
    within("an event", events.next()).await.unwrap().unwrap()
}

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

#[tokio::test]
async fn other_versions_have_none_and_are_not_asked() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        let before = fake.received();
        let made = within("makeNode", node.control()).await;
        if interfaces == Interfaces::Multiprocess {
            assert!(made.is_ok());
            continue;
        }
        let error = made.expect_err("the version has none");
        let expected =
            format!("Node is not there: the node speaks {interfaces}; multiprocess has it");
        assert_eq!(error.to_string(), expected);
        assert_eq!(fake.received(), before);
    }
}

#[tokio::test]
async fn the_chain_is_told_of() {
    let (fake, control) = control().await;
    let tip = fake.mine();
    assert_eq!(ok(control.height()).await, 1);
    assert_eq!(ok(control.best_block_hash()).await, tip.hash);
    let time = ok(control.last_block_time()).await;
    let genesis = bitcoin::constants::genesis_block(bitcoin::Network::Regtest);
    assert_eq!(time, genesis.header.time + 1);
    assert_eq!(ok(control.header_tip()).await, Some((1, time)));
    assert_eq!(ok(control.verification_progress()).await, 1.0);
    assert!(!ok(control.is_initial_block_download()).await);
    fake.set_loading(true);
    assert!(ok(control.is_loading_blocks()).await);
    assert_eq!(ok(control.header_tip()).await, None);
}

#[tokio::test]
async fn tips_are_told_in_order() {
    let (fake, control) = control().await;
    let mut blocks = ok(control.block_tips()).await;
    let mut headers = ok(control.header_tips()).await;
    let before = fake.tip();
    let first = fake.mine();
    let second = fake.mine();
    fake.disconnect_tip();
    fake.disconnect_tip();
    for tips in [&mut blocks, &mut headers] {
        for expected in [first, second, first, before] {
            let tip = next(tips).await;
            assert_eq!(
                (tip.hash, tip.height),
                (Some(expected.hash), expected.height)
            );
            assert_eq!(tip.state, SyncState::Done);
        }
    }
    fake.set_initial_block_download(true);
    fake.mine();
    assert_eq!(next(&mut blocks).await.state, SyncState::Download);

    drop(headers);
    within("unsubscribing", fake.until_subscribed(1)).await;
    drop(fake);
    let last = within("the end", blocks.next()).await.unwrap();
    assert!(last.expect_err("the node is gone").is_disconnected());
    assert!(within("the end", blocks.next()).await.is_none());
}

#[tokio::test]
async fn a_node_does_not_wait_for_who_does_not_read_its_tips() {
    let (fake, node) = node(Interfaces::Multiprocess).await;
    let mut tips = ok(ok(node.control()).await.block_tips()).await;
    let mined: Vec<_> = (0..MANY).map(|_| fake.mine()).collect();
    let chain = ok(node.chain()).await;
    // It has told of all.
    let other = BlockHash::from_byte_array([0; 32]);
    ok(chain.wait_for_notifications_if_tip_changed(other)).await;
    for expected in mined {
        assert_eq!(next(&mut tips).await.hash, Some(expected.hash));
    }
}

#[tokio::test]
async fn transactions_and_outputs_are_told_of() {
    let (fake, control) = control().await;
    let transaction = fake.add_transaction(Amount(5));
    let mempool = ok(control.mempool()).await;
    assert_eq!(mempool.transactions, 1);
    assert!(mempool.bytes > 0 && mempool.bytes < mempool.max_bytes);
    assert_eq!(
        ok(control.dust_relay_fee()).await,
        FeeRate::from_sat_per_vb(3)
    );

    let again = ok(control.broadcast_transaction(&transaction, Amount(0))).await;
    assert_eq!(
        (again.accepted, again.reason.as_str()),
        (false, "mempool-rejected")
    );
    assert_eq!(again.debug, "txn-already-in-mempool");
    let output = OutPoint {
        txid: transaction.compute_txid().into(),
        vout: 0,
    };
    fake.mine();
    let coin = ok(control.unspent_output(output)).await.unwrap();
    assert_eq!(coin.output().unwrap(), transaction.output[0]);
    assert!(
        ok(control.broadcast_transaction(&transaction, Amount(0)))
            .await
            .accepted
    );
    let none = OutPoint { vout: 1, ..output };
    assert_eq!(ok(control.unspent_output(none)).await, None);
}

#[tokio::test]
async fn peers_are_told_of() {
    let (fake, control) = control().await;
    let mut counts = ok(control.connection_counts()).await;
    let inbound = fake.connect_peer(address("192.0.2.1:8333"), true);
    let outbound = fake.connect_peer(address("[2001:db8::1]:8333"), false);
    assert_eq!(next(&mut counts).await, 1);
    assert_eq!(next(&mut counts).await, 2);
    for (direction, count) in [
        (Direction::Inbound, 1),
        (Direction::Outbound, 1),
        (Direction::Both, 2),
    ] {
        assert_eq!(ok(control.connection_count(direction)).await, count);
    }
    let peers = ok(control.peers()).await.unwrap();
    assert_eq!(peers.len(), 2);
    assert_eq!((peers[0].id, peers[1].id), (inbound, outbound));
    assert_eq!(peers[0].address, "192.0.2.1:8333");
    assert_eq!(peers[0].kind, ConnectionKind::Inbound);
    assert_eq!(peers[0].network, NetworkKind::Ipv4);
    assert_eq!(peers[0].transport, Transport::V2);
    assert_eq!((peers[0].ping, peers[0].min_ping), (None, None));
    assert_eq!((peers[0].last_block, peers[0].mapped_as), (None, None));
    assert_eq!(peers[0].chain, None);
    let connected = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    assert_eq!(peers[0].connected, Some(connected));
    assert!(!peers[1].inbound);

    assert!(ok(control.disconnect(inbound)).await);
    assert!(!ok(control.disconnect(inbound)).await);
    assert_eq!(next(&mut counts).await, 1);
    let ip: IpAddr = "2001:db8::1".parse().unwrap();
    assert!(ok(control.disconnect_address(ip)).await);
    assert!(!ok(control.disconnect_address(ip)).await);
    assert_eq!(next(&mut counts).await, 0);
}

#[tokio::test]
async fn addresses_are_banned_and_not_banned() {
    let (_fake, control) = control().await;
    let mut changes = ok(control.banned_list_changes()).await;
    let ip = IpAddr::from([192, 0, 2, 1]);
    assert!(ok(control.ban(ip, Duration::from_secs(60))).await);
    next(&mut changes).await;
    let bans = ok(control.banned()).await.unwrap();
    assert_eq!(bans.len(), 1);
    assert_eq!(bans[0].subnet, "192.0.2.1/32");
    let (since, until) = (bans[0].created.unwrap(), bans[0].until.unwrap());
    assert_eq!(
        until.duration_since(since).unwrap(),
        Duration::from_secs(60)
    );
    assert!(ok(control.unban(&bans[0].subnet)).await);
    next(&mut changes).await;
    assert!(!ok(control.unban(&bans[0].subnet)).await);
    assert_eq!(ok(control.banned()).await, Some(Vec::new()));
}

#[tokio::test]
async fn networking_is_turned_off_and_on() {
    let (_fake, control) = control().await;
    let mut changes = ok(control.network_active_changes()).await;
    assert!(ok(control.network_active()).await);
    for active in [false, true] {
        ok(control.set_network_active(active)).await;
        assert_eq!(ok(control.network_active()).await, active);
        assert_eq!(next(&mut changes).await, active);
    }
    assert_eq!(ok(control.total_bytes_received()).await, 0);
    assert_eq!(ok(control.total_bytes_sent()).await, 0);
    assert_eq!(ok(control.network_proxy(NetworkKind::Onion)).await, None);
    ok(control.map_port(true)).await;
}

#[tokio::test]
async fn settings_are_json() {
    let (_fake, control) = control().await;
    assert_eq!(ok(control.persistent_setting("prune")).await, Value::Null);
    ok(control.update_rw_setting("prune", &json!("550"))).await;
    assert_eq!(ok(control.persistent_setting("prune")).await, json!("550"));
    assert!(!ok(control.is_setting_ignored("prune")).await);
    ok(control.update_rw_setting("prune", &Value::Null)).await;
    assert_eq!(ok(control.persistent_setting("prune")).await, Value::Null);
    ok(control.force_setting("dbcache", &json!(100))).await;
    ok(control.reset_settings()).await;
    assert_eq!(ok(control.persistent_setting("dbcache")).await, Value::Null);
}

#[tokio::test]
async fn rpc_methods_are_run_and_listed() {
    let (fake, control) = control().await;
    let tip = fake.mine();
    let hash: String = ok(control.rpc().call("getbestblockhash", ())).await;
    assert_eq!(hash.parse::<BlockHash>().unwrap(), tip.hash);
    let names = ok(control.list_rpc_commands()).await;
    assert!(names.contains(&"getblockhash".to_owned()), "{names:?}");
}

#[tokio::test]
async fn what_the_user_sees_is_told() {
    let (fake, control) = control().await;
    let mut warnings = ok(control.warning_changes()).await;
    assert_eq!(ok(control.warnings()).await, "");
    fake.set_warnings("Disk is full");
    next(&mut warnings).await;
    assert_eq!(ok(control.warnings()).await, "Disk is full");

    let mut messages = ok(control.init_messages()).await;
    fake.show_init_message("Loading…");
    assert_eq!(next(&mut messages).await, "Loading…");
    let mut progress = ok(control.progress()).await;
    fake.show_progress("Rescanning", 50, true);
    let shown = next(&mut progress).await;
    assert_eq!((shown.title.as_str(), shown.percent), ("Rescanning", 50));
    assert!(shown.resume_possible);
}

#[tokio::test]
async fn the_user_is_asked() {
    let (fake, control) = control().await;
    assert!(
        !within("asking", fake.ask("Rebuild?")).await,
        "nobody is there"
    );
    let answers = control.handle_question(async |question| question.message == "Rebuild?");
    let handler = ok(answers).await;
    assert!(within("asking", fake.ask("Rebuild?")).await);
    assert!(!within("asking", fake.ask("Delete?")).await);
    ok(handler.unsubscribe()).await;
    assert!(!within("asking", fake.ask("Rebuild?")).await);

    let shows = control.handle_message_box(async |message| message.message == "Seen");
    let handler = ok(shows).await;
    assert!(within("showing", fake.show_message("Seen")).await);
    assert!(!within("showing", fake.show_message("Unseen")).await);
    drop(handler);
}

#[tokio::test]
async fn a_node_is_asked_to_shut_down() {
    let (_fake, control) = control().await;
    assert!(!ok(control.shutdown_requested()).await);
    ok(control.start_shutdown()).await;
    assert!(ok(control.shutdown_requested()).await);
    assert_eq!(ok(control.exit_status()).await, 0);
    assert_eq!(ok(control.log_categories()).await, 0);
    assert!(ok(control.external_signers()).await.is_empty());
    assert!(ok(control.local_addresses()).await.is_empty());
}
