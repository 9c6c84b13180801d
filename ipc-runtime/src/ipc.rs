//! The front door: connect, listen, spawn.

use std::ffi::OsString;
use std::path::Path;
use std::process::{ExitCode, ExitStatus};
use std::sync::Arc;
use std::time::Duration;

use crate::adapter::Serve;
use crate::builder::IpcBuilder;
use crate::child::ChildProcess;
use crate::connecting::Connecting;
use crate::context::Context;
use crate::exception::Exception;
use crate::interface::Interface;
use crate::listener::Listener;
use crate::object::Object;
use crate::process::Process;
use crate::protocol::{CapnpProtocol, Protocol};
use crate::proxy::Proxy;
use crate::stats::Stats;

/// Reaches objects in other processes, and lets other processes reach ours.
///
/// Cheap to clone. Dropping the last clone leaves proxies and listeners as they are.
///
/// Handlers and background work run on the tokio runtime that [`Ipc::new`] was called in (or that
/// [`IpcBuilder::runtime`] named), of any flavour, with its I/O and time drivers enabled. Sockets are
/// read there as well, so a proxy can be used from any other runtime or thread, but only while that
/// one is running.
#[derive(Clone, Debug)]
pub struct Ipc {
    protocol: Arc<CapnpProtocol>,
    process: Process,
}

impl Ipc {
    /// With the defaults of [`Ipc::builder`].
    ///
    /// # Errors
    ///
    /// Called outside of a tokio runtime, or the system gives no thread.
    pub fn new() -> Result<Self, Exception> {
        Self::builder().build()
    }

    pub(crate) fn over(protocol: Arc<CapnpProtocol>) -> Self {
        Self {
            protocol,
            process: Process,
        }
    }

    /// The knobs.
    pub fn builder() -> IpcBuilder {
        IpcBuilder::default()
    }

    /// Connects to a unix socket and makes a proxy of the peer's first object.
    ///
    /// `address` is `unix:PATH` (starting from the data directory unless absolute), or `unix` for
    /// the socket named after this program there; for addresses that may lead to nobody see
    /// [`Ipc::connect_address_if_any`]. If the interface has a `construct` method it is
    /// called, so that thread maps are exchanged.
    ///
    /// # Errors
    ///
    /// The address does not parse, nobody listens there, or a user does whose servers are not trusted
    /// ([`IpcBuilder::server_users`]); the peer closes the connection, sends what is not Cap'n Proto, refuses `construct`, or does not answer within the handshake timeout.
    pub fn connect_address<P: Proxy>(&self, address: &str) -> Connecting<P> {
        Connecting::new(Arc::clone(&self.protocol), self.process, address)
    }

    /// As [`Ipc::connect_address`], for programs that know the interface at run time only.
    #[doc(hidden)]
    pub async fn connect_object(
        &self,
        address: &str,
        interface: &'static Interface,
    ) -> Result<Object, Exception> {
        let socket = self.process.connect(address, self.context())?;
        let opened = self.protocol.open_object(socket, interface).await;
        opened.map_err(|exception| exception.context(address))
    }

    /// As [`Ipc::connect_address`], where there may be nobody to connect to; none then.
    ///
    /// That is so for the addresses of Bitcoin Core's `-ipcconnect` that say it:
    ///
    /// - `""` and `"0"`: never anybody.
    /// - `auto`: whoever listens at `unix`. Nobody does if there is no such socket (or directory), if
    ///   its server has gone, or if its path is too long for a socket. All else is an error: no
    ///   permission, for one, or a peer that does not speak the protocol.
    ///
    /// Of other addresses it is an error, as always, that nobody is there.
    ///
    /// # Errors
    ///
    /// As [`Ipc::connect_address`].
    pub async fn connect_address_if_any<P: Proxy>(
        &self,
        address: &str,
    ) -> Result<Option<P>, Exception> {
        match self.process.connect_if_any(address, self.context())? {
            Some(socket) => {
                let reached = self.protocol.connect(socket).await;
                (reached.map(Some)).map_err(|exception| exception.context(address))
            }
            None => Ok(None),
        }
    }

