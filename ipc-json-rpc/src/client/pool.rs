//! The connections of a client.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use hyper::header::HeaderValue;
use ipc_runtime::{Exception, ExceptionKind};
use tokio::runtime::Handle as Runtime;
use tokio::sync::Notify;
use tokio_util::task::AbortOnDropHandle;

use super::connection::{Connection, Failure, Session};
use super::handles::Handles;
use super::server::Server;

/// How long idle connections are kept. Our servers close them after half a minute, where there are no objects.
const KEPT: Duration = Duration::from_secs(10);

/// How long the end of a call may wait for a connection that takes the place of its own.
const STAND_IN: Duration = Duration::from_secs(2);

/// The connections to one server, of one session at a time.
#[derive(Debug)]
pub(super) struct Pool {
    pub(super) server: Server,
    pub(super) runtime: Runtime,
    handles: Arc<Handles>,
    state: Mutex<State>,
    /// Held by who makes a connection, so that not two begin a session.
    opening: tokio::sync::Mutex<()>,
    given_back: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// The one that was used last is the last.
    idle: Vec<Connection>,
    session: Known,
    /// Whether a task closes idle ones.
    is_tended: bool,
}

/// A session as it is known without being in it: so that what is in it can be counted.
#[derive(Clone, Debug, Default)]
struct Known {
    id: Option<HeaderValue>,
    session: Weak<Session>,
}

impl Known {
    fn of(connection: &Connection) -> Self {
        Self {
            id: connection.session_id().cloned(),
            session: connection.session(),
        }
    }

    fn is(&self, session: &Weak<Session>) -> bool {
        self.session.ptr_eq(session)
    }
}

/// A connection for a call.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) connection: Connection,
    /// Whether it was made for this call.
    pub(super) is_new: bool,
}

impl Pool {
    pub(super) fn new(server: Server, runtime: Runtime, handles: Arc<Handles>) -> Self {
        Self {
            server,
            runtime,
            handles,
            state: Mutex::default(),
            opening: tokio::sync::Mutex::default(),
            given_back: Notify::new(),
        }
    }

    /// The session that calls are made in, if there is one.
    pub(super) fn session(&self) -> Weak<Session> {
        self.state().session.session.clone()
    }

    /// An idle connection, or a new one, whichever is there first. It is of the session that is asked for, or of any.
    pub(super) async fn take(
        self: &Arc<Self>,
        session: Option<&Weak<Session>>,
    ) -> Result<Taken, Exception> {
        loop {
            let mut given_back = pin!(self.given_back.notified());
            // From here on, whatever is given back is told.
            given_back.as_mut().enable();
            if let Some(connection) = self.idle() {
                if session.is_some_and(|session| !session.ptr_eq(&connection.session())) {
                    self.give_back(connection);
                    return Err(ended());
                }
                return Ok(Taken {
                    connection,
                    is_new: false,
                });
            }
            let (pool, wanted) = (Arc::clone(self), session.cloned());
            let open = async move { pool.open(wanted.as_ref()).await };
            // A task, since who calls may be no task of the runtime.
            let open = AbortOnDropHandle::new(self.runtime.spawn(open));
            // A server may let no more of them in until others end.
            tokio::select! {
                opened = open => return Ok(Taken {
                    connection: opened.map_err(Exception::failed)??,
                    is_new: true,
                }),
                () = given_back => {}
            }
        }
    }

    /// Keeps a connection for further calls.
    pub(super) fn give_back(self: &Arc<Self>, connection: Connection) {
        let mut state = self.state();
        if !state.session.is(&connection.session()) {
            return;
        }
        state.idle.push(connection);
        self.given_back.notify_one();
        if !std::mem::replace(&mut state.is_tended, true) {
            self.runtime.spawn(tend(Arc::downgrade(self)));
        }
    }

    /// Waits until a connection can go and its session stays, and has it leave that.
    pub(super) async fn leave(self: &Arc<Self>, session: &mut Option<Arc<Session>>) {
        let stand_in = async {
            while let Some(last) = self.is_last(session) {
                match Connection::join(&self.server, &last.id, &Arc::downgrade(last)).await {
                    Ok(connection) => self.give_back(connection),
                    Err(_ended_or_gone) => return,
                }
            }
        };
        if tokio::time::timeout(STAND_IN, stand_in).await.is_err() {
            tracing::debug!("a session ends with a call that was given up");
        }
    }

