//! The connections of a client.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use hyper::header::HeaderValue;
use ipc_runtime::{Exception, ExceptionKind};
use tokio::sync::Notify;

use super::connection::{Connection, Failure, Session};
use super::server::Server;

/// How many idle connections are kept.
const IDLE: usize = 4;

/// How long they are kept without objects: our servers close them after half a minute.
const KEPT: Duration = Duration::from_secs(10);

/// How long the end of a call may wait for a connection that takes the place of its own.
const STAND_IN: Duration = Duration::from_secs(2);

/// The connections to one server, of one session at a time.
#[derive(Debug)]
pub(super) struct Pool {
    pub(super) server: Server,
    state: Mutex<State>,
    /// Held by who makes a connection, so that not two begin a session.
    opening: tokio::sync::Mutex<()>,
    given_back: Notify,
}

#[derive(Debug, Default)]
struct State {
    idle: Vec<Connection>,
    session: Known,
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
            id: connection
                .session
                .as_ref()
                .map(|session| session.id.clone()),
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
    pub(super) fn new(server: Server) -> Self {
        Self {
            server,
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
        &self,
        session: Option<&Weak<Session>>,
        holds_objects: bool,
    ) -> Result<Taken, Exception> {
        loop {
            let mut given_back = pin!(self.given_back.notified());
            // From here on, whatever is given back is told.
            given_back.as_mut().enable();
            if let Some(connection) = self.idle(holds_objects) {
                if session.is_some_and(|session| !session.ptr_eq(&connection.session())) {
                    self.give_back(connection);
                    return Err(ended());
                }
                return Ok(Taken {
                    connection,
                    is_new: false,
                });
            }
            // A server may let no more of them in until others end.
            tokio::select! {
                opened = self.open(session) => {
                    return opened.map(|connection| Taken { connection, is_new: true });
                }
                () = given_back => {}
            }
        }
    }

    pub(super) fn give_back(&self, mut connection: Connection) {
        connection.was_used();
        let mut state = self.state();
        if state.idle.len() < IDLE && state.session.is(&connection.session()) {
            state.idle.push(connection);
            self.given_back.notify_one();
        }
    }

    /// Waits until a connection can go and its session stays, and has it leave that.
    pub(super) async fn leave(&self, session: &mut Option<Arc<Session>>) {
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
    fn idle(&self, holds_objects: bool) -> Option<Connection> {
        let mut state = self.state();
        (state.idle).retain(|connection| {
            !connection.http.is_closed() && (holds_objects || !connection.is_stale(KEPT))
        });
        state.idle.pop()
    }

    /// Has the next connection begin a session.
    fn forget(&self, session: &Weak<Session>) {
        let mut state = self.state();
        if state.session.is(session) {
            *state = State::default();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