    /// Serves `implementation` on a unix socket, to every peer that connects, until the listener is
    /// dropped or closed.
    ///
    /// `address` is as for [`Ipc::connect_address`]. Missing directories are made, and a file that a
    /// dead process left is replaced. Only processes of the same user (and of root) may connect, and
    /// the socket's file has mode 0600, unless [`IpcBuilder::allowed_users`] says otherwise.
    ///
    /// # Errors
    ///
    /// The address does not parse, another process listens there, or the system refuses.
    pub async fn listen_address<P, T>(
        &self,
        address: &str,
        implementation: T,
    ) -> Result<Listener, Exception>
    where
        P: Proxy,
        Arc<T>: Serve<P>,
    {
        let socket = self.process.bind(address, self.context())?;
        self.protocol.listen(socket, implementation)
    }

    /// Starts a program from the directory of this one as a child, over an inherited socket, and
    /// makes a proxy of its first object.
    ///
    /// The child's arguments are `-ipcfd N`; see [`Ipc::start_spawned_process`]. Of this process's
    /// descriptors it has the standard streams and that socket. It ends when the last proxy of one of
    /// its objects is dropped, and is waited for in any case; cleanups of its connection run when it
    /// has ended.
    ///
    /// # Errors
    ///
    /// The program cannot be started, or does not become a peer (see [`Ipc::connect_address`]): then
    /// its socket is closed, it is killed unless it ends by that within the handshake timeout, and
    /// the message says how it ended. Dropping the future does the same to a child that is not a
    /// peer yet.
    pub async fn spawn_process<P: Proxy>(&self, program: impl AsRef<Path>) -> Result<P, Exception> {
        let (proxy, _child) = self.spawn_child(program).await?;
        Ok(proxy)
    }

    /// As [`Ipc::spawn_process`], for those who want to know the child's process id or how it ends.
    ///
    /// # Errors
    ///
    /// As [`Ipc::spawn_process`].
    pub async fn spawn_child<P: Proxy>(
        &self,
        program: impl AsRef<Path>,
    ) -> Result<(P, ChildProcess), Exception> {
        let program = program.as_ref();
        let argv0 = std::env::args_os().next().unwrap_or_default();
        let (child, socket) = self.process.spawn(program, argv0)?;
        let mut fledgling = Fledgling {
            child: Some(child.clone()),
            context: self.context(),
        };
        let name = program.display().to_string();
        let waited = child.clone();
        let opened = self
            .protocol
            .open(socket, move |connection| {
                connection.add_cleanup(move || match waited.wait() {
                    Ok(status) => tracing::info!(program = name, %status, "child ended"),
                    Err(exception) => tracing::warn!(program = name, %exception, "child lost"),
                });
            })
            .await;
        match opened {
            Ok(proxy) => {
                fledgling.child = None;
                Ok((proxy, child))
            }
            Err(exception) => {
                let remark = match fledgling.end().await {
                    Ok(status) => format!("the program has ended ({status})"),
                    Err(lost) => lost.to_string(),
                };
                Err(exception.context(program.display()).remark(remark))
            }
        }
    }

