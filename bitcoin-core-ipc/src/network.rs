//! Where nodes have their sockets.

use std::fmt;
use std::path::PathBuf;

use crate::error::Error;

/// A network that nodes follow. Each has a folder of its own in the data directory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Network {
    /// The main network.
    #[default]
    Mainnet,
    /// The third test network.
    Testnet3,
    /// The fourth test network.
    Testnet4,
    /// Networks whose blocks are signed.
    Signet,
    /// A network of one's own, for tests.
    Regtest,
}

impl Network {
    /// The folder below the data directory; none for the main network, which uses that itself.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Mainnet => "",
            Self::Testnet3 => "testnet3",
            Self::Testnet4 => "testnet4",
            Self::Signet => "signet",
            Self::Regtest => "regtest",
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mainnet => "mainnet",
            other => other.folder(),
        })
    }
}

/// Where Bitcoin Core keeps its data unless it is told otherwise: `~/.bitcoin`, or on macOS
/// `~/Library/Application Support/Bitcoin`.
///
/// # Errors
///
/// The home directory is not known.
pub fn default_datadir() -> Result<PathBuf, Error> {
    let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
    let home = home.ok_or_else(|| {
        Error::Address(
            "the home directory is not known: set HOME, or give a data directory".to_owned(),
        )
    })?;
    Ok(home.join(if cfg!(target_os = "macos") {
        "Library/Application Support/Bitcoin"
    } else {
        ".bitcoin"
    }))
}

/// `unix:` and the full path of the socket that `address` names, by the rules of Bitcoin Core's `-ipcconnect`.
///
/// # Errors
///
/// It is of another form, or needs a data directory that is not known.
pub(crate) fn resolve(
    address: &str,
    datadir: Option<PathBuf>,
    network: Network,
) -> Result<String, Error> {
    let path = match address {
        "unix" | "unix:" | "auto" => "node.sock",
        _ => address.strip_prefix("unix:").ok_or_else(|| {
            Error::Address(format!(
                "Unrecognized address '{address}': use auto, unix, unix:PATH or unix:/ABSOLUTE/PATH"
            ))
        })?,
    };
    if path.starts_with('/') {
        return Ok(format!("unix:{path}"));
    }
    let datadir = match datadir {
        Some(datadir) => datadir,
        None => default_datadir()?,
    };
    let path = std::path::absolute(datadir.join(network.folder()).join(path))
        .map_err(|error| Error::Address(format!("the path of '{address}': {error}")))?;
    let path = path
        .to_str()
        .ok_or_else(|| Error::Address(format!("the path {} is not UTF-8", path.display())))?;
    Ok(format!("unix:{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_socket_of_each_network() {
        let at = |address, network| resolve(address, Some("/data".into()), network).unwrap();
        assert_eq!(at("unix", Network::Mainnet), "unix:/data/node.sock");
        assert_eq!(at("auto", Network::Regtest), "unix:/data/regtest/node.sock");
        assert_eq!(
            at("unix:x.sock", Network::Signet),
            "unix:/data/signet/x.sock"
        );
        assert_eq!(at("unix:/x.sock", Network::Testnet3), "unix:/x.sock");
    }

    #[test]
    fn needs_no_data_directory_for_a_full_path() {
        let address = resolve("unix:/x.sock", None, Network::Mainnet).unwrap();
        assert_eq!(address, "unix:/x.sock");
    }

    #[test]
    fn refuses_other_addresses() {
        let error = resolve("tcp:8332", None, Network::Mainnet).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("Unrecognized address 'tcp:8332'"),
            "{error}"
        );
    }
}
