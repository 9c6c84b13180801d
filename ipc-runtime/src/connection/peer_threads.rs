//! Threads of the peer, leased to calls.
//!
//! libmultiprocess runs a call on the thread that the call names, one call after the other. So every
//! call in flight gets a thread of its own: an idle one, or a new one while the bound allows, or else
//! it waits for one to become idle. A newer peer has a pool, too, for calls that name no thread; as
//! long as there are no more of those than the pool has threads, none of them waits for another.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use futures_util::FutureExt;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Connection;
use super::thread_map::MAKE_POOL;
use crate::capability::Capability;
use crate::engine::{Answer, Request};
use crate::exception::Exception;
use crate::interface::Method;
use crate::message::Payload;

/// `ThreadMap.makeThread @0 (name :Text) -> (result :Thread)` of `mp/proxy.capnp`.
pub(super) const MAKE_THREAD: &Method =
    &Method::new(super::thread_map::THREAD_MAP_ID, 0, "ThreadMap.makeThread")
        .params(0, 1)
        .results(0, 1);

/// The pointer of the results that holds the thread.
const THREAD: u16 = 0;

/// How many threads the peer is asked to keep in its pool.
const POOL: u32 = 8;

pub(super) struct PeerThreads {
    state: Mutex<State>,
    permits: Arc<Semaphore>,
    made: AtomicUsize,
    limit: usize,
    /// The peer runs calls that name no thread side by side, any number of them.
    needless: AtomicBool,
}

#[derive(Default)]
struct State {
    map: Option<Capability>,
    idle: Vec<Capability>,
    pool: Pool,
    /// The connection has ended.
    closed: bool,
}

/// What is known of the peer's pool.
#[derive(Clone, Copy, Default)]
enum Pool {
    #[default]
    NotAsked,
    Asked,
    None,
    /// So many of its threads are idle.
    Idle(u32),
}

/// A thread of the peer for all calls of a proxy.
#[derive(Debug, Default)]
pub(crate) struct Pin(OnceLock<Capability>);

impl PeerThreads {
    /// No threads yet; at most `limit` at a time.
    pub(super) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::default(),
            permits: Arc::new(Semaphore::new(limit)),
            made: AtomicUsize::new(0),
            limit,
            needless: AtomicBool::new(false),
        })
    }

    /// Threads come from this map from now on; none means that calls name no thread.
    pub(super) fn set_map(&self, map: Option<Capability>) {
        let before = self.edit(|state| {
            if state.closed {
                return (map, Vec::new());
            }
            let idle = std::mem::take(&mut state.idle);
            state.pool = Pool::NotAsked;
            (std::mem::replace(&mut state.map, map), idle)
        });
        drop(before);
    }

    /// The map turns out to be this; the threads that were made by its promise stay.
    pub(super) fn settle_map(&self, map: Option<Capability>) {
        let Some(map) = map else {
            return self.set_map(None);
        };
        let before = self.edit(|state| match state.closed {
            true => Some(map),
            false => state.map.replace(map),
        });
        drop(before);
    }

    /// The connection has ended: forgets the map and the threads, and takes no other, since they keep the
    /// connection which keeps them.
    pub(super) fn close(&self) {
        let before = self.edit(|state| {
            state.closed = true;
            (state.map.take(), std::mem::take(&mut state.idle))
        });
        drop(before);
    }

    /// Calls need not name a thread: the peer runs them side by side in any case.
    pub(super) fn set_needless(&self) {
        self.needless.store(true, Ordering::Relaxed);
    }

    /// A thread for one call, or none if the call names none.
    pub(super) async fn lease(
        self: &Arc<Self>,
        connection: &Connection,
        pin: Option<&Pin>,
    ) -> Result<Option<Lease>, Exception> {
        if let Some(lease) = self.without_waiting(connection, pin) {
            return Ok(lease);
        }
        let permits = Arc::clone(&self.permits);
        let permit = permits.acquire_owned().await.map_err(Exception::failed)?;
        Ok(self.take(connection, permit))
    }

    /// As [`PeerThreads::lease`]; none if all threads are busy.
    #[expect(
        clippy::option_option,
        reason = "there may be no lease yet, and no thread in it"
    )]
    pub(super) fn try_lease(
        self: &Arc<Self>,
        connection: &Connection,
        pin: Option<&Pin>,
    ) -> Option<Option<Lease>> {
        self.without_waiting(connection, pin).or_else(|| {
            let permit = Arc::clone(&self.permits).try_acquire_owned().ok()?;
            Some(self.take(connection, permit))
        })
    }

    /// A lease for which no thread has to be idle.
    #[expect(
        clippy::option_option,
        reason = "there may be no lease yet, and no thread in it"
    )]
    fn without_waiting(
        self: &Arc<Self>,
        connection: &Connection,
        pin: Option<&Pin>,
    ) -> Option<Option<Lease>> {
        let Some(pin) = pin else {
            let needless = self.needless.load(Ordering::Relaxed);
            return (needless || self.edit(|state| state.map.is_none())).then_some(None);
        };
        let Some(map) = self.edit(|state| state.map.clone()) else {
            return Some(None);
        };
        let mut making = None;
        let thread = pin.0.get_or_init(|| {
            let (call, thread) = self.make_thread(&map, connection);
            making = Some(call);
            thread
        });
        Some(Some(Lease {
            threads: Arc::clone(self),
            thread: Leased::Pinned(thread.clone()),
            making,
            _permit: None,
        }))
    }

    fn take(
        self: &Arc<Self>,
        connection: &Connection,
        permit: OwnedSemaphorePermit,
    ) -> Option<Lease> {
        let (map, thread) = self.edit(|state| {
            let thread = match &mut state.pool {
                Pool::Idle(idle) if *idle > 0 => {
                    *idle -= 1;
                    Some(Leased::OfPool)
                }
                _ => state.idle.pop().map(Leased::Made),
            };
            (state.map.clone(), thread)
        });
        let mut making = None;
        let thread = match thread {
            Some(thread) => thread,
            None => {
                let map = map?;
                if self.made.load(Ordering::Relaxed) > 0 {
                    self.ask_for_pool(&map, connection);
                }
                let (call, thread) = self.make_thread(&map, connection);
                making = Some(call);
                Leased::Made(thread)
            }
        };
        Some(Lease {
            threads: Arc::clone(self),
            thread,
            making,
            _permit: Some(permit),
        })
    }

    /// Makes a thread. It can be named at once.
    fn make_thread(&self, map: &Capability, connection: &Connection) -> (Making, Capability) {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let label = connection.label();
        let params = Payload::build(MAKE_THREAD.params, |params| {
            params.set_text(0, &format!("{label}/{number}"));
        });
        let (answer, thread) = match params {
            Ok(params) => map.call_for(Request::new(MAKE_THREAD, params), &[THREAD]),
            Err(exception) => crate::engine::Later::of(Answer::failed(exception), &[THREAD]),
        };
        let runtime = connection.runtime().clone();
        (Making { answer, runtime }, thread)
    }

    /// Asks for a pool, once. A peer that is older than that refuses.
    fn ask_for_pool(self: &Arc<Self>, map: &Capability, connection: &Connection) {
        let asked = self.edit(|state| match state.pool {
            Pool::NotAsked => {
                state.pool = Pool::Asked;
                false
            }
            _ => true,
        });
        if asked {
            return;
        }
        let size = POOL.min(u32::try_from(self.limit).unwrap_or(POOL));
        let Ok(params) = Payload::build(MAKE_POOL.params, |params| params.set_scalar(0, size, 0))
        else {
            return;
        };
        let answer = map.call(Request::new(MAKE_POOL, params));
        let this = Arc::downgrade(self);
        connection.runtime().spawn(async move {
            let pool = match answer.await {
                Ok(_) => Pool::Idle(size),
                Err(_refused) => Pool::None,
            };
            if let Some(this) = this.upgrade() {
                this.edit(|state| {
                    if let Pool::Asked = state.pool {
                        state.pool = pool;
                    }
                });
            }
        });
    }

    fn edit<T>(&self, edit: impl FnOnce(&mut State) -> T) -> T {
        edit(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for PeerThreads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PeerThreads").finish_non_exhaustive()
    }
}

