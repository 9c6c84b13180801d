//! Which users' processes may connect.

use crate::context::Context;

/// Whose processes may connect to our listeners, by the user id that the system reports of a peer.
///
/// Root may always: it can open any socket and read any process, so to refuse it would protect nothing, and
/// would keep an administrator's tools out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AllowedUsers {
    /// The user that this process runs as. The socket's file has mode 0600.
    #[default]
    Own,
    /// These users, by their ids, and our own. The socket's file has mode 0666: its directory may keep others
    /// out, and who comes is asked for the user id.
    Listed(Vec<u32>),
    /// Everybody who can reach the socket's file, which has mode 0666.
    Anyone,
}

impl AllowedUsers {
    /// The mode of a socket's file.
    pub(crate) fn mode(&self) -> u32 {
        match self {
            Self::Own => 0o600,
            Self::Listed(_) | Self::Anyone => 0o666,
        }
    }

    /// Whether a process of user `peer` may connect to one of user `own`.
    fn admit(&self, peer: u32, own: u32) -> bool {
        peer == own
            || peer == 0
            || match self {
                Self::Own => false,
                Self::Listed(users) => users.contains(&peer),
                Self::Anyone => true,
            }
    }
}

impl Context {
    /// Why the process at the other end of a socket may not connect, if it may not.
    pub(crate) fn refusal(&self, socket: &tokio::net::UnixStream) -> Option<String> {
        // Whose user is unknown is not let in, unless nobody asks.
        let peer = match socket.peer_cred() {
            Ok(credentials) => credentials.uid(),
            Err(_) if self.users == AllowedUsers::Anyone => return None,
            Err(error) => return Some(format!("its user is not known: {error}")),
        };
        let own = rustix::process::geteuid().as_raw();
        let refused = !self.users.admit(peer, own);
        refused.then(|| format!("user {peer} may not connect to user {own}"))
    }
}

#[cfg(test)]
mod tests {
    use super::AllowedUsers::{self, Anyone, Listed, Own};

    #[test]
    fn admits_by_user() {
        let admits = |users: &AllowedUsers, peer| users.admit(peer, 1000);
        for (users, others) in [
            (Own, [false, false]),
            (Listed(vec![7]), [true, false]),
            (Anyone, [true, true]),
        ] {
            assert!(admits(&users, 1000), "our own user");
            assert!(admits(&users, 0), "root");
            assert_eq!([7, 8].map(|peer| admits(&users, peer)), others, "{users:?}");
        }
    }

    #[test]
    fn only_our_own_user_can_open_the_file_by_default() {
        assert_eq!(AllowedUsers::default().mode(), 0o600);
    }
}
