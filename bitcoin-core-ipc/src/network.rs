//! Where nodes have their sockets.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::error::Error;

/// How many bytes a socket's path may have.
const MAX_PATH: usize = if cfg!(any(target_os = "linux", target_os = "android")) {
    107
} else {
    103
};

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
    pub(crate) const ALL: [Self; 5] = [
        Self::Mainnet,
        Self::Testnet3,
        Self::Testnet4,
        Self::Signet,
        Self::Regtest,
    ];

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

/// By the name that Bitcoin Core's `-chain` takes (`main`, `test`, `testnet4`, `signet`, `regtest`), or the one that is
/// shown.
impl FromStr for Network {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        match name {
            "main" => Ok(Self::Mainnet),
            "test" => Ok(Self::Testnet3),
            _ => Self::ALL
                .into_iter()
                .find(|network| network.to_string() == name)
                .ok_or_else(|| {
                    let known = "main, test, testnet4, signet or regtest";
                    Error::Address(format!("unknown network '{name}': use {known}"))
                }),
        }
    }
}

/// Where Bitcoin Core keeps its data unless it is told otherwise: `~/.bitcoin`, or on macOS
/// `~/Library/Application Support/Bitcoin`.
///
/// # Errors
///
/// The home directory is not known.
pub fn default_datadir() -> Result<PathBuf, Error> {
    Ok(home()?.join(if cfg!(target_os = "macos") {
        "Library/Application Support/Bitcoin"
    } else {
        ".bitcoin"
    }))
}

fn home() -> Result<PathBuf, Error> {
    let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
    home.ok_or_else(|| {
        Error::Address(
            "the home directory is not known: set HOME, or give a data directory".to_owned(),
        )
    })
}

/// `unix:` and the full path of the socket that `address` names, by the rules of Bitcoin Core's `-ipcconnect`.
///
/// # Errors
///
/// It is of another form, needs a data directory that is not known, or is too long.
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
    let mut path = at_home(Path::new(path))?;
    if path.is_relative() {
        let datadir = match datadir {
            Some(datadir) => at_home(&datadir)?,
            None => default_datadir()?,
        };
        path = std::path::absolute(datadir.join(network.folder()).join(path))
            .map_err(|error| Error::Address(format!("the path of '{address}': {error}")))?;
    }
    let path = path
        .to_str()
        .ok_or_else(|| Error::Address(format!("the path {} is not UTF-8", path.display())))?;
    if path.len() > MAX_PATH {
        return Err(Error::Address(format!(
            "the path {path} has {} bytes, and that of a socket at most {MAX_PATH}: start the node with \
             -ipcbind=unix:/SHORTER/PATH, and connect to that",
            path.len()
        )));
    }
    Ok(format!("unix:{path}"))
}

/// The path from the home directory, if it begins with `~/`: shells leave that as it is behind `unix:`.
fn at_home(path: &Path) -> Result<PathBuf, Error> {
    match path.strip_prefix("~") {
        Ok(rest) => Ok(home()?.join(rest)),
        Err(_) => Ok(path.to_owned()),
    }
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
    fn begins_at_home() {
        let home = home().unwrap();
        let home = home.display();
        let at = |address, datadir: Option<&str>| {
            resolve(address, datadir.map(PathBuf::from), Network::Signet).unwrap()
        };
        assert_eq!(at("unix:~/x.sock", None), format!("unix:{home}/x.sock"));
        let in_datadir = format!("unix:{home}/data/signet/node.sock");
        assert_eq!(at("unix", Some("~/data")), in_datadir);
        // A name that begins so is a name.
        assert_eq!(at("unix:~x", Some("/data")), "unix:/data/signet/~x");
        let folder = match cfg!(target_os = "macos") {
            true => "Library/Application Support/Bitcoin",
            false => ".bitcoin",
        };
        assert_eq!(
            at("unix", None),
            format!("unix:{home}/{folder}/signet/node.sock")
        );
    }

    #[test]
    fn knows_networks_by_both_of_their_names() {
        for network in Network::ALL {
            assert_eq!(network.to_string().parse::<Network>().unwrap(), network);
        }
        assert_eq!("main".parse::<Network>().unwrap(), Network::Mainnet);
        assert_eq!("test".parse::<Network>().unwrap(), Network::Testnet3);
        let error = "testnet".parse::<Network>().unwrap_err().to_string();
        assert!(
            error.starts_with("unknown network 'testnet': use main"),
            "{error}"
        );
    }

    #[test]
    fn refuses_a_path_that_no_socket_can_have() {
        let address = format!("unix:/{}", "x".repeat(MAX_PATH - 1));
        resolve(&address, None, Network::Mainnet).unwrap();
        let error = resolve(&format!("{address}x"), None, Network::Mainnet).unwrap_err();
        assert!(
            error.to_string().contains("-ipcbind=unix:/SHORTER/PATH"),
            "{error}"
        );
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