    /// The session, if no other connection is in it; if there is one, this one leaves.
    fn is_last<'a>(&self, session: &'a mut Option<Arc<Session>>) -> Option<&'a Arc<Session>> {
        // Of two that go at the same time, one is the last.
        let _state = self.state();
        session.take_if(|session| Arc::strong_count(session) > 1);
        session.as_ref()
    }

    async fn open(&self, session: Option<&Weak<Session>>) -> Result<Connection, Exception> {
        let _opening = self.opening.lock().await;
        loop {
            let known = self.state().session.clone();
            if session.is_some_and(|session| !known.is(session)) {
                return Err(ended());
            }
            let opened = match (known.session.strong_count(), &known.id) {
                (1.., Some(id)) => Connection::join(&self.server, id, &known.session).await,
                _ if session.is_some() => return Err(ended()),
                _ => Connection::begin(&self.server).await,
            };
            match opened {
                Ok(connection) => {
                    self.state().session = Known::of(&connection);
                    return Ok(connection);
                }
                Err(Failure::Ended) => self.forget(&known.session),
                Err(Failure::Unsent) => return Err(closed()),
                Err(Failure::Failed(exception)) => return Err(exception),
            }
        }
    }

    /// The connection that was used last, of those that are still there.
    fn idle(&self) -> Option<Connection> {
        let mut state = self.state();
        while let Some(connection) = state.idle.pop() {
            if !connection.is_closed() {
                return Some(connection);
            }
        }
        None
    }

    /// Closes what has been idle for longer, but for one that keeps the objects. Returns whether there is more to close later.
    fn close_idle(&self, limit: Duration) -> bool {
        let mut state = self.state();
        (state.idle).retain(|connection| !connection.is_closed());
        let kept = usize::from(!self.handles.is_empty());
        let old = state
            .idle
            .iter()
            .take_while(|connection| connection.is_idle_for(limit));
        let closed = old.count().min(state.idle.len().saturating_sub(kept));
        state.idle.drain(..closed);
        state.is_tended = state.idle.len() > kept;
        state.is_tended
    }

    /// Has the next connection begin a session.
    fn forget(&self, session: &Weak<Session>) {
        let mut state = self.state();
        if state.session.is(session) {
            state.idle.clear();
            state.session = Known::default();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes idle connections from time to time.
async fn tend(pool: Weak<Pool>) {
    loop {
        tokio::time::sleep(KEPT).await;
        if !pool.upgrade().is_some_and(|pool| pool.close_idle(KEPT)) {
            return;
        }
    }
}

/// Of calls on objects of an earlier session.
pub(super) fn ended() -> Exception {
    let message = "the object ended with the connections to its server";
    Exception::new(ExceptionKind::Disconnected, message)
}

/// Of servers that hang up on everybody.
pub(super) fn closed() -> Exception {
    let message = "the server closed the connection before it read a request";
    Exception::new(ExceptionKind::Disconnected, message)
}

#[cfg(test)]
mod tests {
    use super::super::connection::tests::connection;
    use super::*;
    use crate::client::Handle;

    #[tokio::test]
    async fn idle_connections_are_closed_but_for_one_that_keeps_objects() -> Result<(), Exception> {
        let (handles, runtime) = (Arc::<Handles>::default(), Runtime::current());
        let server = Server::new("unix:nowhere", None)?;
        let pool = Arc::new(Pool::new(server, runtime, Arc::clone(&handles)));
        let session = Session::of("1");
        let fill = async || {
            for _ in 0..3 {
                let connection = connection(&session).await;
                pool.state().session = Known::of(&connection);
                pool.give_back(connection);
            }
        };
        fill().await;
        assert!(pool.close_idle(KEPT), "there will be more to close");
        assert_eq!(pool.state().idle.len(), 3);
        assert!(!pool.close_idle(Duration::ZERO));
        assert_eq!(pool.state().idle.len(), 0);

        fill().await;
        let handle = Handle {
            text: "till:1".to_owned(),
            session: Arc::downgrade(&session),
        };
        handles.insert(1, handle.clone());
        assert!(!pool.close_idle(Duration::ZERO));
        assert_eq!(pool.state().idle.len(), 1);
        handles.remove(&handle);
        assert!(!pool.close_idle(Duration::ZERO));
        assert_eq!(pool.state().idle.len(), 0);
        Ok(())
    }
}
