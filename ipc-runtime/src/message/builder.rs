//! Writing the fields of a struct.

use std::fmt;

use capnp::private::layout;

use super::list::ListItem;
use super::pointer::{PointerBuilder, PointerValue};
use super::scope::MAX_DEPTH;
use super::value::{Scalar, Struct};
use crate::capability::Capability;
use crate::exception::Exception;
use crate::interface::StructSize;
use crate::proxy::Proxy;

/// The most elements of a list, and bytes of text or data: their number has 29 bits, and text ends with a
/// zero byte.
const MAX_LENGTH: usize = (1 << 29) - 2;

/// What writing a message gathers beside its bytes.
#[derive(Debug, Default)]
pub struct Builds {
    pub(super) capabilities: Vec<Option<Capability>>,
    pub(super) failure: Option<Exception>,
    depth: u8,
}

impl Builds {
    pub(super) fn new(capabilities: Vec<Option<Capability>>) -> Self {
        Self {
            capabilities,
            ..Self::default()
        }
    }

    /// Writes what a pointer points at, unless that is nested too deeply for peers to read it.
    pub(super) fn deeper(&mut self, write: impl FnOnce(&mut Self)) {
        if self.depth < MAX_DEPTH {
            self.depth += 1;
            write(self);
            self.depth -= 1;
        } else {
            self.fail(Exception::failed(format_args!(
                "a value that is nested more than {MAX_DEPTH} levels deep does not fit in a message"
            )));
        }
    }

    /// Whether so many bytes or elements fit; remembers the problem if they do not.
    pub(super) fn fits(&mut self, length: usize) -> bool {
        let fits = length <= MAX_LENGTH;
        if !fits {
            self.fail(Exception::failed(format_args!(
                "a value of {length} bytes or elements does not fit in a message"
            )));
        }
        fits
    }

    /// Remembers that a field lies outside of its struct.
    fn outside(&mut self) {
        self.fail(Exception::failed(
            "a field lies outside of its struct: the code was generated wrongly",
        ));
    }

    pub(super) fn fail(&mut self, failure: Exception) {
        self.failure.get_or_insert(failure);
    }
}

/// A struct that is being encoded. Nothing here returns an error: the first problem is kept and
/// fails the whole message once it is complete.
///
/// The `capnp` crate trusts its caller to stay inside the struct; here a place outside is such a
/// problem, so that no use of this type can write beyond it.
pub struct StructBuilder<'a> {
    layout: layout::StructBuilder<'a>,
    size: layout::StructSize,
    builds: &'a mut Builds,
}

impl<'a> StructBuilder<'a> {
    pub(super) fn new(
        layout: layout::StructBuilder<'a>,
        size: layout::StructSize,
        builds: &'a mut Builds,
    ) -> Self {
        Self {
            layout,
            size,
            builds,
        }
    }

    /// A number or truth value at `offset`, counted in its own size (a `bool`: in bits).
    pub fn set_scalar<T: Scalar>(&mut self, offset: usize, value: T, default: T) {
        if (offset + 1) * T::BITS <= usize::from(self.size.data) * 64 {
            T::write(&self.layout, offset, value, default);
        } else {
            self.builds.outside();
        }
    }

    /// Text.
    pub fn set_text(&mut self, index: u16, value: &str) {
        self.with_pointer(index, |pointer| pointer.set_text(value));
    }

    /// Bytes.
    pub fn set_data(&mut self, index: u16, value: &[u8]) {
        self.with_pointer(index, |pointer| pointer.set_data(value));
    }

    /// A list.
    pub fn set_list<T: ListItem>(&mut self, index: u16, value: &[T]) {
        self.with_pointer(index, |pointer| pointer.set_list(value));
    }

    /// A struct.
    pub fn set_structure<T: Struct>(&mut self, index: u16, value: &T) {
        self.set_value(index, value);
    }

    /// A struct that can be missing.
    pub fn set_optional_structure<T: Struct>(&mut self, index: u16, value: &Option<T>) {
        if let Some(value) = value {
            self.set_value(index, value);
        }
    }

    /// A struct of a type that contains itself.
    pub fn set_boxed<T: Struct>(&mut self, index: u16, value: &Option<Box<T>>) {
        if let Some(value) = value {
            self.set_structure(index, &**value);
        }
    }

    /// A group, or the unnamed union: fields of this struct that have a type of their own.
    pub fn set_group<T: Struct>(&mut self, value: &T) {
        value.write(self);
    }

    /// A value of any type that stands behind a pointer.
    pub fn set_value<T: PointerValue>(&mut self, index: u16, value: &T) {
        self.with_pointer(index, |pointer| value.write_pointer(pointer));
    }

    /// An object: a proxy's own, or the one that it stands for.
    pub fn set_object<P: Proxy>(&mut self, index: u16, value: &P) {
        self.set_capability(index, value.object().pass_on());
    }

    /// An object that can be missing.
    pub fn set_optional_object<P: Proxy>(&mut self, index: u16, value: &Option<P>) {
        if let Some(value) = value {
            self.set_object(index, value);
        }
    }

    pub(crate) fn set_capability(&mut self, index: u16, capability: Capability) {
        self.with_pointer(index, |pointer| pointer.set_capability(capability));
    }

    /// Makes a struct at `index` and fills it.
    pub(crate) fn nested(
        &mut self,
        index: u16,
        size: StructSize,
        fill: impl FnOnce(&mut StructBuilder<'_>),
    ) {
        let size = layout::StructSize {
            data: size.data,
            pointers: size.pointers,
        };
        self.with_pointer(index, |pointer| pointer.set_structure(size, fill));
    }

    pub(super) fn with_pointer(&mut self, index: u16, write: impl FnOnce(PointerBuilder<'_>)) {
        if index < self.size.pointers {
            let pointer = self.layout.reborrow().get_pointer_field(usize::from(index));
            write(PointerBuilder::new(pointer, self.builds));
        } else {
            self.builds.outside();
        }
    }
}

impl fmt::Debug for StructBuilder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StructBuilder").finish_non_exhaustive()
    }
}
