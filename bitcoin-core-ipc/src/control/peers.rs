//! The connections of a node.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use generated_examples::multiprocess::common::PairUInt64;
use generated_examples::multiprocess::node::{NodeStateStats, NodeStats};

use super::NodeControl;
use super::addresses::NetworkAddress;
use super::network::NetworkKind;
use crate::error::Error;
use crate::numbered::numbered;
use crate::wire;

numbered! {
    /// What a connection is for.
    pub enum ConnectionKind {
        /// The other node made it.
        Inbound = 0,
        /// The usual one to another node.
        OutboundFullRelay = 1,
        /// The user asked for it.
        Manual = 2,
        /// It only tries out whether a node is there.
        Feeler = 3,
        /// Only blocks go over it.
        BlockRelay = 4,
        /// It only asks for addresses.
        AddressFetch = 5,
    }
}

numbered! {
    /// How a connection is transported.
    pub enum Transport {
        /// That is not settled yet.
        Detecting = 0,
        /// In the clear.
        V1 = 1,
        /// Encrypted, by BIP 324.
        V2 = 2,
    }
}

/// A connection of a node to another. Its addresses in the network's encoding are left to the generated proxy.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Peer {
    /// The number of the connection.
    pub id: i64,
    /// The address as text, or the name by which it was given.
    pub address: String,
    /// The node's own address as the other sees it, as text; empty if that did not say.
    pub local_address: String,
    /// The network of the address.
    pub network: NetworkKind,
    /// The number of the autonomous system that it is in, if that is known.
    pub mapped_as: Option<u32>,
    /// What it is for.
    pub kind: ConnectionKind,
    /// Whether the other node made it.
    pub inbound: bool,
    /// How it is transported.
    pub transport: Transport,
    /// The id of the session of an encrypted transport, in hexadecimal; empty without one.
    pub session_id: String,
    /// The version of the network protocol.
    pub version: i32,
    /// What the other node calls itself, without letters that could do harm.
    pub user_agent: String,
    /// What the connection may do, as the node's set of bits.
    pub permissions: i32,
    /// When it was made.
    pub connected: Option<SystemTime>,
    /// When something was last sent.
    pub last_sent: Option<SystemTime>,
    /// When something was last received.
    pub last_received: Option<SystemTime>,
    /// When a new transaction last came.
    pub last_transaction: Option<SystemTime>,
    /// When a new block last came.
    pub last_block: Option<SystemTime>,
    /// How many bytes were sent.
    pub bytes_sent: u64,
    /// How many bytes were sent, by the type of message.
    pub bytes_sent_by_type: BTreeMap<String, u64>,
    /// How many bytes were received.
    pub bytes_received: u64,
    /// How many bytes were received, by the type of message.
    pub bytes_received_by_type: BTreeMap<String, u64>,
    /// How long the last ping took; none before the first.
    pub ping: Option<Duration>,
    /// How long the fastest ping took; none before the first.
    pub min_ping: Option<Duration>,
    /// Whether the node asked the other to send compact blocks at once.
    pub high_bandwidth_to: bool,
    /// Whether the other node asked for compact blocks at once.
    pub high_bandwidth_from: bool,
    /// The height of the other's tip when the connection was made, as it said.
    pub starting_height: i32,
    /// What is known of the other's chain, where that was at hand.
    pub chain: Option<PeerChain>,
}

/// What a node knows of the chain and the behaviour of another.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PeerChain {
    /// The height of the best header that they share; none if they share none that is known.
    pub synced_header: Option<u32>,
    /// The height of the last block that they share; none if they share none that is known.
    pub synced_block: Option<u32>,
    /// The height up to which headers were counted ahead of being stored; none if they are not.
    pub presync_height: Option<u32>,
    /// The heights of the blocks that were asked for.
    pub blocks_in_flight: Vec<u32>,
    /// For how long a ping has waited for its answer; none if none does.
    pub ping_wait: Option<Duration>,
    /// How many addresses came that were used.
    pub addresses_processed: u64,
    /// How many addresses came that were over the limit.
    pub addresses_rate_limited: u64,
    /// Whether addresses are exchanged.
    pub address_relay: bool,
    /// The services that the other offers, as the network's set of bits.
    pub services: u64,
    /// How far the other's clock is ahead, in seconds.
    pub time_offset: i64,
}

