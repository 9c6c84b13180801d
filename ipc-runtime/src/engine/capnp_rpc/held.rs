//! How many objects of one side of a connection the other refers to, which `capnp-rpc` does not tell.

use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::rc::Rc;
use std::sync::Arc;

use crate::connection::Connection;

/// The objects of one side, over all connections.
#[derive(Default)]
pub(super) struct Held(RefCell<HashMap<usize, Objects>>);

/// References to each object of one connection, by its address.
type Objects = HashMap<usize, usize>;

impl Held {
    /// Counts a reference to an object; none if that would be one object more than the connection's limit.
    pub(super) fn enter(
        self: &Rc<Self>,
        connection: &Arc<Connection>,
        object: usize,
    ) -> Option<Place> {
        let mut held = self.0.borrow_mut();
        let objects = held.entry(address(connection)).or_default();
        let is_full = objects.len() >= connection.objects();
        match objects.entry(object) {
            Entry::Occupied(mut references) => *references.get_mut() += 1,
            Entry::Vacant(_) if is_full => return None,
            Entry::Vacant(object) => drop(object.insert(1)),
        }
        Some(Place {
            held: Rc::clone(self),
            connection: Arc::clone(connection),
            object,
        })
    }
}

/// One reference to an object.
pub(super) struct Place {
    held: Rc<Held>,
    connection: Arc<Connection>,
    object: usize,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.held.0.borrow_mut();
        let Entry::Occupied(mut objects) = held.entry(address(&self.connection)) else {
            return;
        };
        if let Entry::Occupied(mut references) = objects.get_mut().entry(self.object) {
            *references.get_mut() -= 1;
            if *references.get() == 0 {
                references.remove();
            }
        }
        if objects.get().is_empty() {
            objects.remove();
        }
    }
}

fn address(connection: &Arc<Connection>) -> usize {
    Arc::as_ptr(connection).addr()
}
