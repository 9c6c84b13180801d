//! What all connections of one [`Ipc`](crate::Ipc) share.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::runtime::Handle;

use crate::engine::EngineKind;
use crate::metrics::Sink;
use crate::server_users::ServerUsers;
use crate::threads::Threads;
use crate::users::AllowedUsers;

/// The settings that every connection of an [`Ipc`](crate::Ipc) goes by.
#[derive(Clone, Debug)]
pub struct Context {
    pub(crate) runtime: Handle,
    pub(crate) exe_name: String,
    pub(crate) data_dir: PathBuf,
    /// Names our threads to peers: `exe-pid`.
    pub(crate) label: String,
    pub(crate) handshake_timeout: Duration,
    pub(crate) peer_threads: usize,
    /// How many threads one peer may have made here.
    pub(crate) own_threads: usize,
    pub(crate) threads: Threads,
    pub(crate) stream_window: usize,
    pub(crate) limits: Limits,
    /// How many words a message may have, in either direction.
    pub(crate) message_words: usize,
    /// How many objects of one side the other one may refer to.
    pub(crate) objects: usize,
    /// How many connections of one listener may be open.
    pub(crate) connections: usize,
    /// How many peers may wait to be accepted.
    pub(crate) backlog: u32,
    pub(crate) users: AllowedUsers,
    pub(crate) servers: ServerUsers,
    pub(crate) metrics: Sink,
    pub(crate) engine: EngineKind,
}

/// What one peer can make us hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Unanswered calls of the peer.
    pub(crate) calls_in_flight: usize,
    /// Bytes of calls of the peer, beyond which further ones are refused.
    pub(crate) bytes_in_flight: usize,
    /// Bytes queued for the peer, beyond which the connection ends.
    pub(crate) unread_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            calls_in_flight: 1 << 16,
            bytes_in_flight: 256 << 20,
            unread_bytes: 256 << 20,
        }
    }
}

impl Context {
    /// The name of this program; the socket of the address `unix:` is called after it.
    pub fn exe_name(&self) -> &str {
        &self.exe_name
    }

    /// The directory that relative socket paths start from.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// The tokio runtime that handlers and background work run on.
    pub fn runtime(&self) -> &Handle {
        &self.runtime
    }
}
