//! The network of a node.

use super::NodeControl;
use super::addresses::{LocalAddress, NetworkAddress};
use crate::error::Error;
use crate::numbered::numbered;
use crate::subscription::Subscription;

/// Who made connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Other nodes.
    Inbound,
    /// The node itself.
    Outbound,
    /// Either.
    Both,
}

numbered! {
    /// A network in which nodes have addresses.
    pub enum NetworkKind {
        /// None that can be reached.
        Unroutable = 0,
        /// The Internet, version 4.
        Ipv4 = 1,
        /// The Internet, version 6.
        Ipv6 = 2,
        /// Tor.
        Onion = 3,
        /// I2P.
        I2p = 4,
        /// CJDNS.
        Cjdns = 5,
        /// The node itself.
        Internal = 6,
    }
}

/// What a node makes the connections to a network by.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NetworkProxy {
    /// Its address.
    pub address: NetworkAddress,
    /// Its port.
    pub port: u16,
    /// Whether each connection gets a Tor circuit of its own.
    pub tor_stream_isolation: bool,
}

impl NodeControl {
    /// How many connections there are.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn connection_count(&self, direction: Direction) -> Result<u64, Error> {
        let flags = match direction {
            Direction::Inbound => 1,
            Direction::Outbound => 2,
            Direction::Both => 3,
        };
        Ok(self.0.get_node_count(flags).await?)
    }

    /// How many bytes were received from other nodes.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn total_bytes_received(&self) -> Result<u64, Error> {
        bytes(self.0.get_total_bytes_recv().await?)
    }

    /// How many bytes were sent to other nodes.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn total_bytes_sent(&self) -> Result<u64, Error> {
        bytes(self.0.get_total_bytes_sent().await?)
    }

    /// Whether networking is on.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn network_active(&self) -> Result<bool, Error> {
        Ok(self.0.get_network_active().await?)
    }

    /// Turns networking on or off.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn set_network_active(&self, active: bool) -> Result<(), Error> {
        Ok(self.0.set_network_active(active).await?)
    }

    /// The addresses by which the node can be reached.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn local_addresses(&self) -> Result<Vec<LocalAddress>, Error> {
        let addresses = self.0.get_net_local_addresses().await?;
        addresses.into_iter().map(LocalAddress::read).collect()
    }

    /// What the node makes the connections to a network by; none if it makes them itself.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn network_proxy(&self, network: NetworkKind) -> Result<Option<NetworkProxy>, Error> {
        let proxy = self.0.get_proxy(network.into()).await?;
        if !proxy.result {
            return Ok(None);
        }
        let (address, port) = NetworkAddress::read_with_port(&proxy.proxy_info.proxy)?;
        Ok(Some(NetworkProxy {
            address,
            port,
            tor_stream_isolation: proxy.proxy_info.tor_stream_isolation,
        }))
    }

    /// Turns the mapping of the node's port on the router on or off.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn map_port(&self, on: bool) -> Result<(), Error> {
        Ok(self.0.map_port(on).await?)
    }

    /// Is told how many connections there are, when that changes.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn connection_counts(&self) -> Result<Subscription<u32>, Error> {
        Subscription::begin(|events| {
            let call = move |count: i32| {
                let counted = u32::try_from(count)
                    .map_err(|_| Error::malformed("a number of connections", count));
                events.clone().told(counted)
            };
            self.0.handle_notify_num_connections_changed(call)
        })
        .await
    }

    /// Is told whether networking is on, when that changes.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn network_active_changes(&self) -> Result<Subscription<bool>, Error> {
        Subscription::begin(|events| {
            let call = move |active| events.clone().told(Ok(active));
            self.0.handle_notify_network_active_changed(call)
        })
        .await
    }
}

fn bytes(count: i64) -> Result<u64, Error> {
    u64::try_from(count).map_err(|_| Error::malformed("a number of bytes", count))
}
