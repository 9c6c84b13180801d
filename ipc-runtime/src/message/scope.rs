//! What surrounds a value that is being read: the message's capabilities, and limits.

use std::cell::Cell;

use crate::capability::Capability;
use crate::exception::{Exception, ExceptionKind};

/// How many structs and lists can stand inside of each other, as other implementations have it.
pub(super) const MAX_DEPTH: u8 = 64;

/// The most elements of lists of structs and of Void in a message. Their elements may take no room
/// on the wire, so the size of the message does not bound them.
const MAX_ELEMENTS: u32 = 8 << 20;

/// The part of a message's limits that is not used up yet.
pub(super) struct Budget(Cell<u32>);

impl Budget {
    pub(super) fn new() -> Self {
        Self(Cell::new(MAX_ELEMENTS))
    }
}

/// What surrounds a value that is being read.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) capabilities: &'a [Option<Capability>],
    budget: &'a Budget,
    depth: u8,
}

impl<'a> Scope<'a> {
    pub(super) fn new(capabilities: &'a [Option<Capability>], budget: &'a Budget) -> Self {
        Self {
            capabilities,
            budget,
            depth: MAX_DEPTH,
        }
    }

    /// The scope of what the value points at.
    pub(super) fn deeper(self) -> Result<Self, Exception> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Self { depth, ..self }),
            None => Err(Exception::new(
                ExceptionKind::Malformed,
                format_args!("the message is nested more than {MAX_DEPTH} levels deep"),
            )),
        }
    }

    /// Takes so many elements from the budget.
    pub(super) fn spend(self, elements: u32) -> Result<(), Exception> {
        let left = self.budget.0.get().checked_sub(elements).ok_or_else(|| {
            Exception::new(
                ExceptionKind::Malformed,
                format_args!("the message has more than {MAX_ELEMENTS} list elements"),
            )
        })?;
        self.budget.0.set(left);
        Ok(())
    }
}
