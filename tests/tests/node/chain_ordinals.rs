//! Every method of a multiprocess node's chain and control arrives at the ordinal that means it.

use std::net::IpAddr;
use std::time::Duration;

use bitcoin_core_ipc::chain::{
    BlockQuery, BroadcastMethod, EstimateMode, RpcMethod, SettingsAction,
};
use bitcoin_core_ipc::control::{Direction, NetworkKind};
use bitcoin_core_ipc::testing::FakeNode;
use bitcoin_core_ipc::{Amount, FeeRate, Locator, OutPoint};
use ipc_tests::peers::within;
use serde_json::Value;

use crate::chain::chain;
use crate::control::control;

const CHAIN: u64 = 0xddfb_1d54_c244_14b3;
const NODE: u64 = 0xece8_7a85_e7d7_c91d;

/// Makes each call and says where it arrived. What it brings is kept to the end, so that nothing else arrives.
macro_rules! arrive {
    ($fake:ident, $interface:ident, $($call:expr => $ordinals:expr,)*) => {
        let mut heard = $fake.received().len();
        $(
            let brought = within(stringify!($call), $call).await;
            let _brought = brought.unwrap_or_else(|error| panic!("{}: {error}", stringify!($call)));
            let expected: &[u16] = &$ordinals;
            assert_eq!(arrived(&$fake, $interface, &mut heard), expected, "{}", stringify!($call));
        )*
    };
}

/// The methods of an interface that arrived since the last time.
fn arrived(fake: &FakeNode, interface: u64, heard: &mut usize) -> Vec<u16> {
    let received = fake.received();
    let new = received[*heard..].iter();
    *heard = received.len();
    new.filter(|call| call.interface == interface)
        .map(|call| call.ordinal)
        .collect()
}

#[tokio::test]
async fn methods_of_the_chain() {
    let (fake, _node, chain) = chain().await;
    let transaction = fake.add_transaction(Amount(1));
    let txid = transaction.compute_txid().into();
    let tip = fake.mine().hash;
    let query = BlockQuery::new;
    let outputs = [OutPoint { txid, vout: 0 }];
    let rate = FeeRate::from_sat_per_vb(1);
    let method = BroadcastMethod::MempoolOnly;
    let change = |_: &mut Value| Some(SettingsAction::Write);
    let run = async |_| Ok(Value::Null);
    let mut mempool = chain.mempool_transactions();
    arrive! {
        fake, CHAIN,
        chain.height() => [1],
        chain.block_hash(1) => [8],
        chain.have_block_on_disk(1) => [3],
        chain.find_locator_fork(&Locator::default()) => [4],
        chain.has_block_filter_index(0) => [5],
        chain.block_filter_matches_any(0, tip, [vec![1]]) => [6],
        chain.find_block(tip, query()) => [7],
        chain.find_first_block(0, 0, query()) => [8],
        chain.find_ancestor_by_height(tip, 0, query()) => [9],
        chain.find_ancestor_by_hash(tip, tip, query()) => [10],
        chain.find_common_ancestor([tip, tip], query(), [query(), query()]) => [11],
        chain.find_coins(&outputs) => [12],
        chain.guess_verification_progress(tip) => [13],
        chain.has_blocks(tip, 0, None) => [14],
        chain.is_rbf_opt_in(&transaction) => [15],
        chain.is_in_mempool(txid) => [16],
        chain.has_descendants_in_mempool(txid) => [17],
        chain.broadcast_transaction(&transaction, Amount(0), method) => [18],
        chain.transaction_ancestry(txid) => [19],
        chain.calculate_individual_bump_fees(&outputs, rate) => [20],
        chain.calculate_combined_bump_fee(&outputs, rate) => [21],
        chain.package_limits() => [22],
        chain.check_chain_limits(&transaction) => [23],
        chain.estimate_smart_fee(6, EstimateMode::Conservative) => [24],
        chain.estimate_max_blocks() => [25],
        chain.mempool_min_fee() => [26],
        chain.relay_min_fee() => [27],
        chain.relay_incremental_fee() => [28],
        chain.relay_dust_fee() => [29],
        chain.have_pruned() => [30],
        chain.prune_height() => [31],
        chain.is_ready_to_broadcast() => [32],
        chain.is_initial_block_download() => [33],
        chain.shutdown_requested() => [34],
        chain.init_message("") => [35],
        chain.init_warning("") => [36],
        chain.init_error("") => [37],
        chain.show_progress("", 1, false) => [38],
        chain.notifications() => [39],
        chain.wait_for_notifications_if_tip_changed(tip) => [40],
        chain.handle_rpc(RpcMethod::new("a", "b"), run) => [41],
        chain.rpc_enable_deprecated("") => [42],
        chain.setting("") => [43],
        chain.settings_list("") => [44],
        chain.rw_setting("") => [45],
        chain.update_rw_setting("a", change) => [46],
        chain.overwrite_rw_setting("a", &Value::Null, SettingsAction::Write) => [47],
        chain.delete_rw_settings("a", SettingsAction::Write) => [48],
        async { mempool.next().await.unwrap() } => [49],
        chain.has_assumed_valid_chain() => [50],
    }
}

#[tokio::test]
async fn methods_of_the_control() {
    let (fake, control) = control().await;
    let transaction = fake.add_transaction(Amount(1));
    let output = OutPoint {
        txid: transaction.compute_txid().into(),
        vout: 0,
    };
    let ip = IpAddr::from([192, 0, 2, 1]);
    let minute = Duration::from_secs(60);
    let rpc = control.rpc();
    arrive! {
        fake, NODE,
        control.warnings() => [3],
        control.log_categories() => [4],
        control.exit_status() => [5],
        control.start_shutdown() => [9],
        control.shutdown_requested() => [10],
        control.is_setting_ignored("a") => [11],
        control.persistent_setting("a") => [12],
        control.update_rw_setting("a", &Value::Null) => [13],
        control.force_setting("a", &Value::Null) => [14],
        control.reset_settings() => [15],
        control.map_port(true) => [16],
        control.network_proxy(NetworkKind::Ipv4) => [17],
        control.connection_count(Direction::Both) => [18],
        control.peers() => [19],
        control.banned() => [20],
        control.ban(ip, minute) => [21],
        control.unban("192.0.2.1/32") => [22],
        control.disconnect_address(ip) => [23],
        control.disconnect(1) => [24],
        control.external_signers() => [25],
        control.total_bytes_received() => [26],
        control.total_bytes_sent() => [27],
        control.mempool() => [28, 29, 30],
        control.header_tip() => [31],
        control.height() => [32],
        control.local_addresses() => [33],
        control.best_block_hash() => [34],
        control.last_block_time() => [35],
        control.verification_progress() => [36],
        control.is_initial_block_download() => [37],
        control.is_loading_blocks() => [38],
        control.set_network_active(true) => [39],
        control.network_active() => [40],
        control.dust_relay_fee() => [41],
        rpc.call::<Value>("getblockcount", ()) => [42],
        control.list_rpc_commands() => [43],
        control.unspent_output(output) => [44],
        control.broadcast_transaction(&transaction, Amount(0)) => [45],
        control.init_messages() => [47],
        control.handle_message_box(async |_| true) => [48],
        control.handle_question(async |_| true) => [49],
        control.progress() => [50],
        control.wallets_ready() => [51],
        control.connection_counts() => [52],
        control.network_active_changes() => [53],
        control.warning_changes() => [54],
        control.banned_list_changes() => [55],
        control.block_tips() => [56],
        control.header_tips() => [57],
    }
}
