//! A call that was sent for the sake of an object in its results, until its answer. It is given up when nobody
//! wants that object any more.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll, Waker, ready};

use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tokio_util::sync::CancellationToken;

use super::sent::Sent;
use super::watched::Watch;
use crate::exception::Exception;
use crate::message::Payload;
use crate::turns;

/// The call.
pub(crate) struct Awaited {
    /// None when it has been answered, or given up.
    call: Mutex<Option<Running>>,
    /// The object was passed on, so that others may want it.
    passed_on: AtomicBool,
    given_up: CancellationToken,
    /// What takes the answer.
    task: OnceLock<AbortHandle>,
}

struct Running {
    sent: Sent,
    watch: Watch,
}

impl Running {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Payload, Exception>> {
        let Self { sent, watch } = self;
        (watch.span()).in_scope(|| Pin::new(sent).poll(cx))
    }
}

impl Awaited {
    /// Leaves the answer to a task. What it fails with, calls of the object fail with, too.
    pub(super) fn start(runtime: &Handle, sent: Sent, watch: Watch) -> Arc<Self> {
        let this = Arc::new(Self {
            call: Mutex::new(Some(Running { sent, watch })),
            passed_on: AtomicBool::new(false),
            given_up: CancellationToken::new(),
            task: OnceLock::new(),
        });
        let answered = Arc::clone(&this);
        let task = runtime.spawn(poll_fn(move |cx| answered.poll(cx)));
        let _ = this.task.set(task.abort_handle());
        this
    }

    fn poll(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut call = self.lock();
        let Some(running) = &mut *call else {
            return Poll::Ready(());
        };
        let outcome = ready!(running.poll(cx));
        let running = call.take();
        drop(call);
        if let Some(running) = running {
            running.watch.end(&outcome);
        }
        Poll::Ready(())
    }

    /// The object is passed on: whoever has it then may want it for longer than is known here.
    pub(crate) fn pass_on(&self) {
        self.passed_on.store(true, Ordering::SeqCst);
    }

    /// Whether the call was given up, so that there will be no object.
    pub(crate) fn is_given_up(&self) -> bool {
        self.given_up.is_cancelled()
    }

    /// Ready when the call is given up.
    pub(crate) async fn given_up(&self) {
        self.given_up.cancelled().await;
    }

    /// Nobody here wants the object.
    fn give_up(&self) {
        if self.passed_on.load(Ordering::SeqCst) {
            return;
        }
        let Some(mut running) = self.lock().take() else {
            return;
        };
        if let Some(task) = self.task.get() {
            task.abort();
        }
        // The answer may be there without the task knowing it.
        let mut cx = Context::from_waker(Waker::noop());
        match running.poll(&mut cx) {
            Poll::Ready(outcome) => running.watch.end(&outcome),
            Poll::Pending => {
                self.given_up.cancel();
                drop(running);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Running>> {
        self.call.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Kept by all who want the object of a call: when they have gone, the call is given up.
pub(crate) struct Wanted(Arc<Awaited>);

impl Wanted {
    pub(crate) fn new(call: &Arc<Awaited>) -> Arc<Self> {
        Arc::new(Self(Arc::clone(call)))
    }
}

impl Drop for Wanted {
    fn drop(&mut self) {
        let call = Arc::clone(&self.0);
        // It may be a call of what another one was to bring, and so on.
        turns::in_turn(move || call.give_up());
    }
}

impl fmt::Debug for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wanted").finish_non_exhaustive()
    }
}
