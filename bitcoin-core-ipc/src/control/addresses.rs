//! Addresses of the network.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use generated_examples::multiprocess::common::Pair;
use generated_examples::multiprocess::node::LocalServiceInfo;

use crate::cursor::Cursor;
use crate::error::Error;

/// An address, without a port, in any of the networks of BIP 155.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NetworkAddress {
    /// Of the Internet.
    Ip(IpAddr),
    /// Of another network.
    Other {
        /// The number that BIP 155 gives to the network: 4 is Tor, 5 is I2P, 6 is CJDNS.
        network: u8,
        /// The address there: for Tor a public key, for I2P a hash.
        address: Vec<u8>,
    },
}

/// An address by which a node can be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LocalAddress {
    /// The address.
    pub address: NetworkAddress,
    /// The port.
    pub port: u16,
    /// How sure it is that others can reach the node there: more is better.
    pub score: i32,
}

const IPV4: u8 = 1;
const IPV6: u8 = 2;

impl NetworkAddress {
    /// The encoding of BIP 155: number, length, address. No address is longer than 512 bytes, nor are ours.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let with_length = |network: u8, address: &[u8]| {
            let length = u8::try_from(address.len()).ok().filter(|it| *it <= 0xfc);
            let length = length.ok_or_else(|| malformed("it is too long"))?;
            Ok([&[network, length], address].concat())
        };
        match self {
            Self::Ip(IpAddr::V4(address)) => with_length(IPV4, &address.octets()),
            Self::Ip(IpAddr::V6(address)) => with_length(IPV6, &address.octets()),
            Self::Other { network, address } => with_length(*network, address),
        }
    }

    /// Reads the encoding of BIP 155.
    fn read(cursor: &mut Cursor<'_>) -> Result<Self, Error> {
        let early = || malformed("it ends too early");
        let network = cursor.take(1).ok_or_else(early)?[0];
        let address = cursor.bytes().ok_or_else(early)?;
        let length = |_| malformed("its length is not that of its network");
        Ok(match network {
            IPV4 => Self::Ip(Ipv4Addr::from(<[u8; 4]>::try_from(address).map_err(length)?).into()),
            IPV6 => Self::Ip(Ipv6Addr::from(<[u8; 16]>::try_from(address).map_err(length)?).into()),
            network => Self::Other {
                network,
                address: address.to_vec(),
            },
        })
    }

    /// Reads an address with a port.
    pub(super) fn read_with_port(bytes: &[u8]) -> Result<(Self, u16), Error> {
        let mut cursor = Cursor(bytes);
        let address = Self::read(&mut cursor)?;
        let port = cursor.take(2).and_then(<[u8]>::first_chunk);
        let port = port.ok_or_else(|| malformed("it has no port"))?;
        Ok((address, u16::from_be_bytes(*port)))
    }
}

/// Reads the encoding of BIP 155, and ignores what is behind it.
impl TryFrom<&[u8]> for NetworkAddress {
    type Error = Error;

    fn try_from(bytes: &[u8]) -> Result<Self, Error> {
        Self::read(&mut Cursor(bytes))
    }
}

impl LocalAddress {
    pub(super) fn read(pair: Pair<Vec<u8>, LocalServiceInfo>) -> Result<Self, Error> {
        Ok(Self {
            address: NetworkAddress::try_from(&pair.key[..])?,
            port: pair.value.port,
            score: pair.value.score,
        })
    }
}

impl From<IpAddr> for NetworkAddress {
    fn from(address: IpAddr) -> Self {
        Self::Ip(address)
    }
}

impl fmt::Display for NetworkAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(address) => address.fmt(f),
            Self::Other { network, address } => {
                write!(f, "network {network}: ")?;
                address.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }
    }
}

fn malformed(reason: &str) -> Error {
    Error::malformed("a network address", reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_come_back_the_same() {
        let tor = NetworkAddress::Other {
            network: 4,
            address: vec![7; 32],
        };
        let v4 = NetworkAddress::from(IpAddr::from([1, 2, 3, 4]));
        let v6 = NetworkAddress::from(IpAddr::from([0, 1, 2, 3, 4, 5, 6, 7]));
        assert_eq!(v4.to_bytes().unwrap(), [1, 4, 1, 2, 3, 4]);
        for address in [tor, v4, v6] {
            let bytes = [&address.to_bytes().unwrap()[..], &[0x20, 0x8d]].concat();
            let read = NetworkAddress::read_with_port(&bytes).unwrap();
            assert_eq!(read, (address, 8333));
            for length in 0..bytes.len() {
                let cut = NetworkAddress::read_with_port(&bytes[..length]);
                assert!(cut.is_err(), "{length}");
            }
        }
    }

    #[test]
    fn refuses_addresses_of_the_wrong_length() {
        assert!(NetworkAddress::try_from(&[1, 3, 1, 2, 3][..]).is_err());
        let long = NetworkAddress::Other {
            network: 9,
            address: vec![0; 300],
        };
        assert!(long.to_bytes().is_err());
    }
}
