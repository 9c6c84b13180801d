//! One connection to a peer: what both sides know of each other beyond the RPC protocol.

mod accept;
mod awaited;
mod cleanups;
mod exchange;
mod handshake;
mod hello;
mod job;
mod lane;
mod order;
mod outgoing;
mod peer_threads;
mod queued;
mod running;
mod scope;
mod sent;
mod thread_map;
mod watched;

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use futures_util::future::BoxFuture;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};

use crate::context::{Context, Limits};
use crate::credentials::Credentials;
use crate::engine::Link;
use crate::exception::{Exception, ExceptionKind};
use crate::interface::StructSize;
use crate::metrics::Sink;
use crate::stats::{Stats, Tally};
pub(crate) use awaited::{Awaited, Wanted};
use cleanups::Cleanups;
use order::Lines;
pub(crate) use outgoing::Calling;
use peer_threads::PeerThreads;
pub(crate) use peer_threads::Pin;
use running::Running;
pub(crate) use running::RunningCall;
pub(crate) use scope::Scope;
use thread_map::{OwnPool, OwnThreads};

/// The `Context` struct of `mp/proxy.capnp`: pointer 0 is the thread that runs the call, pointer 1
/// the thread that runs callbacks.
const CONTEXT: StructSize = StructSize::new(0, 2);
const CONTEXT_THREAD: u16 = 0;
const CONTEXT_CALLBACK_THREAD: u16 = 1;

/// Which side opened the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// We connected: the connection lasts as long as a handle on an object of the peer.
    Client,
    /// We were connected to: the connection lasts until either side closes it.
    Server,
}

/// One connection to a peer.
pub(crate) struct Connection {
    context: Arc<Context>,
    /// Tells it from others in the log, and the calls of it from each other.
    number: u64,
    calls: AtomicU64,
    side: Side,
    credentials: Option<Credentials>,
    link: OnceLock<Arc<dyn Link>>,
    /// Handles of users on objects of the peer.
    handles: AtomicUsize,
    peer_threads: Arc<PeerThreads>,
    /// The peer stops a handler when its call is given up.
    stops_handlers: AtomicBool,
    /// It answers such calls all the same, when their handlers have ended.
    tells_ends: AtomicBool,
    /// Calls that name no thread and have not begun.
    lines: Lines<Self>,
    /// Calls whose thread was still a promise when they arrived, and those behind them. They find
    /// their threads one after the other, so that none overtakes an earlier one of its thread.
    arrivals: mpsc::UnboundedSender<BoxFuture<'static, ()>>,
    /// How many calls are in `arrivals`. Only the engine's thread adds to it.
    arriving: AtomicUsize,
    /// The threads that the peer has had made, and those that it has asked for a pool of.
    threads: OwnThreads,
    pool: OnceLock<OwnPool>,
    callback_pool: OnceLock<OwnPool>,
    /// Calls of the peer.
    running: Running,
    cleanups: Cleanups,
    tally: Tally,
    /// The connection has ended, but what it held may not have been dropped yet.
    ending: AtomicBool,
    /// Why the connection ended, once it has.
    end: watch::Sender<Option<Exception>>,
}

