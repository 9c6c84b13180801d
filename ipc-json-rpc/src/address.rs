//! Where a server listens.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use crate::error::Error;

/// Where a server listens: `IP:PORT` or `unix:PATH`.
///
/// ```
/// use ipc_json_rpc::Address;
///
/// let address: Address = "127.0.0.1:8332".parse()?;
/// assert_eq!(address, Address::Tcp(([127, 0, 0, 1], 8332).into()));
/// assert!("localhost".parse::<Address>().is_err());
/// # Ok::<(), ipc_json_rpc::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// A TCP socket. Port 0 is one of the system's choice.
    Tcp(SocketAddr),
    /// A unix socket. Its file is made, and removed at the end.
    Unix(PathBuf),
}

impl FromStr for Address {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text.strip_prefix("unix:") {
            Some("") => Err(Error::Address(text.to_owned())),
            Some(path) => Ok(Self::Unix(path.into())),
            None => match text.parse() {
                Ok(address) => Ok(Self::Tcp(address)),
                Err(_) => Err(Error::Address(text.to_owned())),
            },
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}
