//! The peer's threads, lent to our calls.
//!
//! A libmultiprocess peer runs a call on the thread that the call names, one call after the other.
//! So every call in flight gets a thread of its own: an idle one, or a new one while the bound
//! allows, or else it waits for one to become idle.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::capability::{Capability, Target};
use crate::exception::Exception;
use crate::interface::Method;
use crate::message::Payload;

/// `ThreadMap.makeThread @0 (name :Text) -> (result :Thread)` of `mp/proxy.capnp`.
pub(super) const MAKE_THREAD: &Method =
    &Method::new(super::thread_map::THREAD_MAP_ID, 0, "ThreadMap.makeThread")
        .params(0, 1)
        .results(0, 1);

pub(super) struct PeerThreads {
    state: Mutex<State>,
    permits: Arc<Semaphore>,
    made: AtomicUsize,
}

#[derive(Default)]
struct State {
    map: Option<Capability>,
    idle: Vec<Capability>,
}

impl PeerThreads {
    /// No threads yet; at most `limit` at a time.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            state: Mutex::default(),
            permits: Arc::new(Semaphore::new(limit)),
            made: AtomicUsize::new(0),
        }
    }

    /// Threads come from this map from now on; none means that calls name no thread.
    pub(super) fn set_map(&self, map: Option<Capability>) {
        let before = self.edit(|state| {
            let idle = std::mem::take(&mut state.idle);
            (std::mem::replace(&mut state.map, map), idle)
        });
        drop(before);
    }

    /// Forgets the map and the threads.
    pub(super) fn clear(&self) {
        self.set_map(None);
    }

    /// A thread for one call, or none if the peer has no thread map.
    pub(super) async fn lease(&self, label: &str) -> Result<Option<Lease<'_>>, Exception> {
        if self.edit(|state| state.map.is_none()) {
            return Ok(None);
        }
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(Exception::failed)?;
        let (map, idle) = self.edit(|state| (state.map.clone(), state.idle.pop()));
        let thread = match (idle, map) {
            (Some(thread), _) => thread,
            (None, Some(map)) => self.make_thread(&map, label).await?,
            (None, None) => return Ok(None),
        };
        Ok(Some(Lease {
            threads: self,
            thread,
            _permit: permit,
        }))
    }

    async fn make_thread(&self, map: &Capability, label: &str) -> Result<Capability, Exception> {
        let Target::Remote(map) = &map.0 else {
            return Err(Exception::failed("the peer sent our own thread map back"));
        };
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let params = Payload::params(MAKE_THREAD.params, |params| {
            params.set_text(0, &format!("{label}/{number}"));
        })?;
        let thread = map
            .call(MAKE_THREAD.interface_id, MAKE_THREAD.ordinal, params)
            .await
            .and_then(|results| results.read(|results| results.capability(0, "result")))
            .map_err(|exception| exception.in_method(MAKE_THREAD.name))?;
        thread
            .ok_or_else(|| Exception::failed("the peer made no thread").in_method(MAKE_THREAD.name))
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

/// A thread of the peer, ours for one call. Dropped without [`Lease::give_back`], because the call
/// was abandoned and may still be running there, the thread is released instead of used again.
pub(super) struct Lease<'a> {
    threads: &'a PeerThreads,
    thread: Capability,
    _permit: OwnedSemaphorePermit,
}

impl Lease<'_> {
    pub(super) fn thread(&self) -> Capability {
        self.thread.clone()
    }

    /// The call has been answered: the thread is idle.
    pub(super) fn give_back(self) {
        self.threads.edit(|state| {
            if state.map.is_some() {
                state.idle.push(self.thread);
            }
        });
    }
}
