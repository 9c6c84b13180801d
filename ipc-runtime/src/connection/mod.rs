//! One connection to a peer: what both sides know of each other beyond the RPC protocol.

mod accept;
mod exchange;
mod order;
mod peer_threads;
mod thread_map;

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use futures_util::future::BoxFuture;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};

use crate::capability::Capability;
use crate::context::{Context, Limits};
use crate::engine::{Link, RemoteObject};
use crate::exception::{Exception, ExceptionKind};
use crate::interface::{Method, StructSize};
use crate::message::{Envelope, Payload};
use crate::object::{Object, Proxy};
use crate::stats::{Stats, Tally};
use order::Lines;
use peer_threads::PeerThreads;

/// The `Context` struct of `mp/proxy.capnp`: pointer 0 is the thread that runs the call, pointer 1
/// the thread that runs callbacks.
const CONTEXT: StructSize = StructSize::new(0, 2);
const CONTEXT_THREAD: u16 = 0;

/// Work that runs when a connection has ended.
type Cleanup = Box<dyn FnOnce() + Send>;

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
    side: Side,
    link: OnceLock<Arc<dyn Link>>,
    /// Handles of users on objects of the peer.
    handles: AtomicUsize,
    peer_threads: PeerThreads,
    /// Calls that name no thread and have not begun.
    lines: Lines<Self>,
    /// Calls whose thread was still a promise when they arrived, and those behind them. They find
    /// their threads one after the other, so that none overtakes an earlier one of its thread.
    arrivals: mpsc::UnboundedSender<BoxFuture<'static, ()>>,
    /// How many calls are in `arrivals`. Only the engine's thread adds to it.
    arriving: AtomicUsize,
    /// Whether the peer has asked for a pool.
    pooled: AtomicBool,
    cleanups: Mutex<Vec<Cleanup>>,
    tally: Tally,
    /// Why the connection ended, once it has.
    end: watch::Sender<Option<Exception>>,
}

