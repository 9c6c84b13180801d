//! A server that runs.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ipc_runtime::BoundSocket;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::accept::accept_all;
use super::answer::Answering;
use super::builder::ServerBuilder;
use super::limits::Limits;
use super::listener::Listener;
use crate::address::Address;
use crate::auth::{Auth, CookieFile};
use crate::handler::Handler;
use crate::session::Sessions;

/// An HTTP server, which serves until it is dropped or shut down.
#[must_use = "dropping the server stops serving"]
pub struct Server {
    addresses: Vec<Address>,
    /// The files of unix sockets.
    files: Vec<BoundSocket>,
    _cookies: Vec<CookieFile>,
    stopping: watch::Sender<bool>,
    /// A task for each listener, which ends with its connections.
    listeners: JoinSet<()>,
    room: Arc<Semaphore>,
    connections: usize,
}

/// What the tasks of one server share.
pub(super) struct Shared<H> {
    pub(super) answering: Answering<H>,
    pub(super) limits: Limits,
    pub(super) sessions: Arc<Sessions>,
    /// A permit for each connection that there may be.
    pub(super) room: Arc<Semaphore>,
    stopping: watch::Receiver<bool>,
}

impl<H> Shared<H> {
    /// Waits until the server stops.
    pub(super) async fn stopped(&self) {
        let mut stopping = self.stopping.clone();
        // An error is that the server has been dropped.
        let _ = stopping.wait_for(|stopping| *stopping).await;
    }
}

impl Server {
    /// The settings of a server.
    pub fn builder() -> ServerBuilder {
        ServerBuilder::new()
    }

    pub(super) fn start<H: Handler>(
        sockets: Vec<(Listener, Option<BoundSocket>)>,
        mut auth: Option<Auth>,
        limits: Limits,
        handler: Arc<H>,
    ) -> Self {
        let cookies = auth.as_mut().map(Auth::take_cookies).unwrap_or_default();
        let (stopping, stopped) = watch::channel(false);
        let connections = limits.connections.min(Semaphore::MAX_PERMITS);
        let room = Arc::new(Semaphore::new(connections));
        let shared = Arc::new(Shared {
            answering: Answering::new(handler, auth, &limits),
            limits,
            sessions: Arc::default(),
            room: Arc::clone(&room),
            stopping: stopped,
        });
        let (mut addresses, mut files) = (Vec::new(), Vec::new());
        let mut listeners = JoinSet::new();
        for (socket, file) in sockets {
            addresses.push(socket.address());
            files.extend(file);
            listeners.spawn(accept_all(socket, Arc::clone(&shared)));
        }
        Self {
            addresses,
            files,
            _cookies: cookies,
            stopping,
            listeners,
            room,
            connections,
        }
    }

    /// Where it listens, in the order in which it was told, with full paths and the ports that the system chose.
    pub fn addresses(&self) -> &[Address] {
        &self.addresses
    }

    /// Stops accepting, closes the connections that are idle, and each other one when its request has been answered, at
    /// the latest when `patience` is over. Returns how many connections were cut off then.
    ///
    /// Dropping the future cuts all connections off.
    pub async fn shutdown(mut self, patience: Duration) -> usize {
        self.stopping.send_replace(true);
        self.files.clear();
        let ended = async { while self.listeners.join_next().await.is_some() {} };
        if tokio::time::timeout(patience, ended).await.is_ok() {
            return 0;
        }
        let cut_off = self.connections - self.room.available_permits();
        self.listeners.shutdown().await;
        cut_off
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("addresses", &self.addresses)
            .finish_non_exhaustive()
    }
}