impl NodeControl {
    /// The connections to other nodes; none if the node has no networking.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn peers(&self) -> Result<Option<Vec<Peer>>, Error> {
        let peers = self.0.get_nodes_stats().await?;
        match peers.result {
            true => Ok(Some(peers.stats.into_iter().map(Peer::from).collect())),
            false => Ok(None),
        }
    }

    /// Ends the connection with a number: [`Peer::id`]. Says whether there was one.
    ///
    /// # Errors
    ///
    /// The connection to the node is lost.
    pub async fn disconnect(&self, id: i64) -> Result<bool, Error> {
        Ok(self.0.disconnect_by_id(id).await?)
    }

    /// Ends the connections to an address. Says whether there was one.
    ///
    /// # Errors
    ///
    /// The address is too long; the connection to the node is lost.
    pub async fn disconnect_address(
        &self,
        address: impl Into<NetworkAddress>,
    ) -> Result<bool, Error> {
        let address = address.into().to_bytes()?;
        Ok(self.0.disconnect_by_address(address).await?)
    }
}

impl From<NodeStats> for Peer {
    fn from(stats: NodeStats) -> Self {
        Self {
            id: stats.nodeid,
            address: stats.addr_name,
            local_address: stats.addr_local,
            network: stats.network.into(),
            mapped_as: (stats.mapped_as != 0).then_some(stats.mapped_as),
            kind: stats.conn_type.into(),
            inbound: stats.inbound,
            transport: i32::from(stats.transport_type).into(),
            session_id: stats.session_id,
            version: stats.version,
            user_agent: stats.clean_sub_ver,
            permissions: stats.permission_flags,
            connected: wire::moment(stats.time_connected),
            last_sent: wire::moment(stats.last_send),
            last_received: wire::moment(stats.last_recv),
            last_transaction: wire::moment(stats.last_tx_time),
            last_block: wire::moment(stats.last_block_time),
            bytes_sent: stats.send_bytes,
            bytes_sent_by_type: by_type(stats.send_bytes_per_msg_type),
            bytes_received: stats.recv_bytes,
            bytes_received_by_type: by_type(stats.recv_bytes_per_msg_type),
            ping: ping(stats.ping_time),
            min_ping: ping(stats.min_ping_time),
            high_bandwidth_to: stats.bip152_highbandwidth_to,
            high_bandwidth_from: stats.bip152_highbandwidth_from,
            starting_height: stats.starting_height,
            chain: stats.state_stats.map(PeerChain::from),
        }
    }
}

impl From<NodeStateStats> for PeerChain {
    fn from(stats: NodeStateStats) -> Self {
        let in_flight = stats.height_in_flight.into_iter();
        Self {
            synced_header: u32::try_from(stats.sync_height).ok(),
            synced_block: u32::try_from(stats.common_height).ok(),
            presync_height: u32::try_from(stats.presync_height).ok(),
            blocks_in_flight: in_flight.filter_map(|it| u32::try_from(it).ok()).collect(),
            ping_wait: ping(stats.ping_wait),
            addresses_processed: stats.addresses_processed,
            addresses_rate_limited: stats.addresses_rate_limited,
            address_relay: stats.address_relay_enabled,
            services: stats.their_services,
            time_offset: stats.time_offset,
        }
    }
}

fn by_type(pairs: Vec<PairUInt64<String>>) -> BTreeMap<String, u64> {
    pairs
        .into_iter()
        .map(|pair| (pair.key, pair.value))
        .collect()
}

/// Microseconds, of which nodes write none, or the most that there can be, where there was no ping.
fn ping(microseconds: i64) -> Option<Duration> {
    let some = u64::try_from(microseconds).ok();
    some.filter(|it| *it > 0 && microseconds < i64::MAX)
        .map(Duration::from_micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_may_have_been_no_ping() {
        assert_eq!(ping(1500), Some(Duration::from_micros(1500)));
        for none in [-1, 0, i64::MAX] {
            assert_eq!(ping(none), None);
        }
    }
}
