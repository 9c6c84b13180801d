//! The RPC protocol on sockets that are already there.

use std::fmt;
use std::future::Future;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use crate::adapter::{LocalObject, Serve};
use crate::capability::Target;
use crate::connection::{Connection, Side};
use crate::context::Context;
use crate::credentials::Credentials;
use crate::engine::capnp_rpc::CapnpRpc;
use crate::engine::native::Native;
use crate::engine::{Engine, EngineKind, RemoteObject};
use crate::exception::Exception;
use crate::incoming::Incoming;
use crate::interface::Interface;
use crate::listener::Listener;
use crate::object::Object;
use crate::proxy::Proxy;
use crate::shutdown::shut_down;
use crate::socket::BoundSocket;
use crate::stats::{Connections, Stats};

/// A way to reach objects over a socket, as Bitcoin Core's `ipc::Protocol`.
pub trait Protocol {
    /// Makes a proxy of the first object of the peer at the other end of `socket`.
    ///
    /// The connection lasts until the last proxy of an object that came over it is dropped.
    ///
    /// # Errors
    ///
    /// The peer closes the connection, does not speak the protocol, refuses `construct`, or does
    /// not answer in time.
    fn connect<P: Proxy>(
        &self,
        socket: UnixStream,
    ) -> impl Future<Output = Result<P, Exception>> + Send;

    /// Serves `implementation` on one socket; the future is ready when the connection has ended.
    ///
    /// Serving begins at once, and goes on if the future is dropped.
    ///
    /// # Errors
    ///
    /// `implementation` stands for an object of another process.
    fn serve<P, T>(
        &self,
        socket: UnixStream,
        implementation: T,
    ) -> impl Future<Output = Result<(), Exception>> + Send
    where
        P: Proxy,
        Arc<T>: Serve<P>;

    /// Serves `implementation` to every peer that connects to a listening socket, until the listener
    /// is dropped or closed.
    ///
    /// # Errors
    ///
    /// `implementation` stands for an object of another process, or the runtime refuses the socket.
    fn listen<P, T>(&self, socket: BoundSocket, implementation: T) -> Result<Listener, Exception>
    where
        P: Proxy,
        Arc<T>: Serve<P>;

    /// Closes every connection that a listener accepted, and returns at once. Listeners go on.
    fn disconnect_incoming(&self);

    /// Runs `cleanup` when the connection of `proxy` has ended; at once if it has, or if `proxy` is
    /// local. Cleanups run in the order of adding, on a thread where they may block. One that panics
    /// does not keep the others from running.
    fn add_cleanup<P: Proxy>(&self, proxy: &P, cleanup: impl FnOnce() + Send + 'static);

    /// The settings that connections go by.
    fn context(&self) -> &Context;
}

/// [`Protocol`] by Cap'n Proto RPC, compatible with libmultiprocess.
pub struct CapnpProtocol {
    context: Arc<Context>,
    engine: Arc<dyn Engine>,
    incoming: Mutex<Vec<Weak<Incoming>>>,
    connections: Arc<Connections>,
}

impl CapnpProtocol {
    pub(crate) fn new(context: Context) -> Result<Self, Exception> {
        Ok(Self {
            engine: match context.engine {
                EngineKind::Native => Arc::new(Native),
                EngineKind::CapnpRpc => Arc::new(CapnpRpc::start()?),
            },
            context: Arc::new(context),
            incoming: Mutex::default(),
            connections: Arc::default(),
        })
    }

    /// What is alive over all connections.
    pub(crate) fn stats(&self) -> Stats {
        self.connections.stats()
    }

    /// Ends everything; see [`Ipc::shutdown`](crate::Ipc::shutdown).
    pub(crate) async fn shutdown(&self, patience: Duration) -> usize {
        for incoming in self.incoming() {
            incoming.stop_accepting();
        }
        shut_down(self.connections.all(), patience).await
    }

    fn incoming(&self) -> Vec<Arc<Incoming>> {
        let incoming = self.incoming.lock().unwrap_or_else(PoisonError::into_inner);
        incoming.iter().filter_map(Weak::upgrade).collect()
    }

