//! Connections to a node that goes and comes again.

mod backoff;
mod events;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ipc_runtime::{Exception, ExceptionKind};
use tokio::time::{Instant, timeout};

use crate::error::Error;
use crate::node::{Node, Target, may_come};
use backoff::Backoff;
pub use backoff::Reconnect;
pub use events::Event;

/// A node of whichever life: connects when it is asked for a connection and there is none, however often the node goes and
/// comes again, of another version perhaps. See [`NodeBuilder::session`](crate::NodeBuilder::session).
///
/// A [`Node`] is one connection, and stays so: once that is lost, it and what was made with it fail with errors of which
/// [`Error::is_disconnected`] is true. The session gives the next one, which has the interfaces of the node as it is then.
/// All clones of a session share one connection, and whoever asks while it is being made gets the same.
///
/// ```no_run
/// # async fn example() -> Result<(), bitcoin_core_ipc::Error> {
/// use bitcoin_core_ipc::{Node, Reconnect};
///
/// let session = Node::builder().session(Reconnect::default())?;
/// let mut node = session.node().await?;
/// loop {
///     let mut tips = node.mining().await?.tips();
///     while let Some(Ok(tip)) = tips.next().await {
///         println!("{}", tip.height);
///     }
///     node.disconnected().await; // It may be shutting down still.
///     node = session.node().await?;
/// }
/// # }
/// ```
///
/// [`Session::tips`] and [`Session::templates`] do the same as streams.
///
/// Failed attempts are told to the log, by `tracing`. Nothing runs in the background: attempts are made by the futures that wait for a connection. When one is dropped,
/// another goes on where it stopped.
#[derive(Clone)]
pub struct Session(Arc<Shared>);

struct Shared {
    target: Target,
    policy: Reconnect,
    state: tokio::sync::Mutex<State>,
    /// Why the last attempt failed.
    last: Mutex<Option<Exception>>,
}

struct State {
    current: Option<Live>,
    backoff: Backoff,
}

/// The connection that there is.
struct Live {
    node: Node,
    since: Instant,
}

impl Session {
    pub(crate) fn new(target: Target, policy: Reconnect) -> Self {
        Self(Arc::new(Shared {
            state: tokio::sync::Mutex::new(State {
                current: None,
                backoff: Backoff::default(),
            }),
            target,
            policy,
            last: Mutex::new(None),
        }))
    }

    /// The connection that there is; without one, or if it is lost, a new one.
    ///
    /// # Errors
    ///
    /// [`Error::NotThere`], if there is none for as long as [`Reconnect::limit`] says. What trying again does not help
    /// against is told at once: no permission, for one, or a node that fails to say what it speaks. The session can be
    /// asked again.
    pub async fn node(&self) -> Result<Node, Error> {
        self.connection(None).await
    }

    /// A connection that comes after `node`, for who is done with that: because a call of it has failed, or because the
    /// node shuts down, though the connection is still there. If somebody else has asked before, it is the one that
    /// was made then.
    ///
    /// # Errors
    ///
    /// As [`Session::node`].
    pub async fn after(&self, node: &Node) -> Result<Node, Error> {
        self.connection(Some(node.number())).await
    }

    /// A connection; not the one with the number `done`.
    async fn connection(&self, done: Option<u64>) -> Result<Node, Error> {
        let connecting = self.0.connection(done);
        let Some(limit) = self.0.policy.limit else {
            return connecting.await;
        };
        timeout(limit, connecting).await.unwrap_or_else(|_elapsed| {
            let last = self.0.last().clone().unwrap_or_else(|| {
                let kind = ExceptionKind::TimedOut;
                Exception::new(kind, "it did not answer all the questions by then")
            });
            Err(self.0.target.not_there(limit, last))
        })
    }
}

impl Shared {
    async fn connection(&self, done: Option<u64>) -> Result<Node, Error> {
        let mut state = self.state.lock().await;
        let State { current, backoff } = &mut *state;
        if let Some(Live { node, since }) = current {
            if node.is_connected() && done != Some(node.number()) {
                return Ok(node.clone());
            }
            // A node that is lost again and again is not asked more often than one that is not there.
            match since.elapsed() >= self.policy.steady {
                true => backoff.reset(),
                false => backoff.fail(&self.policy),
            }
            *current = None;
        }
        loop {
            backoff.wait().await;
            let error = match self.target.connect().await {
                Ok(node) => {
                    if backoff.has_failed() {
                        node.settle(self.policy.settle).await;
                    }
                    *self.last() = None;
                    let live = Live {
                        node: node.clone(),
                        since: Instant::now(),
                    };
                    *current = Some(live);
                    return Ok(node);
                }
                Err(error) => error,
            };
            backoff.fail(&self.policy);
            match error {
                Error::Ipc(last) if may_pass(&last) => {
                    tracing::warn!(reason = %last, "no node yet");
                    *self.last() = Some(last);
                }
                error => return Err(error),
            }
        }
    }

    fn last(&self) -> MutexGuard<'_, Option<Exception>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the next attempt may end in another way. One that stalls may be a node that is about to end.
fn may_pass(exception: &Exception) -> bool {
    exception.kind() == ExceptionKind::TimedOut || may_come(exception)
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("target", &self.0.target)
            .field("policy", &self.0.policy)
            .finish_non_exhaustive()
    }
}
