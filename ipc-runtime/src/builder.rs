//! The settings of an [`Ipc`].

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use crate::context::{Context, Limits};
use crate::engine::EngineKind;
use crate::exception::Exception;
use crate::ipc::Ipc;
use crate::metrics::{Metrics, Sink};
use crate::protocol::CapnpProtocol;
use crate::server_users::ServerUsers;
use crate::threads::Threads;
use crate::users::AllowedUsers;

/// Settings of an [`Ipc`].
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct IpcBuilder {
    runtime: Option<Handle>,
    exe_name: Option<String>,
    data_dir: PathBuf,
    handshake_timeout: Duration,
    peer_threads: usize,
    own_threads: usize,
    threads: Threads,
    stream_window: usize,
    limits: Limits,
    message_words: usize,
    objects: usize,
    connections: usize,
    backlog: u32,
    users: AllowedUsers,
    servers: ServerUsers,
    metrics: Sink,
    engine: EngineKind,
}

/// Room for the protocol's own messages, in words.
const MIN_WORDS: usize = 128;

impl Default for IpcBuilder {
    fn default() -> Self {
        Self {
            runtime: None,
            exe_name: None,
            data_dir: PathBuf::new(),
            handshake_timeout: Duration::from_secs(10),
            peer_threads: 64,
            own_threads: 1024,
            threads: Threads::default(),
            stream_window: 64 << 10,
            limits: Limits::default(),
            message_words: 8 << 20,
            objects: 1 << 16,
            connections: 512,
            backlog: 128,
            users: AllowedUsers::default(),
            servers: ServerUsers::default(),
            metrics: Sink::default(),
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

    /// How long a peer may take to answer when we connect to it, and until its first message is there in full
    /// when it connects to a listener: one that stalls before gives its place to others. A call that names its
    /// thread by a promise fails when that is not known within this time. Default: 10 seconds.
    pub fn handshake_timeout(mut self, limit: Duration) -> Self {
        self.handshake_timeout = limit;
        self
    }

    /// How many threads of one peer may be in use at a time; further calls wait. Default: 64.
    ///
    /// A call uses its thread until it was polled after the answer came, or dropped: do not await other calls while
    /// so many that have begun are left unpolled.
    pub fn peer_threads(mut self, limit: usize) -> Self {
        self.peer_threads = limit.max(1);
        self
    }

    /// How many threads one peer may have made here, those of its pool included; more are refused with
    /// [`ExceptionKind::Overloaded`](crate::ExceptionKind::Overloaded). Default: 1,024.
    pub fn own_threads(mut self, limit: usize) -> Self {
        self.own_threads = limit;
        self
    }

    /// What runs those threads. Default: [`Threads::Tasks`].
    pub fn threads(mut self, threads: Threads) -> Self {
        self.threads = threads;
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

    /// How many bytes a message may have, in either direction: parameters or results with what the protocol
    /// adds, rounded up to 8. Default: 64 MiB, which is all that C++ peers read unless they are told otherwise.
    ///
    /// A call whose parameters or results are larger fails with a message that says so, and the connection goes
    /// on. A peer that sends more is disconnected. The limit is also how much of a message is looked at, so that
    /// a small one cannot pretend to be large by referring to one place many times.
    pub fn message_size(mut self, limit: usize) -> Self {
        self.message_words = limit.div_ceil(8).max(MIN_WORDS);
        self
    }

    /// How many objects of one side of a connection the other may refer to, in each direction. Default: 65,536.
    ///
    /// A call that would pass or return one more of ours fails with [`ExceptionKind::Overloaded`]. One more of a
    /// peer's is released at once, and who calls the proxy that stands for it is told so.
    ///
    /// [`ExceptionKind::Overloaded`]: crate::ExceptionKind::Overloaded
    pub fn objects(mut self, limit: usize) -> Self {
        self.objects = limit.max(1);
        self
    }

    /// How many connections of one listener may be open at a time. Further peers are not refused: they
    /// wait, connected and without an answer, until one of the others leaves. Default: 512, which
    /// leaves half of the descriptors that a process usually has.
    pub fn connections(mut self, limit: usize) -> Self {
        self.connections = limit.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// How many peers may wait to be accepted by a listener; the system refuses more (on Linux, their
    /// attempt to connect says that the queue is full). Default: 128. The system may have a lower limit.
    pub fn backlog(mut self, limit: u32) -> Self {
        self.backlog = limit;
        self
    }

    /// Whose processes may connect to listeners. Others are disconnected at once, and the log says so.
    /// Default: [`AllowedUsers::Own`].
    pub fn allowed_users(mut self, users: AllowedUsers) -> Self {
        self.users = users;
        self
    }

    /// Whose servers an address leads to. Those of others are left at once, and the error says whose they are.
    /// Default: [`ServerUsers::OfDirectory`].
    pub fn server_users(mut self, users: ServerUsers) -> Self {
        self.servers = users;
        self
    }

    /// How many bytes of streaming calls (`-> stream` in the schema) may be under way to one object, through one
    /// proxy and its clones, before further ones wait; see [`Call`](crate::Call). One call more is always let
    /// go, however large. Default: 64 KiB.
    pub fn stream_window(mut self, bytes: usize) -> Self {
        self.stream_window = bytes;
        self
    }

    /// Who is told of every call that ends. Default: nobody.
    ///
    /// The log is another way to see them: calls are `tracing` spans `ipc.client` and `ipc.server` of level
    /// debug, with the interface, the method, and numbers of the connection and of the call.
    pub fn metrics(mut self, metrics: impl Metrics) -> Self {
        self.metrics = Sink(Some(Arc::new(metrics)));
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
            own_threads: self.own_threads,
            threads: self.threads,
            stream_window: self.stream_window,
            limits: self.limits,
            message_words: self.message_words,
            objects: self.objects,
            connections: self.connections,
            backlog: self.backlog,
            users: self.users,
            servers: self.servers,
            metrics: self.metrics,
            engine: self.engine,
        };
        let protocol = Arc::new(CapnpProtocol::new(context)?);
        Ok(Ipc::over(protocol))
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