/// A thread of the peer, ours for one call. Dropped without being given back, because nobody will
/// know when the call ends, it is released instead of used again.
pub(super) struct Lease {
    threads: Arc<PeerThreads>,
    thread: Leased,
    /// Until it is known that it was made, if it is new.
    making: Option<Making>,
    _permit: Option<OwnedSemaphorePermit>,
}

/// The call that makes a thread.
struct Making {
    answer: Answer,
    runtime: Handle,
}

enum Leased {
    Made(Capability),
    /// Whichever of the pool's the peer takes.
    OfPool,
    Pinned(Capability),
}

impl Lease {
    /// The thread that the call names, if it names one.
    pub(super) fn thread(&self) -> Option<Capability> {
        match &self.thread {
            Leased::Made(thread) | Leased::Pinned(thread) => Some(thread.clone()),
            Leased::OfPool => None,
        }
    }

    /// The call has been answered: the thread is idle. Returns what came of the call, which is the
    /// fault of the thread if that could not be made.
    pub(super) fn give_back(
        mut self,
        outcome: Result<Payload, Exception>,
    ) -> Result<Payload, Exception> {
        match self.is_made() {
            Some(Err(exception)) if outcome.is_err() => return Err(exception),
            _ => self.put_back(),
        }
        outcome
    }

    /// Whether it was made, if that is known, as it is when a call on it has been answered by it.
    fn is_made(&mut self) -> Option<Result<(), Exception>> {
        match &mut self.making {
            Some(making) => {
                let outcome = (&mut making.answer).now_or_never()?;
                Some(self.settle(outcome))
            }
            None => Some(Ok(())),
        }
    }

    /// Calls the thread by its own name from now on, no longer by its promise.
    fn settle(&mut self, outcome: Result<Payload, Exception>) -> Result<(), Exception> {
        self.making = None;
        let made = outcome.map_err(|exception| exception.in_method(MAKE_THREAD.name))?;
        if let (Leased::Made(thread), Some(made)) =
            (&mut self.thread, made.capability_at(&[THREAD])?)
        {
            *thread = made;
        }
        Ok(())
    }

    /// The thread is idle, unless it could not be made.
    pub(super) fn put_back(mut self) {
        match self.is_made() {
            Some(Ok(())) => self.becomes_idle(),
            Some(Err(_none)) => {}
            // A peer may cancel a call before that.
            None => self.put_back_when_made(),
        }
    }

    fn put_back_when_made(mut self) {
        let Some(Making { answer, runtime }) = self.making.take() else {
            return;
        };
        runtime.spawn(async move {
            let outcome = answer.await;
            if self.settle(outcome).is_ok() {
                self.becomes_idle();
            }
        });
    }

    fn becomes_idle(self) {
        let dropped = self.threads.edit(|state| match self.thread {
            Leased::Made(thread) if state.map.is_some() => {
                state.idle.push(thread);
                None
            }
            Leased::OfPool => {
                if let Pool::Idle(idle) = &mut state.pool {
                    *idle += 1;
                }
                None
            }
            thread => Some(thread),
        });
        drop(dropped);
    }
}