    /// Opens a connection and calls `prepare` before the handshake.
    pub(crate) async fn open<P: Proxy>(
        &self,
        socket: UnixStream,
        prepare: impl FnOnce(&Connection),
    ) -> Result<P, Exception> {
        let (connection, first) = self.start(socket);
        prepare(&connection);
        connection.bootstrap(first).await
    }

    /// As [`CapnpProtocol::open`], without a proxy.
    pub(crate) async fn open_object(
        &self,
        socket: UnixStream,
        interface: &'static Interface,
    ) -> Result<Object, Exception> {
        let (connection, first) = self.start(socket);
        connection.bootstrap_object(first, interface).await
    }

    /// Opens a connection, and leaves the handshake to a task.
    pub(crate) fn open_now<P: Proxy>(&self, socket: UnixStream) -> P {
        let (connection, first) = self.start(socket);
        connection.bootstrap_now(first)
    }

    fn start(&self, socket: UnixStream) -> (Arc<Connection>, Arc<dyn RemoteObject>) {
        let credentials = Credentials::of(&socket);
        let connection = Connection::new(Arc::clone(&self.context), Side::Client, credentials);
        self.connections.add(&connection);
        let (link, first) = self.engine.connect(socket, &connection);
        connection.attach(link);
        (connection, first)
    }
}

impl Protocol for CapnpProtocol {
    async fn connect<P: Proxy>(&self, socket: UnixStream) -> Result<P, Exception> {
        self.open(socket, |_| ()).await
    }

    fn serve<P, T>(
        &self,
        socket: UnixStream,
        implementation: T,
    ) -> impl Future<Output = Result<(), Exception>> + Send
    where
        P: Proxy,
        Arc<T>: Serve<P>,
    {
        let connection = local(implementation).map(|object| {
            let connection = serve(&*self.engine, &self.context, socket, &object);
            self.connections.add(&connection);
            connection
        });
        async move {
            connection?.ended().await;
            Ok(())
        }
    }

    fn listen<P, T>(&self, socket: BoundSocket, implementation: T) -> Result<Listener, Exception>
    where
        P: Proxy,
        Arc<T>: Serve<P>,
    {
        let object = local(implementation)?;
        let incoming = Arc::new(Incoming::default());
        {
            let mut all = self.incoming.lock().unwrap_or_else(PoisonError::into_inner);
            all.retain(|incoming| incoming.strong_count() > 0);
            all.push(Arc::downgrade(&incoming));
        }
        let engine = Arc::clone(&self.engine);
        let context = Arc::clone(&self.context);
        let accepted = Arc::clone(&incoming);
        let connections = Arc::clone(&self.connections);
        Listener::start(
            socket,
            incoming,
            Arc::clone(&self.context),
            move |stream, permit| {
                // A peer that destroys it does so for itself.
                let connection = serve(&*engine, &context, stream, &object.share());
                connections.add(&connection);
                accepted.add(connection, permit);
            },
        )
    }

    fn disconnect_incoming(&self) {
        for incoming in self.incoming() {
            incoming.close();
        }
    }

    fn add_cleanup<P: Proxy>(&self, proxy: &P, cleanup: impl FnOnce() + Send + 'static) {
        match proxy.object().remote() {
            Some(remote) => remote.connection().add_cleanup(cleanup),
            None => cleanup(),
        }
    }

    fn context(&self) -> &Context {
        &self.context
    }
}

/// Serves `object` on one socket.
fn serve(
    engine: &dyn Engine,
    context: &Arc<Context>,
    socket: UnixStream,
    object: &Arc<LocalObject>,
) -> Arc<Connection> {
    let credentials = Credentials::of(&socket);
    let connection = Connection::new(Arc::clone(context), Side::Server, credentials);
    let link = engine.serve(socket, Arc::clone(object), &connection);
    connection.attach(link);
    connection
}

/// The object behind a new local proxy.
fn local<P, T>(implementation: T) -> Result<Arc<LocalObject>, Exception>
where
    P: Proxy,
    Arc<T>: Serve<P>,
{
    match Arc::new(implementation).serve().object().capability().0 {
        Target::Local(object) => Ok(object),
        Target::Remote(_) | Target::Later(_) => Err(Exception::failed(
            "only an object of this process can be served",
        )),
    }
}

impl fmt::Debug for CapnpProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CapnpProtocol")
            .field("engine", &self.engine)
            .finish_non_exhaustive()
    }
}
