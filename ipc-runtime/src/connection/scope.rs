//! The call that a handler serves, as seen from inside the handler.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::Connection;
use super::thread_map::Thread;
use crate::capability::Capability;
use crate::interface::Method;

tokio::task_local! {
    static CURRENT: Current;
}

/// What a task does for a call of the peer.
struct Current {
    scope: Arc<Scope>,
    /// It serves a call of this process meanwhile, which the handler has made.
    within: bool,
}

/// One call of the peer, while it is served.
pub(crate) struct Scope {
    pub(super) connection: Arc<Connection>,
    pub(super) method: &'static Method,
    /// The thread of ours that it runs on, if it named one.
    pub(super) thread: OnceLock<Thread>,
    /// The thread of the peer that waits for its answer, if the peer said.
    pub(super) callback_thread: Option<Capability>,
    /// How many answers of the peer it waits for.
    waits: AtomicUsize,
    runs_to_end: AtomicBool,
    cancelled: OnceLock<CancellationToken>,
}

impl Scope {
    pub(super) fn new(
        connection: &Arc<Connection>,
        method: &'static Method,
        callback_thread: Option<Capability>,
    ) -> Arc<Self> {
        Arc::new(Self {
            connection: Arc::clone(connection),
            method,
            thread: OnceLock::new(),
            callback_thread,
            waits: AtomicUsize::new(0),
            runs_to_end: AtomicBool::new(false),
            cancelled: OnceLock::new(),
        })
    }

    /// The call of a peer that the current task serves, if it does.
    pub(crate) fn current() -> Option<Arc<Self>> {
        CURRENT
            .try_with(|current| (!current.within).then(|| Arc::clone(&current.scope)))
            .ok()
            .flatten()
    }

    /// The call for whose sake the current task does what it does, if it came over this connection.
    pub(super) fn of(connection: &Connection) -> Option<Arc<Self>> {
        CURRENT
            .try_with(|current| {
                let scope = &current.scope;
                std::ptr::eq(&*scope.connection, connection).then(|| Arc::clone(scope))
            })
            .ok()
            .flatten()
    }

    /// Runs a handler in this scope.
    pub(super) fn enter<T>(
        self: Arc<Self>,
        handler: impl Future<Output = T>,
    ) -> impl Future<Output = T> {
        let current = Current {
            scope: self,
            within: false,
        };
        CURRENT.scope(current, handler)
    }

    /// Polls a handler in this scope.
    pub(super) fn poll_in<T>(
        self: &Arc<Self>,
        handler: &mut (impl Future<Output = T> + Unpin),
        cx: &mut Context<'_>,
    ) -> Poll<T> {
        let current = Current {
            scope: Arc::clone(self),
            within: false,
        };
        CURRENT.sync_scope(current, || Pin::new(handler).poll(cx))
    }

    /// Runs the handler of a call that was made in this process, perhaps by another handler.
    pub(crate) fn within<T: 'static>(handler: BoxFuture<'static, T>) -> BoxFuture<'static, T> {
        match CURRENT.try_with(|current| Arc::clone(&current.scope)) {
            Ok(scope) => {
                let current = Current {
                    scope,
                    within: true,
                };
                Box::pin(CURRENT.scope(current, handler))
            }
            Err(_none) => handler,
        }
    }

    /// Whether it waits for an answer of the peer.
    pub(super) fn waits(&self) -> bool {
        self.waits.load(Ordering::Relaxed) > 0
    }

    /// Waits for an answer of the peer, until the guard is dropped.
    pub(super) fn wait(self: Arc<Self>) -> Waiting {
        self.waits.fetch_add(1, Ordering::Relaxed);
        Waiting(self)
    }

    /// Nobody waits for the outcome any more. Whether the handler may be dropped.
    pub(super) fn give_up(&self) -> bool {
        self.token().cancel();
        !self.runs_to_end.load(Ordering::Relaxed)
    }

    pub(crate) fn token(&self) -> &CancellationToken {
        self.cancelled.get_or_init(CancellationToken::new)
    }

    pub(crate) fn run_to_end(&self) {
        self.runs_to_end.store(true, Ordering::Relaxed);
    }

    pub(crate) fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }

    pub(crate) fn method(&self) -> &'static Method {
        self.method
    }

    /// The name that the peer gave to the thread.
    pub(crate) fn thread_name(&self) -> Option<&str> {
        self.thread.get().map(Thread::name)
    }
}

/// Says that a handler waits for an answer of the peer.
pub(super) struct Waiting(Arc<Scope>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.waits.fetch_sub(1, Ordering::Relaxed);
    }
}
