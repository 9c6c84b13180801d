//! Streaming calls: how far they may run ahead of the object that takes them.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Waker};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::Notify;

use crate::connection::{Connection, Pin};
use crate::engine::RemoteObject;
use crate::exception::Exception;
use crate::handle::Use;
use crate::interface::Method;
use crate::message::Payload;

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
    fn window(&self) -> Arc<Window> {
        Arc::clone(self.0.get_or_init(Arc::default))
    }
}

/// Makes a call. It is sent at the first poll, and goes on if the future is dropped. Ready when the next one
/// may follow; fails when an earlier one did.
pub(crate) async fn call(
    object: Arc<dyn RemoteObject>,
    method: &'static Method,
    mut params: Payload,
    used: Use,
    pin: Option<Arc<Pin>>,
) -> Result<Payload, Exception> {
    let connection = Arc::clone(object.connection());
    let window = used.flow().window();
    let bytes = params.bytes();
    window.enter(bytes)?;
    params.set_streamed();
    let part = Part {
        window: Arc::clone(&window),
        bytes,
        outcome: Err(connection.disconnected()),
    };
    let answer = async move {
        let answer = Connection::call(object, method, params, Some(used), pin);
        part.end(answer.await.map(drop));
    };
    // Its answer is left to a task, which polls it at once.
    if let Some(answer) = begin(answer.boxed()) {
        connection.runtime().spawn(answer);
    }
    window.room(connection.stream_window()).await?;
    Ok(Payload::empty())
}

/// Runs a future up to where it first waits. Returns the rest, if there is any.
fn begin(mut future: BoxFuture<'static, ()>) -> Option<BoxFuture<'static, ()>> {
    let mut cx = Context::from_waker(Waker::noop());
    future.poll_unpin(&mut cx).is_pending().then_some(future)
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

impl Part {
    fn end(mut self, outcome: Result<(), Exception>) {
        self.outcome = outcome;
    }
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
