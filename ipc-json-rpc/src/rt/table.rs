//! The objects that a client holds on one connection.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ipc_runtime::rt::Object;
use ipc_runtime::{Exception, ExceptionKind};

use super::kind::Kind;
use super::values::malformed;

/// The objects by their handles. They are let go with the table, which goes with its connection.
#[derive(Debug)]
pub(crate) struct Table {
    limit: usize,
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    made: u64,
    by_handle: HashMap<String, Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    object: Object,
    /// The ids of its interface and of those that it extends.
    ids: &'static [u64],
}

impl Table {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            entries: Mutex::default(),
        }
    }

    /// Leaves out so many numbers, so that handles of other tables are not taken for its own.
    pub(crate) fn skip(&self, numbers: u32) {
        self.entries().made += u64::from(numbers);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries().by_handle.is_empty()
    }

    /// Keeps an object, and returns its handle.
    pub(super) fn insert(&self, kind: Kind, object: &Object) -> Result<String, Exception> {
        let mut entries = self.entries();
        if entries.by_handle.len() >= self.limit {
            let limit = self.limit;
            let message = format_args!("the connection has {limit} objects, and may not have more");
            return Err(Exception::new(ExceptionKind::Overloaded, message));
        }
        entries.made += 1;
        let handle = format!("{}:{}", kind.prefix, entries.made);
        let entry = Entry {
            object: object.clone(),
            ids: kind.ids,
        };
        entries.by_handle.insert(handle.clone(), entry);
        Ok(handle)
    }

    pub(super) fn get(&self, kind: Kind, handle: &str) -> Result<Object, Exception> {
        let entry = self.entries().by_handle.get(handle).cloned();
        of_kind(kind, handle, entry)
    }

    /// Lets an object go, and returns it.
    pub(super) fn remove(&self, kind: Kind, handle: &str) -> Result<Object, Exception> {
        let mut entries = self.entries();
        let entry = entries.by_handle.get(handle).cloned();
        let removed = of_kind(kind, handle, entry)?;
        entries.by_handle.remove(handle);
        Ok(removed)
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn of_kind(kind: Kind, handle: &str, entry: Option<Entry>) -> Result<Object, Exception> {
    let Some(entry) = entry else {
        let ends = "handles end with their connection, and when they are destroyed";
        return Err(malformed(format_args!(
            "there is no object `{handle}`: {ends}"
        )));
    };
    match kind.ids.first().is_some_and(|id| entry.ids.contains(id)) {
        true => Ok(entry.object),
        false => Err(malformed(format_args!(
            "the object `{handle}` is no {}",
            kind.name
        ))),
    }
}
