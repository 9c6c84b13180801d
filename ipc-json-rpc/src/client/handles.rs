//! The objects that a client holds.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError, Weak};

use super::connection::Session;

/// The handles of objects, by what tells the objects apart.
#[derive(Debug, Default)]
pub(super) struct Handles(Mutex<HashMap<usize, Handle>>);

/// What a server calls one of its objects, in one session.
#[derive(Clone, Debug)]
pub(crate) struct Handle {
    pub(crate) text: String,
    pub(crate) session: Weak<Session>,
}

impl Handles {
    pub(super) fn insert(&self, identity: usize, handle: Handle) {
        self.all().insert(identity, handle);
    }

    pub(super) fn get(&self, identity: usize) -> Option<Handle> {
        self.all().get(&identity).cloned()
    }

    pub(super) fn remove(&self, gone: &Handle) {
        self.all()
            .retain(|_, kept| kept.text != gone.text || !kept.session.ptr_eq(&gone.session));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all().is_empty()
    }

    fn all(&self) -> MutexGuard<'_, HashMap<usize, Handle>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
