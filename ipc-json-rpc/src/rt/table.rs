//! The objects that a client holds on one connection.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ipc_runtime::rt::Object;
use ipc_runtime::{Exception, ExceptionKind};

use super::side::JsonObject;
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

    /// Keeps an object, and returns its handle.
    pub(super) fn insert<P: JsonObject>(&self, proxy: &P) -> Result<String, Exception> {
        let mut entries = self.entries();
        if entries.by_handle.len() >= self.limit {
            let limit = self.limit;
            let message = format_args!("the connection has {limit} objects, and may not have more");
            return Err(Exception::new(ExceptionKind::Overloaded, message));
        }
        entries.made += 1;
        let handle = format!("{}:{}", P::NAME, entries.made);
        let entry = Entry {
            object: proxy.object().clone(),
            ids: P::IDS,
        };
        entries.by_handle.insert(handle.clone(), entry);
        Ok(handle)
    }

    pub(super) fn get<P: JsonObject>(&self, handle: &str) -> Result<P, Exception> {
        let entry = self.entries().by_handle.get(handle).cloned();
        of_type(handle, entry)
    }

    /// Lets an object go, and returns it.
    pub(super) fn remove<P: JsonObject>(&self, handle: &str) -> Result<P, Exception> {
        let removed: P = self.get(handle)?;
        self.entries().by_handle.remove(handle);
        Ok(removed)
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn of_type<P: JsonObject>(handle: &str, entry: Option<Entry>) -> Result<P, Exception> {
    let Some(entry) = entry else {
        let ends = "handles end with their connection, and when they are destroyed";
        return Err(malformed(format_args!(
            "there is no object `{handle}`: {ends}"
        )));
    };
    match P::IDS.first().is_some_and(|id| entry.ids.contains(id)) {
        true => Ok(entry.object.cast()),
        false => Err(malformed(format_args!(
            "the object `{handle}` is no {}",
            P::INTERFACE_NAME
        ))),
    }
}
