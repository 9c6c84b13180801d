//! Whose servers we connect to.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::Path;

use crate::context::Context;
use crate::credentials::Credentials;
use crate::exception::Exception;

/// The mode's bit that lets everybody put files into a directory.
const OTHERS_WRITE: u32 = 0o002;

/// Whose servers we connect to, by the user id that the system reports of the process that listens.
///
/// Servers of our own user and of root are always trusted. What a client calls them for, others could only pretend
/// to do: whoever listens first at a path is the server there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServerUsers {
    /// Who may put a socket where it is: anybody, in a directory that is not open to everybody, since its owner has
    /// let them in; its owner alone, in one that is, such as `/tmp`. So a node that runs as a user of its own is
    /// connected to, and a stranger's socket is not.
    #[default]
    OfDirectory,
    /// The user that this process runs as.
    Own,
    /// These users, by their ids, and our own.
    Listed(Vec<u32>),
    /// Everybody.
    Anyone,
}

impl ServerUsers {
    /// Whether a server of user `server` may be connected to by user `own`.
    fn trust(&self, server: u32, own: u32, directory: &Directory) -> bool {
        server == own
            || server == 0
            || match self {
                Self::OfDirectory => !directory.is_open || server == directory.owner,
                Self::Own => false,
                Self::Listed(users) => users.contains(&server),
                Self::Anyone => true,
            }
    }
}

/// Where a socket is.
#[derive(Default)]
struct Directory {
    owner: u32,
    /// Everybody may put files into it.
    is_open: bool,
}

impl Directory {
    fn of(socket: &Path) -> io::Result<Self> {
        let directory = match socket.parent() {
            Some(directory) if directory != Path::new("") => directory,
            _ => Path::new("."),
        };
        let metadata = fs::metadata(directory)?;
        Ok(Self {
            owner: metadata.uid(),
            is_open: metadata.mode() & OTHERS_WRITE != 0,
        })
    }
}

impl Context {
    /// The connection to a server at this path, if its user is trusted.
    pub(crate) fn trusting(
        &self,
        path: &Path,
        socket: UnixStream,
    ) -> Result<UnixStream, Exception> {
        let failed = |reason: String| {
            Exception::failed(format_args!(
                "not connected to unix:{}: {reason}",
                path.display()
            ))
        };
        let directory = match self.servers {
            ServerUsers::Anyone => return Ok(socket),
            ServerUsers::OfDirectory => Directory::of(path)
                .map_err(|error| failed(format!("its directory cannot be looked at: {error}")))?,
            _ => Directory::default(),
        };
        if self.servers == ServerUsers::OfDirectory && !directory.is_open {
            return Ok(socket);
        }
        // Whose user is unknown is not trusted.
        let credentials = Credentials::of(&socket)
            .ok_or_else(|| failed("the system does not tell who listens there".to_owned()))?;
        let own = rustix::process::geteuid().as_raw();
        if self.servers.trust(credentials.user, own, &directory) {
            return Ok(socket);
        }
        let place = match directory.is_open {
            true => ", where everybody can put a socket",
            false => "",
        };
        Err(failed(format!(
            "user {} listens there{place}; if that is the server that you mean, allow it with \
             IpcBuilder::server_users",
            credentials.user
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::ServerUsers::{self, Anyone, Listed, OfDirectory, Own};
    use super::*;

    #[test]
    fn trusts_by_user_and_place() {
        let closed = Directory {
            owner: 7,
            is_open: false,
        };
        let open = Directory {
            owner: 7,
            is_open: true,
        };
        for (users, in_closed, in_open) in [
            (OfDirectory, [true, true], [true, false]),
            (Own, [false, false], [false, false]),
            (Listed(vec![8]), [false, true], [false, true]),
            (Anyone, [true, true], [true, true]),
        ] {
            for (directory, expected) in [(&closed, in_closed), (&open, in_open)] {
                let trusts = |server| ServerUsers::trust(&users, server, 1000, directory);
                assert!(trusts(1000), "our own user");
                assert!(trusts(0), "root");
                assert_eq!([7, 8].map(trusts), expected, "{users:?}");
            }
        }
    }
}
