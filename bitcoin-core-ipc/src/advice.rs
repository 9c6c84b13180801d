//! What to do about a node that cannot be connected to.

use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use ipc_runtime::Exception;

use crate::network::Network;

/// What the system said, if it is the system that refused.
pub(crate) fn io_kind(exception: &Exception) -> Option<ErrorKind> {
    let source = std::error::Error::source(exception)?;
    source.downcast_ref().map(std::io::Error::kind)
}

/// What to do when nobody could be connected to at an address.
pub(crate) fn nobody(address: &str, last: &Exception) -> String {
    let path = Path::new(address.strip_prefix("unix:").unwrap_or(address));
    match io_kind(last) {
        Some(ErrorKind::WouldBlock) => "try again".to_owned(),
        Some(ErrorKind::ConnectionRefused) => {
            format!("start the node again, with {}", setting(path))
        }
        Some(_) => no_socket(path),
        None => "the node may be about to end, or be none: see its log".to_owned(),
    }
}

/// The setting with which a node makes a socket there.
fn setting(path: &Path) -> String {
    match path.file_name() {
        Some(name) if name == "node.sock" => "-ipcbind=unix".to_owned(),
        _ => format!("-ipcbind=unix:{}", path.display()),
    }
}

fn no_socket(path: &Path) -> String {
    if let Some(folder) = path.parent()
        && !folder.exists()
    {
        return format!(
            "there is no folder {}: name the node's data directory and network",
            folder.display()
        );
    }
    match beside(path) {
        Some((other, network)) => format!(
            "there is one at {}: is the network {network}?",
            other.display()
        ),
        None => format!(
            "start `bitcoin-node`, as `bitcoind` has no such sockets, with {}",
            setting(path)
        ),
    }
}

/// A socket of the same name that belongs to another network.
fn beside(path: &Path) -> Option<(PathBuf, Network)> {
    let (folder, name) = (path.parent()?, path.file_name()?);
    let datadirs = [Some(folder), folder.parent()];
    datadirs.into_iter().flatten().find_map(|datadir| {
        let places = Network::ALL.into_iter();
        let mut places = places.map(|network| (datadir.join(network.folder()).join(name), network));
        places.find(|(place, _)| place != path && place.exists())
    })
}

/// What to do when the system lets this user not connect.
pub(crate) fn not_allowed(address: &str) -> String {
    let path = Path::new(address.strip_prefix("unix:").unwrap_or(address));
    // What cannot be looked at is behind a folder that cannot be entered.
    let mut barrier = path;
    let metadata = loop {
        match (fs::metadata(barrier), barrier.parent()) {
            (Ok(metadata), _) => break Some(metadata),
            (Err(_), Some(above)) => barrier = above,
            (Err(_), None) => break None,
        }
    };
    let run = "run this program as its user, or let the group in that the two share";
    match metadata {
        Some(metadata) => format!("{}: {run}", owner(barrier, &metadata)),
        None => run.to_owned(),
    }
}

fn owner(path: &Path, metadata: &Metadata) -> String {
    let (uid, gid) = (metadata.uid(), metadata.gid());
    let mode = metadata.mode() & 0o777;
    let own = rustix::process::geteuid().as_raw();
    let path = path.display();
    format!(
        "{path} belongs to user {uid} and group {gid}, with mode {mode:03o}, and this is user {own}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &Path) -> String {
        let missing = std::io::Error::from(ErrorKind::NotFound);
        nobody(
            &format!("unix:{}", path.display()),
            &Exception::from(missing),
        )
    }

    #[test]
    fn the_other_network_is_named() {
        let datadir = tempfile::tempdir().unwrap();
        let datadir = datadir.path();
        fs::create_dir(datadir.join("regtest")).unwrap();
        fs::create_dir(datadir.join("signet")).unwrap();
        let start = "start `bitcoin-node`, as `bitcoind` has no such sockets, with -ipcbind=unix";
        assert_eq!(told(&datadir.join("node.sock")), start);
        assert_eq!(
            told(&datadir.join("x.sock")),
            format!("{start}:{}", datadir.join("x.sock").display())
        );

        fs::write(datadir.join("regtest/node.sock"), "").unwrap();
        for tried in ["node.sock", "signet/node.sock"] {
            let there = datadir.join("regtest/node.sock");
            let expected = format!(
                "there is one at {}: is the network regtest?",
                there.display()
            );
            assert_eq!(told(&datadir.join(tried)), expected);
        }
        assert!(told(&datadir.join("regtest/x.sock")).starts_with(start));
        let missing = told(&datadir.join("testnet4/node.sock"));
        assert!(missing.starts_with("there is no folder "), "{missing}");
        assert!(missing.contains("testnet4: name"), "{missing}");
    }

    #[test]
    fn the_owner_is_named() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("node.sock");
        fs::write(&socket, "").unwrap();
        fs::set_permissions(&socket, PermissionsExt::from_mode(0o600)).unwrap();
        let advice = not_allowed(&format!("unix:{}", socket.display()));
        let own = rustix::process::geteuid().as_raw();
        let expected = format!("{} belongs to user {own} and group ", socket.display());
        assert!(advice.starts_with(&expected), "{advice}");
        let expected = format!(", with mode 600, and this is user {own}: run ");
        assert!(advice.contains(&expected), "{advice}");
    }
}
