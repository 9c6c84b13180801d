//! Objects that several connections share.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use hyper::StatusCode;
use hyper::header::{HeaderName, HeaderValue};

use crate::auth::User;
use crate::rt::Table;

/// The header in which a client asks for a session, and is told of it.
pub(crate) const SESSION: HeaderName = HeaderName::from_static("ipc-session");

/// What it says for a session that begins with its connection.
pub(crate) const NEW: &str = "new";

/// The sessions of a server. One ends with the last of its connections.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Mutex<HashMap<HeaderValue, Entry>>);

#[derive(Debug)]
struct Entry {
    /// Who began it. Nobody else is let in.
    user: Option<User>,
    objects: Weak<Table>,
}

/// Why a connection does not enter a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Ended,
    Occupied,
    NoRandomNumbers,
}

impl Refusal {
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::Ended => StatusCode::GONE,
            Self::Occupied => StatusCode::CONFLICT,
            Self::NoRandomNumbers => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Ended => "there is no such session: it ends with the last of its connections",
            Self::Occupied => "the connection has objects of its own, or is of another session",
            Self::NoRandomNumbers => "the system has no random numbers",
        }
    }
}

impl Sessions {
    /// Makes objects known by an id that nobody can guess.
    fn begin(
        &self,
        objects: &Arc<Table>,
        user: Option<&User>,
    ) -> Result<HeaderValue, getrandom::Error> {
        let mut id = [0; 16];
        getrandom::fill(&mut id)?;
        // Handles of a session that has ended mean nothing in the next one.
        objects.skip(getrandom::u32()?);
        let mut id = HeaderValue::try_from(hex::encode(id)).expect("digits are visible ASCII");
        id.set_sensitive(true);
        let entry = Entry {
            user: user.cloned(),
            objects: Arc::downgrade(objects),
        };
        let mut all = self.all();
        all.retain(|_, entry| entry.objects.strong_count() > 0);
        all.insert(id.clone(), entry);
        Ok(id)
    }

    fn find(&self, id: &HeaderValue, user: Option<&User>) -> Option<Arc<Table>> {
        let all = self.all();
        let entry = all.get(id)?;
        (entry.user.as_ref() == user).then(|| entry.objects.upgrade())?
    }

    fn all(&self) -> MutexGuard<'_, HashMap<HeaderValue, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one connection has: objects of its own, or those of the session that it has entered.
pub(crate) struct Member {
    sessions: Arc<Sessions>,
    now: Mutex<Now>,
}

struct Now {
    objects: Arc<Table>,
    session: Option<HeaderValue>,
}

impl Member {
    /// A connection in no session, which may hold so many objects.
    pub(crate) fn new(sessions: &Arc<Sessions>, limit: usize) -> Self {
        Self {
            sessions: Arc::clone(sessions),
            now: Mutex::new(Now {
                objects: Arc::new(Table::new(limit)),
                session: None,
            }),
        }
    }

    pub(crate) fn objects(&self) -> Arc<Table> {
        Arc::clone(&self.now().objects)
    }

    pub(crate) fn holds_objects(&self) -> bool {
        !self.now().objects.is_empty()
    }

    /// Enters the session that a request names, for all further requests too, and returns its id.
    pub(crate) fn enter(
        &self,
        asked: &HeaderValue,
        user: Option<&User>,
    ) -> Result<HeaderValue, Refusal> {
        let mut now = self.now();
        let begins = asked == NEW;
        match &now.session {
            Some(session) if begins || session == asked => return Ok(session.clone()),
            Some(_) => return Err(Refusal::Occupied),
            None => {}
        }
        let id = if begins {
            (self.sessions.begin(&now.objects, user)).map_err(|_| Refusal::NoRandomNumbers)?
        } else {
            let objects = self.sessions.find(asked, user).ok_or(Refusal::Ended)?;
            if !now.objects.is_empty() {
                return Err(Refusal::Occupied);
            }
            now.objects = objects;
            asked.clone()
        };
        now.session = Some(id.clone());
        Ok(id)
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Member").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new() -> HeaderValue {
        HeaderValue::from_static(NEW)
    }

    fn member(sessions: &Arc<Sessions>) -> Member {
        Member::new(sessions, 10)
    }

    #[test]
    fn connections_of_a_session_have_the_same_objects() {
        let sessions = Arc::default();
        let (first, second, other) = (member(&sessions), member(&sessions), member(&sessions));
        let id = first.enter(&new(), None).unwrap();
        assert_eq!(first.enter(&new(), None).unwrap(), id);
        assert_eq!(second.enter(&id, None).unwrap(), id);
        assert!(Arc::ptr_eq(&first.objects(), &second.objects()));
        let another = other.enter(&new(), None).unwrap();
        assert!(!Arc::ptr_eq(&first.objects(), &other.objects()));
        assert_eq!(second.enter(&another, None), Err(Refusal::Occupied));
    }

    #[test]
    fn a_session_ends_with_its_last_connection() {
        let sessions = Arc::default();
        let (first, second) = (member(&sessions), member(&sessions));
        let id = first.enter(&new(), None).unwrap();
        second.enter(&id, None).unwrap();
        drop(first);
        let third = member(&sessions);
        assert_eq!(third.enter(&id, None).unwrap(), id);
        drop((second, third));
        assert_eq!(member(&sessions).enter(&id, None), Err(Refusal::Ended));
        // Nothing of it is kept.
        member(&sessions).enter(&new(), None).unwrap();
        assert_eq!(sessions.all().len(), 1);
    }

    #[test]
    fn nobody_enters_the_session_of_another_user() {
        let sessions = Arc::default();
        let first = member(&sessions);
        let user = |name: &str| User::named(name);
        let id = first.enter(&new(), Some(&user("alice"))).unwrap();
        let stranger = member(&sessions).enter(&id, Some(&user("bob")));
        assert_eq!(stranger, Err(Refusal::Ended));
        assert_eq!(member(&sessions).enter(&id, None), Err(Refusal::Ended));
        assert!(member(&sessions).enter(&id, Some(&user("alice"))).is_ok());
    }
}