    /// If this process was started by [`Ipc::spawn_process`] (its arguments are exactly
    /// `-ipcfd N`): serves `implementation` to the parent until the parent is done, and returns the
    /// exit code for `main`. Otherwise returns `None` at once.
    ///
    /// Call it first thing in `main`. While it serves, SIGINT is left to the parent: Ctrl-C in a
    /// terminal reaches both processes, and the parent decides.
    ///
    /// # Errors
    ///
    /// The descriptor's number is no number or not of an open socket.
    pub async fn start_spawned_process<P, T>(
        &self,
        args: impl IntoIterator<Item = OsString>,
        implementation: T,
    ) -> Result<Option<ExitCode>, Exception>
    where
        P: Proxy,
        Arc<T>: Serve<P>,
    {
        let Some(socket) = self.process.check_spawned(args)? else {
            return Ok(None);
        };
        let mut interrupts =
            tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())?;
        let exe = self.context().exe_name();
        let serving = self.protocol.serve(socket, implementation);
        tokio::pin!(serving);
        loop {
            tokio::select! {
                served = &mut serving => return served.map(|()| Some(ExitCode::SUCCESS)),
                _ = interrupts.recv() => {
                    eprintln!("[{exe}] SIGINT received, waiting for the parent to shut down.");
                }
            }
        }
    }

    /// Closes every connection that peers opened to our listeners, and returns at once. The
    /// connection to a parent process stays, and so do the listeners.
    pub fn disconnect_incoming(&self) {
        self.protocol.disconnect_incoming();
    }

    /// Ends everything that this Ipc has: listeners stop accepting, and each connection is closed when the
    /// calls of its peer that run now have been answered, at the latest when `patience` is over. Returns how
    /// many calls were cut off then; see [`Listener::shutdown`].
    ///
    /// That includes the connections that we opened (our own calls on them fail as disconnected, and children
    /// end), and the one to a parent process. For all but that one, use [`Listener::shutdown`].
    pub async fn shutdown(&self, patience: Duration) -> usize {
        self.protocol.shutdown(patience).await
    }

    /// Runs `cleanup` when the connection of `proxy` has ended, after those that were added before;
    /// at once if it has ended already or `proxy` is local. It runs on a thread where it may block. One that
    /// panics does not keep the others from running.
    pub fn add_cleanup<P: Proxy>(&self, proxy: &P, cleanup: impl FnOnce() + Send + 'static) {
        self.protocol.add_cleanup(proxy, cleanup);
    }

    /// Whether the connection of `proxy` is there, as far as is known here: no call has found it lost yet. Of local
    /// objects it always is. With [`EngineKind::CapnpRpc`](crate::EngineKind::CapnpRpc) calls may fail a moment before
    /// this says so.
    pub fn is_connected<P: Proxy>(&self, proxy: &P) -> bool {
        (proxy.object().remote()).is_none_or(|remote| remote.connection().is_usable())
    }

    /// Waits until the connection of `proxy` has ended; without end if `proxy` is local. It keeps no connection open.
    pub fn disconnected<P: Proxy>(&self, proxy: &P) -> impl Future<Output = ()> + Send + use<P> {
        let connection = (proxy.object().remote()).map(|remote| Arc::clone(remote.connection()));
        async move {
            match connection {
                Some(connection) => connection.ended().await,
                None => std::future::pending().await,
            }
        }
    }

    /// How many connections, calls and objects are alive: what a program that leaks, or is made to,
    /// has more and more of.
    pub fn stats(&self) -> Stats {
        self.protocol.stats()
    }

    /// The settings that all connections share.
    pub fn context(&self) -> &Context {
        self.protocol.context()
    }

    /// The protocol below, for sockets that come from elsewhere.
    pub fn protocol(&self) -> &CapnpProtocol {
        &self.protocol
    }
}

/// A child that is not a peer yet. Dropping it ends the child.
struct Fledgling<'a> {
    child: Option<ChildProcess>,
    context: &'a Context,
}

impl Fledgling<'_> {
    /// Waits for the end of the child, whose socket was closed, and kills it when that takes too long.
    async fn end(&mut self) -> Result<ExitStatus, Exception> {
        match &self.child {
            Some(child) => {
                let ended = end(child.clone(), self.context.handshake_timeout).await;
                self.child = None;
                ended
            }
            None => Err(Exception::failed("the program has ended")),
        }
    }
}

impl Drop for Fledgling<'_> {
    fn drop(&mut self) {
        if let Some(child) = self.child.take() {
            let ending = end(child, self.context.handshake_timeout);
            self.context.runtime.spawn(ending);
        }
    }
}

async fn end(child: ChildProcess, patience: Duration) -> Result<ExitStatus, Exception> {
    if tokio::time::timeout(patience, child.exited())
        .await
        .is_err()
    {
        child.kill()?;
    }
    child.exited().await
}