impl Connection {
    pub(crate) fn new(context: Arc<Context>, side: Side) -> Arc<Self> {
        let (arrivals, mut queue) = mpsc::unbounded_channel::<BoxFuture<'static, ()>>();
        context.runtime.spawn(async move {
            while let Some(arrival) = queue.recv().await {
                arrival.await;
            }
        });
        Arc::new(Self {
            peer_threads: PeerThreads::new(context.peer_threads),
            lines: Lines::default(),
            arrivals,
            arriving: AtomicUsize::new(0),
            pooled: AtomicBool::new(false),
            context,
            side,
            link: OnceLock::new(),
            handles: AtomicUsize::new(0),
            cleanups: Mutex::new(Vec::new()),
            tally: Tally::default(),
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
        stats
    }

    /// Where handlers and background work run.
    pub(crate) fn runtime(&self) -> &Handle {
        &self.context.runtime
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

    /// Makes a proxy of the peer's first object, once the peer has shown that it is there: thread
    /// maps are exchanged if the interface asks for that.
    ///
    /// # Errors
    ///
    /// The connection ends before the peer answers, the peer refuses, or it does not answer in
    /// time.
    pub(crate) async fn bootstrap<P: Proxy>(
        self: &Arc<Self>,
        first: Arc<dyn RemoteObject>,
    ) -> Result<P, Exception> {
        // The handle closes the connection if anything below fails.
        let object = Object::new(Capability::remote(Arc::clone(&first)), P::INTERFACE);
        let handshake = async {
            match P::INTERFACE.construct {
                Some(construct) => self.exchange_thread_maps(&*first, construct).await,
                None => greet(&*first).await,
            }
        };
        let limit = self.context.handshake_timeout;
        match tokio::time::timeout(limit, handshake).await {
            Ok(Ok(())) => Ok(P::from_object(object)),
            Ok(Err(exception)) => Err(exception),
            Err(_elapsed) => Err(Exception::new(
                ExceptionKind::TimedOut,
                format_args!("the peer did not answer within {limit:?}"),
            )),
        }
    }

    async fn exchange_thread_maps(
        self: &Arc<Self>,
        remote: &dyn RemoteObject,
        construct: &'static Method,
    ) -> Result<(), Exception> {
        let mut params = Payload::empty(Envelope::Call);
        self.offer_map(construct, &mut params)?;
        let results = remote
            .call(construct.interface_id, construct.ordinal, params)
            .await
            .map_err(|exception| exception.in_method(construct.name))?;
        self.accept_map(construct, &results)
    }

    /// Calls an object of the peer, on a thread of the peer where the method wants one.
    pub(crate) async fn call(
        self: &Arc<Self>,
        object: &dyn RemoteObject,
        method: &'static Method,
        mut params: Payload,
    ) -> Result<Payload, Exception> {
        let lease = match method.context {
            Some(_) => self.peer_threads.lease(&self.context.label).await?,
            None => None,
        };
        if let (Some(context), Some(lease)) = (method.context, &lease) {
            params.amend(method.params, |params| {
                params.nested(context, CONTEXT, |context| {
                    context.set_capability(CONTEXT_THREAD, lease.thread());
                });
            })?;
        }
        self.offer_map(method, &mut params)?;
        let results = object
            .call(method.interface_id, method.ordinal, params)
            .await;
        if let Some(lease) = lease {
            lease.give_back();
        }
        let results = results?;
        self.accept_map(method, &results)?;
        Ok(results)
    }

    /// Answers the peer's `makePool`: threads for calls that name none.
    ///
    /// Such calls run at once here, as tasks, so there is nothing to make; a second pool is refused
    /// as libmultiprocess does.
    fn make_pool(&self, count: u32) -> Result<(), Exception> {
        if count > 0 && self.pooled.swap(true, Ordering::Relaxed) {
            return Err(Exception::failed(
                "std::exception: makePool called on connection with existing pool",
            ));
        }
        Ok(())
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
        let mut cleanups = self.cleanups.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_open() {
            cleanups.push(Box::new(cleanup));
        } else {
            drop(cleanups);
            cleanup();
        }
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

    /// Waits for the end of the connection.
    pub(crate) async fn ended(&self) {
        // The sender lives in `self`, so waiting cannot fail.
        let _ = self.end.subscribe().wait_for(Option::is_some).await;
    }

    /// The engine's word that the connection has ended.
    pub(crate) fn closed(&self, reason: Exception) {
        tracing::debug!(%reason, "connection closed");
        let cleanups = {
            let mut cleanups = self.cleanups.lock().unwrap_or_else(PoisonError::into_inner);
            self.end.send_replace(Some(reason));
            std::mem::take(&mut *cleanups)
        };
        self.peer_threads.clear();
        if cleanups.is_empty() {
            return;
        }
        // A thread of its own, because a cleanup may block for long, on a child process say, and
        // must not keep the runtime from shutting down.
        let started = std::thread::Builder::new()
            .name("ipc-cleanup".to_owned())
            .spawn(move || {
                for cleanup in cleanups {
                    cleanup();
                }
            });
        if let Err(error) = started {
            tracing::error!(%error, "no thread for the cleanups of a connection");
        }
    }

    /// What calls on the connection fail with once it has ended.
    pub(crate) fn disconnected(&self) -> Exception {
        match &*self.end.borrow() {
            Some(reason) => reason.clone(),
            None => Exception::new(ExceptionKind::Disconnected, "the connection is closed"),
        }
    }
}

/// Waits for a sign of life of a peer that has no handshake.
///
/// It is the answer to a call of interface 0, which no peer has, since ids have their top bit set.
async fn greet(first: &dyn RemoteObject) -> Result<(), Exception> {
    match first.call(0, 0, Payload::empty(Envelope::Call)).await {
        Err(exception) if exception.kind() == ExceptionKind::Disconnected => Err(exception),
        _refused => Ok(()),
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
