//! Where publishers are.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::error::Error;

/// Where a publisher is: `tcp://HOST:PORT`, `ipc://PATH`, or `unix:PATH` for the latter, as `bitcoind` takes it.
///
/// To listen on all addresses the host is `*`, and for a port that is free it is 0 or `*`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// TCP.
    Tcp {
        /// A name or an address, without brackets.
        host: String,
        /// The port; 0 for one that is free.
        port: u16,
    },
    /// The path of a unix socket.
    Ipc(PathBuf),
}

impl FromStr for Endpoint {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = |reason| Error::Endpoint {
            endpoint: text.to_owned(),
            reason,
        };
        if let Some(path) = text
            .strip_prefix("ipc://")
            .or_else(|| text.strip_prefix("unix:"))
        {
            return match path.as_bytes() {
                [] => Err(wrong("the path of the socket is missing")),
                [b'@', ..] => Err(wrong("abstract sockets are not supported")),
                _ => Ok(Self::Ipc(path.into())),
            };
        }
        let Some(place) = text.strip_prefix("tcp://") else {
            return Err(wrong("it is neither tcp://HOST:PORT nor ipc://PATH"));
        };
        let Some((host, port)) = place.rsplit_once(':') else {
            return Err(wrong("the port is missing"));
        };
        let port = match port {
            "*" => 0,
            port => port
                .parse()
                .map_err(|_| wrong("the port is no number up to 65535"))?,
        };
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let host = match bare {
            Some(address) => address,
            None if host.contains(':') => {
                return Err(wrong("an address of IPv6 belongs into brackets"));
            }
            None => host,
        };
        match host.is_empty() {
            true => Err(wrong("the host is missing")),
            false => Ok(Self::Tcp {
                host: host.to_owned(),
                port,
            }),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "tcp://[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "tcp://{host}:{port}"),
            Self::Ipc(path) => write!(f, "ipc://{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_as_libzmq_has_them() {
        for (text, shown) in [
            ("tcp://127.0.0.1:28332", "tcp://127.0.0.1:28332"),
            ("tcp://[::1]:28332", "tcp://[::1]:28332"),
            ("tcp://*:*", "tcp://*:0"),
            ("tcp://localhost:1", "tcp://localhost:1"),
            ("ipc:///tmp/a.sock", "ipc:///tmp/a.sock"),
            ("ipc://a.sock", "ipc://a.sock"),
            ("unix:/tmp/a:b", "ipc:///tmp/a:b"),
        ] {
            let endpoint: Endpoint = text.parse().unwrap();
            assert_eq!(endpoint.to_string(), shown);
            assert_eq!(shown.parse::<Endpoint>().unwrap(), endpoint);
        }
    }

    #[test]
    fn says_what_is_wrong_with_an_endpoint() {
        for (text, reason) in [
            ("127.0.0.1:28332", "neither"),
            ("udp://127.0.0.1:28332", "neither"),
            ("tcp://127.0.0.1", "port is missing"),
            ("tcp://127.0.0.1:65536", "no number"),
            ("tcp://::1:28332", "brackets"),
            ("tcp://:28332", "host is missing"),
            ("ipc://", "path"),
            ("ipc://@name", "abstract"),
        ] {
            let error = text.parse::<Endpoint>().unwrap_err().to_string();
            assert!(
                error.contains(reason) && error.contains(text),
                "{text}: {error}"
            );
        }
    }
}
