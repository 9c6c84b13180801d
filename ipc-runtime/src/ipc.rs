//! The front door: connect, listen, spawn.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use crate::adapter::Serve;
use crate::context::{Context, Limits};
use crate::engine::EngineKind;
use crate::exception::Exception;
use crate::listener::Listener;
use crate::object::Proxy;
use crate::process::Process;
use crate::protocol::{CapnpProtocol, Protocol};
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

    /// The knobs.
    pub fn builder() -> IpcBuilder {
        IpcBuilder::default()
    }

    /// Connects to a unix socket and makes a proxy of the peer's first object.
    ///
    /// `address` is `unix:PATH` (starting from the data directory unless absolute), or `unix` for
    /// the socket named after this program there. If the interface has a `construct` method it is
    /// called, so that thread maps are exchanged.
    ///
    /// # Errors
    ///
    /// The address does not parse, nobody listens there, the peer closes the connection, sends what
    /// is not Cap'n Proto, refuses `construct`, or does not answer within the handshake timeout.
    pub async fn connect_address<P: Proxy>(&self, address: &str) -> Result<P, Exception> {
        let socket = self.process.connect(address, self.context())?;
        self.protocol
            .connect(socket)
            .await
            .map_err(|exception| exception.context(address))
    }

    /// Serves `implementation` on a unix socket, to every peer that connects, until the listener is
    /// dropped or closed.
    ///
    /// `address` is as for [`Ipc::connect_address`]. The socket's file has mode 0600, missing
    /// directories are made, and a file that a dead process left is replaced.
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
    /// The child's arguments are `-ipcfd N`; see [`Ipc::start_spawned_process`]. It ends when the
    /// last proxy of one of its objects is dropped, and is waited for then.
    ///
    /// # Errors
    ///
    /// The program cannot be started, or does not become a peer (see [`Ipc::connect_address`]).
    pub async fn spawn_process<P: Proxy>(&self, program: impl AsRef<Path>) -> Result<P, Exception> {
        let program = program.as_ref();
        let argv0 = std::env::args_os().next().unwrap_or_default();
        let (child, socket) = self.process.spawn(program, argv0)?;
        let process = self.process;
        let name = program.display().to_string();
        self.protocol
            .open(socket, move |connection| {
                connection.add_cleanup(move || match process.wait_spawned(child) {
                    Ok(status) => tracing::info!(program = name, %status, "child ended"),
                    Err(exception) => tracing::warn!(program = name, %exception, "child lost"),
                });
            })
            .await
            .map_err(|exception| exception.context(program.display()))
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

    /// Runs `cleanup` when the connection of `proxy` has ended, after those that were added before;
    /// at once if it has ended already or `proxy` is local.
    pub fn add_cleanup<P: Proxy>(&self, proxy: &P, cleanup: impl FnOnce() + Send + 'static) {
        self.protocol.add_cleanup(proxy, cleanup);
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

/// Settings of an [`Ipc`].
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct IpcBuilder {
    runtime: Option<Handle>,
    exe_name: Option<String>,
    data_dir: PathBuf,
    handshake_timeout: Duration,
    peer_threads: usize,
    stream_window: usize,
    limits: Limits,
    engine: EngineKind,
}

impl Default for IpcBuilder {
    fn default() -> Self {
        Self {
            runtime: None,
            exe_name: None,
            data_dir: PathBuf::new(),
            handshake_timeout: Duration::from_secs(10),
            peer_threads: 64,
            stream_window: 64 << 10,
            limits: Limits::default(),
            engine: EngineKind::default(),
        }
    }
}

impl IpcBuilder {
    /// The tokio runtime for handlers and background work. Default: the current one.
    pub fn runtime(mut self, runtime: Handle) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// The name of this program. Default: the last part of its first argument.
    pub fn exe_name(mut self, name: impl Into<String>) -> Self {
        self.exe_name = Some(name.into());
        self
    }

    /// Where relative socket paths start. Default: the working directory.
    pub fn data_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.data_dir = directory.into();
        self
    }

    /// How long a peer may take to answer when a connection is made. Default: 10 seconds.
    pub fn handshake_timeout(mut self, limit: Duration) -> Self {
        self.handshake_timeout = limit;
        self
    }

    /// How many threads of one peer may be in use at a time; further calls wait. Default: 64.
    pub fn peer_threads(mut self, limit: usize) -> Self {
        self.peer_threads = limit.max(1);
        self
    }

    /// How many calls of one peer may be unanswered at a time; further ones are refused with
    /// [`ExceptionKind::Overloaded`](crate::ExceptionKind::Overloaded). A peer that goes on, without so much
    /// as taking note of the refusals, is disconnected. Default: 65,536.
    ///
    /// [`EngineKind::CapnpRpc`] takes any number.
    pub fn calls_in_flight(mut self, limit: usize) -> Self {
        self.limits.calls_in_flight = limit.max(1);
        self
    }

    /// How many bytes the calls of one peer may hold at a time: their parameters until they are answered, and
    /// then results with objects in them until the peer is done with those. While it is more, further calls
    /// are refused with [`ExceptionKind::Overloaded`](crate::ExceptionKind::Overloaded). So one message, which
    /// has at most 64 MiB, is always taken. Default: 256 MiB.
    ///
    /// [`EngineKind::CapnpRpc`] takes any number.
    pub fn bytes_in_flight(mut self, limit: usize) -> Self {
        self.limits.bytes_in_flight = limit;
        self
    }

    /// How many bytes may wait for a peer to read them. A message beyond that ends the connection: calls over
    /// it fail with [`ExceptionKind::Disconnected`](crate::ExceptionKind::Disconnected). Default: 256 MiB.
    ///
    /// Only what cannot be held back comes that far. When half of it waits, or 4 MiB, calls wait before they
    /// are sent, and calls of the peer before their handlers begin.
    ///
    /// [`EngineKind::CapnpRpc`] queues any number.
    pub fn unread_bytes(mut self, limit: usize) -> Self {
        self.limits.unread_bytes = limit;
        self
    }

    /// How many bytes of streaming calls (`-> stream` in the schema) may be under way to one object, through one
    /// proxy and its clones, before further ones wait; see [`Call`](crate::Call). One call more is always let
    /// go, however large. Default: 64 KiB.
    pub fn stream_window(mut self, bytes: usize) -> Self {
        self.stream_window = bytes;
        self
    }

    /// What speaks the RPC protocol. Default: [`EngineKind::Native`].
    pub fn engine(mut self, engine: EngineKind) -> Self {
        self.engine = engine;
        self
    }

    /// Makes the [`Ipc`].
    ///
    /// # Errors
    ///
    /// No runtime was named and there is no current one, or the system gives no thread.
    pub fn build(self) -> Result<Ipc, Exception> {
        let runtime = match self.runtime {
            Some(runtime) => runtime,
            None => Handle::try_current().map_err(|_| {
                Exception::failed(
                    "there is no tokio runtime here: make the Ipc inside of one, or give \
                     Ipc::builder() a runtime handle",
                )
            })?,
        };
        let exe_name = self.exe_name.unwrap_or_else(exe_name);
        let context = Context {
            runtime,
            label: format!("{exe_name}-{}", std::process::id()),
            exe_name,
            data_dir: self.data_dir,
            handshake_timeout: self.handshake_timeout,
            peer_threads: self.peer_threads,
            stream_window: self.stream_window,
            limits: self.limits,
        };
        Ok(Ipc {
            protocol: Arc::new(CapnpProtocol::new(context, self.engine)?),
            process: Process,
        })
    }
}

fn exe_name() -> String {
    std::env::args_os()
        .next()
        .and_then(|argv0| {
            Some(
                Path::new(&argv0)
                    .file_name()?
                    .to_string_lossy()
                    .into_owned(),
            )
        })
        .unwrap_or_else(|| "ipc".to_owned())
}
