//! What stands for objects in JSON.

use std::cell::RefCell;

use ipc_gen::reflection::Id;
use ipc_runtime::Exception;
use ipc_runtime::rt::Object;
use serde_json::{Value as Json, json};

use super::schemas::Schemas;
use crate::failure::Failure;

/// What stands for objects in JSON, on the way there and back.
pub(crate) trait Objects {
    /// The object of this interface that a parameter means.
    fn given(&self, interface: Id, json: &Json) -> Result<Object, Failure>;

    /// What a result is shown as that is an object of this interface.
    fn brought(&self, interface: Id, object: Object) -> Result<Json, Exception>;
}

/// The objects of a call on the command line: numbers, by which nothing can be given.
#[derive(Debug)]
pub(crate) struct Numbered<'a> {
    schemas: &'a Schemas,
    brought: RefCell<Vec<Object>>,
}

impl<'a> Numbered<'a> {
    pub(crate) fn new(schemas: &'a Schemas) -> Self {
        Self {
            schemas,
            brought: RefCell::default(),
        }
    }

    /// The object that this was shown as.
    pub(crate) fn get(&self, shown: &Json) -> Option<Object> {
        let place = usize::try_from(shown.get("object")?.as_u64()?).ok()?;
        self.brought.borrow().get(place).cloned()
    }
}

impl Objects for Numbered<'_> {
    fn given(&self, _interface: Id, _json: &Json) -> Result<Object, Failure> {
        let text = "an object cannot be given on the command line; leave it out";
        Err(Failure::usage(text))
    }

    fn brought(&self, interface: Id, object: Object) -> Result<Json, Exception> {
        let mut brought = self.brought.borrow_mut();
        brought.push(object);
        Ok(json!({ "object": brought.len() - 1, "interface": self.schemas.name(interface) }))
    }
}
