//! Streaming calls: how far they may run ahead of the object that takes them.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll, Waker};

use futures_util::FutureExt;
use tokio::sync::Notify;

use crate::connection::Connection;
use crate::engine::RemoteObject;
use crate::exception::Exception;
use crate::interface::Method;
use crate::message::{Envelope, Payload};

/// The streaming calls that are made through one handle on an object of a peer.
#[derive(Default)]
pub(crate) struct Flow(OnceLock<Arc<Window>>);

#[derive(Default)]
struct Window {
    state: Mutex<State>,
    /// Told when a call is done.
    progress: Notify,
}

#[derive(Default)]
struct State {
    /// Bytes of calls that are not done.
    in_flight: usize,
    /// The largest call so far. The window is larger by so much, so that a large call does not have to wait
    /// until there is none but itself.
    largest: usize,
    /// Why the first one failed that did.
    broken: Option<Exception>,
}

impl Flow {
    /// Whether there are calls that are not done.
    pub(crate) fn is_busy(&self) -> bool {
        (self.0.get()).is_some_and(|window| window.lock().in_flight > 0)
    }

    /// Makes a call. It is sent at the first poll, and goes on if the future is dropped. Ready when the next
    /// one may follow; fails when an earlier one did.
    pub(crate) async fn call(
        &self,
        object: &Arc<dyn RemoteObject>,
        method: &'static Method,
        mut params: Payload,
    ) -> Result<Payload, Exception> {
        let window = self.0.get_or_init(Arc::default);
        let bytes = params.bytes();
        window.enter(bytes)?;
        params.set_streamed();
        let part = Part {
            window: Arc::clone(window),
            bytes,
            outcome: Err(object.connection().disconnected()),
        };
        send(Arc::clone(object), method, params, part);
        window.room(object.connection().stream_window()).await?;
        Ok(Payload::empty(Envelope::Return))
    }
}

/// Sends a call, and leaves its answer to a task.
fn send(object: Arc<dyn RemoteObject>, method: &'static Method, params: Payload, mut part: Part) {
    let connection = Arc::clone(object.connection());
    let runtime = connection.runtime().clone();
    // The connection lasts until the call is done, also when its maker has dropped all handles.
    let held = Held::new(&connection);
    let answer = async move {
        part.outcome = connection.call(&*object, method, params).await.map(drop);
        drop(part);
        drop(object);
        drop(held);
    };
    let mut answer = answer.boxed();
    // The task polls it at once.
    let mut cx = Context::from_waker(Waker::noop());
    if answer.poll_unpin(&mut cx) == Poll::Pending {
        runtime.spawn(answer);
    }
}

impl Window {
    fn enter(&self, bytes: usize) -> Result<(), Exception> {
        let mut state = self.lock();
        if let Some(reason) = &state.broken {
            return Err(reason.clone());
        }
        state.in_flight += bytes;
        state.largest = state.largest.max(bytes);
        Ok(())
    }

    async fn room(&self, window: usize) -> Result<(), Exception> {
        loop {
            let progress = self.progress.notified();
            tokio::pin!(progress);
            // Registered before the look, so that no news is missed.
            progress.as_mut().enable();
            {
                let state = self.lock();
                if let Some(reason) = &state.broken {
                    return Err(reason.clone());
                }
                if state.in_flight < window.saturating_add(state.largest) {
                    return Ok(());
                }
            }
            progress.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that is in flight. Dropping it says what came of it.
struct Part {
    window: Arc<Window>,
    bytes: usize,
    outcome: Result<(), Exception>,
}

impl Drop for Part {
    fn drop(&mut self) {
        {
            let mut state = self.window.lock();
            state.in_flight -= self.bytes;
            if let Err(reason) = &self.outcome {
                state.broken.get_or_insert_with(|| reason.clone());
            }
        }
        self.window.progress.notify_waiters();
    }
}

/// Keeps a connection open.
struct Held(Arc<Connection>);

impl Held {
    fn new(connection: &Arc<Connection>) -> Self {
        connection.retain();
        Self(Arc::clone(connection))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.release();
    }
}
