//! Whose process is at the other end of a socket.

use std::os::unix::net::UnixStream;

/// A process, as the system knew it when a connection to it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Credentials {
    /// Its user.
    pub user: u32,
    /// Its group.
    pub group: u32,
    /// Its number, where the system tells. It may have ended since, and another may have its number.
    pub process: Option<i32>,
}

impl Credentials {
    /// Those of the process at the other end.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(crate) fn of(socket: &UnixStream) -> Option<Self> {
        let peer = rustix::net::sockopt::socket_peercred(socket).ok()?;
        Some(Self {
            user: peer.uid.as_raw(),
            group: peer.gid.as_raw(),
            process: Some(peer.pid.as_raw_nonzero().get()),
        })
    }

    /// Those of the process at the other end, which this system is not asked for.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    pub(crate) fn of(_socket: &UnixStream) -> Option<Self> {
        None
    }
}
