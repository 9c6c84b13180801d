//! The settings of a server.

use std::sync::Arc;
use std::time::Duration;

use super::limits::Limits;
use super::listener::{Listener, Rules};
use super::server::Server;
use crate::address::Address;
use crate::auth::Auth;
use crate::error::Error;
use crate::handler::Handler;

/// Says where a [`Server`] listens, whom it lets in, and how much of it they may use.
#[derive(Debug)]
#[must_use = "a builder does nothing until it starts the server"]
pub struct ServerBuilder {
    addresses: Vec<String>,
    auth: Option<Auth>,
    allow_remote: bool,
    socket_mode: u32,
    limits: Limits,
}

impl ServerBuilder {
    pub(super) fn new() -> Self {
        Self {
            addresses: Vec::new(),
            auth: None,
            allow_remote: false,
            socket_mode: 0o600,
            limits: Limits::default(),
        }
    }

    /// Listens there too: `IP:PORT` or `unix:PATH`, as an [`Address`] is written.
    pub fn listen(mut self, address: impl ToString) -> Self {
        self.addresses.push(address.to_string());
        self
    }

    /// Whose requests are answered. Default: everybody's, which is for unix sockets alone, whose files say who may
    /// connect.
    pub fn auth(mut self, auth: Auth) -> Self {
        self.auth = Some(auth);
        self
    }

    /// Whether to listen on addresses that other machines can reach. HTTP hides nothing from who is on the way.
    /// Default: no.
    pub fn allow_remote(mut self, allow: bool) -> Self {
        self.allow_remote = allow;
        self
    }

    /// The mode of the files of unix sockets. Default: `0o600`, which lets the same user connect, and root.
    pub fn socket_mode(mut self, mode: u32) -> Self {
        self.socket_mode = mode;
        self
    }

    /// How many connections there may be at a time, of all sockets together. Further clients wait. Default: 128.
    pub fn connections(mut self, count: usize) -> Self {
        self.limits.connections = count;
        self
    }

    /// How many objects a client may hold on one connection, or in one session: see [`module`](crate::module). Default: 10,000.
    pub fn objects(mut self, count: usize) -> Self {
        self.limits.objects = count;
        self
    }

    /// How many bytes the body of a request may have. Default: 32 MiB.
    pub fn body_size(mut self, bytes: usize) -> Self {
        self.limits.body_size = bytes;
        self
    }

    /// How long a client may take for the head of a request, from the begin of the connection or from the end of the
    /// request before: so it is how long a connection may be idle, too. While a client holds objects, which could end
    /// with its connection, it may be idle for as long as it wants. Default: 30 seconds.
    pub fn head_timeout(mut self, limit: Duration) -> Self {
        self.limits.head_timeout = limit;
        self
    }

    /// How long a client may take for the body of a request. Default: 30 seconds.
    pub fn body_timeout(mut self, limit: Duration) -> Self {
        self.limits.body_timeout = limit;
        self
    }

    /// How long a client may go without reading any of the answer that it has asked for. Default: 30 seconds.
    pub fn write_timeout(mut self, limit: Duration) -> Self {
        self.limits.write_timeout = limit;
        self
    }

    /// Listens on all addresses, and serves on the current tokio runtime until the server is dropped or shut down.
    ///
    /// # Errors
    ///
    /// There is no address, one is none, or one may not be listened on; the system refuses, or another process
    /// listens there. Nothing is listened on then.
    pub async fn start(self, handler: impl Handler) -> Result<Server, Error> {
        if self.addresses.is_empty() {
            return Err(Error::Nowhere);
        }
        let rules = Rules {
            allow_remote: self.allow_remote,
            authenticated: self.auth.is_some(),
            socket_mode: self.socket_mode,
        };
        let mut listeners = Vec::new();
        for address in &self.addresses {
            let address: Address = address.parse()?;
            listeners.push(Listener::bind(address, &rules).await?);
        }
        Ok(Server::start(
            listeners,
            self.auth,
            self.limits,
            Arc::new(handler),
        ))
    }
}
