//! An object of the peer, as the rest of the crate holds it.

use std::fmt;
use std::sync::{Arc, Weak};

use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::thread::RpcThread;
use super::vat::Outgoing;
use crate::capability::Capability;
use crate::connection::Connection;
use crate::engine::{Answer, RemoteObject, Request};
use crate::exception::Exception;
use crate::stats::Counted;

/// A key to a hook in the table of the RPC thread; dropping it empties the entry.
pub(super) struct Import {
    key: u64,
    /// Weak, since the connection's link keeps the thread.
    thread: Weak<RpcThread>,
    connection: Arc<Connection>,
    _counted: Counted,
}

impl Import {
    pub(super) fn new(thread: &Arc<RpcThread>, connection: &Arc<Connection>) -> Self {
        Self {
            key: thread.next_key(),
            thread: Arc::downgrade(thread),
            connection: Arc::clone(connection),
            _counted: Counted::new(connection, |tally| &tally.remote_objects),
        }
    }

    /// An import that is in no table: calls of it fail.
    pub(super) fn dangling(connection: &Arc<Connection>) -> Self {
        Self {
            key: u64::MAX,
            thread: Weak::new(),
            connection: Arc::clone(connection),
            _counted: Counted::new(connection, |tally| &tally.remote_objects),
        }
    }

    pub(super) fn key(&self) -> u64 {
        self.key
    }

    /// Whether the key is one of the table of this thread.
    pub(super) fn is_of(&self, thread: &Weak<RpcThread>) -> bool {
        self.thread.ptr_eq(thread)
    }

    fn send(&self, request: Request, object: Option<(u64, Vec<u16>)>) -> Answer {
        let (reply, answer) = oneshot::channel();
        if let Some(thread) = self.thread.upgrade() {
            let outgoing = Outgoing {
                key: self.key,
                connection: Arc::clone(&self.connection),
                request,
                object,
                reply,
            };
            thread.submit(move |vat| vat.call(outgoing));
        }
        Answer::Other(self.answer(answer))
    }

    /// The answer that a job sends, or the reason why the thread dropped the job.
    fn answer<T: Send + 'static>(
        &self,
        answer: oneshot::Receiver<Result<T, Exception>>,
    ) -> BoxFuture<'static, Result<T, Exception>> {
        let connection = Arc::clone(&self.connection);
        Box::pin(async move {
            answer
                .await
                .unwrap_or_else(|_| Err(connection.disconnected()))
        })
    }
}

impl RemoteObject for Import {
    fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }

    fn call(&self, request: Request) -> Answer {
        self.send(request, None)
    }

    fn call_for(&self, request: Request, path: &[u16]) -> (Answer, Capability) {
        let object = match self.thread.upgrade() {
            Some(thread) => Self::new(&thread, &self.connection),
            None => Self::dangling(&self.connection),
        };
        let answer = self.send(request, Some((object.key, path.to_vec())));
        (answer, Capability::remote(Arc::new(object)))
    }

    fn resolve(&self) -> BoxFuture<'static, Result<Capability, Exception>> {
        let (reply, answer) = oneshot::channel();
        if let Some(thread) = self.thread.upgrade() {
            let key = self.key;
            let connection = Arc::clone(&self.connection);
            thread.submit(move |vat| vat.resolve(key, connection, reply));
        }
        self.answer(answer)
    }
}

impl Drop for Import {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.upgrade() {
            let key = self.key;
            thread.submit(move |vat| vat.release(key));
        }
    }
}

impl fmt::Debug for Import {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "remote #{}", self.key)
    }
}
