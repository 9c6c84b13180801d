//! Why a server does not start.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use ipc_runtime::Exception;

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An address of another form.
    #[error("unrecognized address '{0}': use IP:PORT, such as 127.0.0.1:8332, or unix:PATH")]
    Address(String),

    /// An address that other machines can reach, for which nobody has asked.
    #[error(
        "{0} can be reached from other machines, where passwords and calls can be read on the way: use \
         127.0.0.1, or ask for it with `allow_remote`"
    )]
    Remote(SocketAddr),

    /// A TCP socket without authentication, which every user and every web page of the machine could use.
    #[error(
        "{0} is open to every user of this machine: give the server an `Auth`, or a unix socket"
    )]
    Anonymous(SocketAddr),

    /// No address was given.
    #[error("there is no address to listen on")]
    Nowhere,

    /// The system refuses to listen there.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// Where.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },

    /// The system refuses to listen there, or another process does.
    #[error(transparent)]
    Socket(#[from] Exception),

    /// The cookie file cannot be made.
    #[error("cannot make the cookie file {}: {source}", .path.display())]
    Cookie {
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },

    /// A user name with a colon, which HTTP has no place for.
    #[error("the user name '{0}' has a colon, which ends it in HTTP")]
    User(String),

    /// Not of the form that bitcoind's `-rpcauth` has. What it says is not repeated here.
    #[error(
        "an rpcauth entry is not of the form USER:SALT$HASH with a hash of 64 hexadecimal digits"
    )]
    Rpcauth,

    /// The system has no random numbers.
    #[error("no random numbers: {0}")]
    Random(#[from] getrandom::Error),
}
