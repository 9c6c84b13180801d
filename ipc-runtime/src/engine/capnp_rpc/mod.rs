//! The engine over the `capnp-rpc` crate.
//!
//! `capnp-rpc` is bound to one thread, so it gets one: [`thread`] runs it and takes jobs from every
//! other thread. [`vat`] is what lives there: the tables that turn capabilities into `capnp-rpc`'s
//! hooks and back. [`import`] is an object of the peer as the rest of the crate holds it, [`export`]
//! an object of ours as `capnp-rpc` calls it.

mod errors;
mod export;
mod held;
mod import;
mod thread;
mod vat;

use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use self::import::Import;
use self::thread::RpcThread;
use self::vat::Role;
use super::{Engine, Link, RemoteObject};
use crate::adapter::LocalObject;
use crate::connection::Connection;
use crate::exception::Exception;
use crate::stats::Stats;

/// The engine: a thread that runs `capnp-rpc` for any number of connections.
#[derive(Debug)]
pub(crate) struct CapnpRpc {
    thread: Arc<RpcThread>,
}

impl CapnpRpc {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// The operating system gives no thread or no event queue.
    pub(crate) fn start() -> Result<Self, Exception> {
        Ok(Self {
            thread: RpcThread::start()?,
        })
    }

    fn open(&self, socket: UnixStream, role: Role, connection: &Arc<Connection>) -> Arc<dyn Link> {
        let (close, closing) = oneshot::channel();
        let peer = Arc::clone(connection);
        self.thread
            .submit(move |vat| vat.open(socket, role, peer, closing));
        Arc::new(Socket {
            close: Mutex::new(Some(close)),
            _thread: Arc::clone(&self.thread),
        })
    }
}

impl Engine for CapnpRpc {
    fn connect(
        &self,
        socket: UnixStream,
        connection: &Arc<Connection>,
    ) -> (Arc<dyn Link>, Arc<dyn RemoteObject>) {
        let first = Import::new(&self.thread, connection);
        let link = self.open(socket, Role::Client(first.key()), connection);
        (link, Arc::new(first))
    }

    fn serve(
        &self,
        socket: UnixStream,
        bootstrap: Arc<LocalObject>,
        connection: &Arc<Connection>,
    ) -> Arc<dyn Link> {
        self.open(socket, Role::Server(bootstrap), connection)
    }
}

/// One socket. It keeps the thread running, and so do all who hold its connection.
#[derive(Debug)]
struct Socket {
    close: Mutex<Option<oneshot::Sender<()>>>,
    _thread: Arc<RpcThread>,
}

impl Link for Socket {
    fn close(&self) {
        let close = self
            .close
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(close) = close {
            // Nobody listens once the connection has ended by itself.
            let _ = close.send(());
        }
    }

    fn stats(&self) -> Stats {
        Stats::default()
    }
}
