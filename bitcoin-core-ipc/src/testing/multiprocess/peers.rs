//! The connections and the bans of a node that has no network.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use generated_examples::multiprocess::node::NodeStats;
use serde_json::json;

use crate::testing::chain::State;
use crate::testing::events::Event;

/// Other nodes, as they are told of.
#[derive(Debug, Default)]
pub(in crate::testing) struct Peers {
    connected: Vec<(SocketAddr, NodeStats)>,
    last_id: i64,
    /// By the text of the address, until when in seconds since 1970.
    banned: BTreeMap<String, i64>,
    pub(super) off: bool,
}

/// When everything happens, in seconds since 1970.
const NOW: i64 = 1_700_000_000;
/// How the flags of `getNodeCount` say it.
const INBOUND: i32 = 1;
const OUTBOUND: i32 = 2;

impl Peers {
    pub(super) fn count_of(&self, flags: i32) -> usize {
        let counted = |(_, peer): &&(_, NodeStats)| {
            let flag = if peer.inbound { INBOUND } else { OUTBOUND };
            flags & flag != 0
        };
        self.connected.iter().filter(counted).count()
    }

    pub(super) fn stats(&self) -> Vec<NodeStats> {
        self.connected
            .iter()
            .map(|(_, peer)| peer.clone())
            .collect()
    }

    /// Says whether it was banned already.
    pub(super) fn ban(&mut self, subnet: String, seconds: i64) {
        self.banned.insert(subnet, NOW.saturating_add(seconds));
    }

    pub(super) fn unban(&mut self, subnet: &str) -> bool {
        self.banned.remove(subnet).is_some()
    }

    /// The bans as JSON text.
    pub(super) fn banned(&self) -> String {
        let entry = |(address, until): (&String, &i64)| {
            json!({
                "version": 1, "ban_created": NOW, "banned_until": until, "address": address,
            })
        };
        json!(self.banned.iter().map(entry).collect::<Vec<_>>()).to_string()
    }
}

impl State {
    /// There is a connection more. Gives its number.
    pub(in crate::testing) fn connect_peer(&mut self, address: SocketAddr, inbound: bool) -> i64 {
        let peers = &mut self.multiprocess.peers;
        peers.last_id += 1;
        let id = peers.last_id;
        let stats = NodeStats {
            nodeid: id,
            addr_name: address.to_string(),
            inbound,
            time_connected: NOW,
            network: if address.is_ipv4() { 1 } else { 2 },
            conn_type: if inbound { 0 } else { 1 },
            transport_type: 2,
            version: 70016,
            min_ping_time: i64::MAX,
            clean_sub_ver: "/Scripted:1.0.0/".to_owned(),
            ..NodeStats::default()
        };
        peers.connected.push((address, stats));
        let event = self.multiprocess.peers.changed();
        self.listeners.tell(&event);
        id
    }

    /// There may be connections less: those that are meant, by address and number. Says whether there are, and what
    /// happened by that.
    pub(super) fn disconnect_peer(
        &mut self,
        is: impl Fn(&SocketAddr, i64) -> bool,
    ) -> (bool, Option<Event>) {
        let peers = &mut self.multiprocess.peers;
        let before = peers.connected.len();
        peers
            .connected
            .retain(|(address, peer)| !is(address, peer.nodeid));
        let fewer = peers.connected.len() < before;
        (fewer, fewer.then(|| peers.changed()))
    }
}

impl Peers {
    fn changed(&self) -> Event {
        Event::Connections(i32::try_from(self.connected.len()).unwrap_or(i32::MAX))
    }
}