impl Connection {
    pub(crate) fn new(
        context: Arc<Context>,
        side: Side,
        credentials: Option<Credentials>,
    ) -> Arc<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);

        let (arrivals, mut queue) = mpsc::unbounded_channel::<BoxFuture<'static, ()>>();
        context.runtime.spawn(async move {
            while let Some(arrival) = queue.recv().await {
                arrival.await;
            }
        });
        Arc::new(Self {
            peer_threads: PeerThreads::new(context.peer_threads),
            stops_handlers: AtomicBool::new(false),
            tells_ends: AtomicBool::new(false),
            lines: Lines::default(),
            arrivals,
            arriving: AtomicUsize::new(0),
            threads: OwnThreads::default(),
            pool: OnceLock::new(),
            callback_pool: OnceLock::new(),
            context,
            number: NUMBER.fetch_add(1, Ordering::Relaxed),
            calls: AtomicU64::new(0),
            side,
            credentials,
            link: OnceLock::new(),
            handles: AtomicUsize::new(0),
            running: Running::default(),
            cleanups: Cleanups::default(),
            tally: Tally::default(),
            ending: AtomicBool::new(false),
            end: watch::Sender::new(None),
        })
    }

    pub(crate) fn attach(&self, link: Arc<dyn Link>) {
        // Set once, by the one function that opens connections.
        let _ = self.link.set(link);
        if !self.is_open() {
            self.close();
        }
    }

    /// What the engine counts here, if it has no tables of its own.
    pub(crate) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// What is alive over this connection.
    pub(crate) fn stats(&self) -> Stats {
        let mut stats = self.tally.stats();
        if let Some(link) = self.link.get() {
            stats += link.stats();
        }
        stats.connections = self.is_open().into();
        stats.proxies = self.handles.load(Ordering::Relaxed);
        stats.threads = self.threads.len();
        stats
    }

    /// Where handlers and background work run.
    pub(crate) fn runtime(&self) -> &Handle {
        &self.context.runtime
    }

    /// The number of a call in the log.
    fn next_call(&self) -> u64 {
        self.calls.fetch_add(1, Ordering::Relaxed)
    }

    /// Names this process to peers.
    fn label(&self) -> &str {
        &self.context.label
    }

    /// Whether the peer stops a handler when its call is given up.
    fn stops_handlers(&self) -> bool {
        self.stops_handlers.load(Ordering::Relaxed)
    }

    /// Whether the peer, which does, also says when the handler has ended.
    fn tells_ends(&self) -> bool {
        self.tells_ends.load(Ordering::Relaxed)
    }

    /// Who is told of calls that end.
    pub(crate) fn metrics(&self) -> &Sink {
        &self.context.metrics
    }

    /// The process at the other end, if the system tells.
    pub(crate) fn credentials(&self) -> Option<Credentials> {
        self.credentials
    }

    /// What the peer can make us hold.
    pub(crate) fn limits(&self) -> &Limits {
        &self.context.limits
    }

    /// How many bytes of streaming calls may be under way through one handle.
    pub(crate) fn stream_window(&self) -> usize {
        self.context.stream_window
    }

    /// Waits until what is queued for the peer is little enough to add results; none if it is.
    fn room(&self) -> Option<BoxFuture<'static, ()>> {
        self.link.get().and_then(|link| link.room())
    }

    /// How many words a message may have, in either direction.
    pub(crate) fn message_words(&self) -> usize {
        self.context.message_words
    }

    /// How many objects of one side the other one may refer to.
    pub(crate) fn objects(&self) -> usize {
        self.context.objects
    }

    /// Counts a user's handle on an object of the peer.
    pub(crate) fn retain(&self) {
        self.handles.fetch_add(1, Ordering::Relaxed);
    }

    /// Takes back a [`Connection::retain`]; the last handle closes a connection that we opened.
    pub(crate) fn release(&self) {
        let last = self.handles.fetch_sub(1, Ordering::AcqRel) == 1;
        if last && self.side == Side::Client {
            self.close();
        }
    }

    /// Adds work for when the connection has ended; it runs in the order of adding.
    pub(crate) fn add_cleanup(&self, cleanup: impl FnOnce() + Send + 'static) {
        self.cleanups.add(cleanup);
    }

    /// The calls of the peer that run.
    pub(crate) fn running(&self) -> &Running {
        &self.running
    }

    /// Closes the connection. Returns at once.
    pub(crate) fn close(&self) {
        if let Some(link) = self.link.get() {
            link.close();
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.end.borrow().is_none()
    }

    /// Whether calls may still be answered.
    pub(crate) fn is_usable(&self) -> bool {
        !self.is_ending() && self.is_open()
    }

    /// Waits for the end of the connection.
    pub(crate) async fn ended(&self) {
        // The sender lives in `self`, so waiting cannot fail.
        let _ = self.end.subscribe().wait_for(Option::is_some).await;
    }

    /// The engine's word that it is about to drop all that the connection holds. No call of the peer begins
    /// from now on.
    pub(crate) fn ends(&self) {
        self.ending.store(true, Ordering::Relaxed);
    }

    /// Whether calls of the peer that have not begun are to be left alone.
    fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Relaxed)
    }

    /// The engine's word that the connection has ended.
    pub(crate) fn closed(&self, reason: Exception) {
        tracing::debug!(%reason, "connection closed");
        self.ends();
        self.end.send_replace(Some(reason));
        self.peer_threads.close();
        self.cleanups.run();
    }

    /// What calls on the connection fail with once it has ended.
    pub(crate) fn disconnected(&self) -> Exception {
        match &*self.end.borrow() {
            Some(reason) => reason.clone(),
            None => Exception::new(ExceptionKind::Disconnected, "the connection is closed"),
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("side", &self.side)
            .field("open", &self.is_open())
            .finish_non_exhaustive()
    }
}
