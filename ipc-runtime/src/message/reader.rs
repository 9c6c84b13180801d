//! Reading the fields of a struct.

use std::fmt;

use capnp::private::layout;

use super::payload::malformed;
use super::value::{ListItem, Scalar, Struct};
use crate::capability::Capability;
use crate::exception::{Exception, ExceptionKind};
use crate::object::{Object, Proxy};

/// A struct that arrived. Every accessor takes the field's place, and those that can fail take its
/// name for the error.
#[derive(Clone, Copy)]
pub struct StructReader<'a> {
    layout: layout::StructReader<'a>,
    capabilities: &'a [Option<Capability>],
}

impl<'a> StructReader<'a> {
    pub(super) fn new(
        layout: layout::StructReader<'a>,
        capabilities: &'a [Option<Capability>],
    ) -> Self {
        Self {
            layout,
            capabilities,
        }
    }

    /// A number or truth value at `offset`, counted in its own size (a `bool`: in bits).
    pub fn scalar<T: Scalar>(&self, offset: usize, default: T) -> T {
        T::read(&self.layout, offset, default)
    }

    /// Whether the pointer at `index` points at nothing.
    pub fn is_null(&self, index: u16) -> bool {
        self.pointer(index).is_null()
    }

    /// Text; null reads as the empty string.
    ///
    /// # Errors
    ///
    /// Text that is not UTF-8, or a pointer to something else.
    pub fn text(&self, index: u16, field: &'static str) -> Result<String, Exception> {
        text(self.pointer(index)).map_err(|error| error.context(field))
    }

    /// Bytes; null reads as none.
    ///
    /// # Errors
    ///
    /// A pointer to something else.
    pub fn data(&self, index: u16, field: &'static str) -> Result<Vec<u8>, Exception> {
        data(self.pointer(index)).map_err(|error| error.context(field))
    }

    /// A list; null reads as empty.
    ///
    /// # Errors
    ///
    /// An element that cannot be read, or a pointer to something else.
    pub fn list<T: ListItem>(&self, index: u16, field: &'static str) -> Result<Vec<T>, Exception> {
        T::read_list(self.pointer(index), self.capabilities).map_err(|error| error.context(field))
    }

    /// A struct; null reads as one where every field has its default.
    ///
    /// # Errors
    ///
    /// A field that cannot be read, or a pointer to something else.
    pub fn structure<T: Struct>(&self, index: u16, field: &'static str) -> Result<T, Exception> {
        self.pointer(index)
            .get_struct(None)
            .map_err(malformed)
            .and_then(|layout| T::read(&StructReader::new(layout, self.capabilities)))
            .map_err(|error| error.context(field))
    }

    /// A struct that has to be there.
    ///
    /// # Errors
    ///
    /// Null, and as [`StructReader::structure`].
    pub fn required_structure<T: Struct>(
        &self,
        index: u16,
        field: &'static str,
    ) -> Result<T, Exception> {
        if self.is_null(index) {
            return Err(null(field));
        }
        self.structure(index, field)
    }

    /// An object that has to be there.
    ///
    /// # Errors
    ///
    /// Null, or a pointer to something else.
    pub fn object<P: Proxy>(&self, index: u16, field: &'static str) -> Result<P, Exception> {
        match self.capability(index, field)? {
            Some(capability) => Ok(P::from_object(Object::new(capability, P::INTERFACE))),
            None => Err(null(field)),
        }
    }

    /// The capability at `index`, if the pointer is not null.
    pub(crate) fn capability(
        &self,
        index: u16,
        field: &'static str,
    ) -> Result<Option<Capability>, Exception> {
        let pointer = self.pointer(index);
        if pointer.is_null() {
            return Ok(None);
        }
        let hook = pointer
            .get_capability()
            .map_err(|error| malformed(error).context(field))?;
        Ok(self.capabilities.get(hook.get_ptr()).cloned().flatten())
    }

    /// The struct at `index`, without decoding it.
    pub(crate) fn nested(&self, index: u16) -> Result<StructReader<'a>, Exception> {
        let layout = self.pointer(index).get_struct(None).map_err(malformed)?;
        Ok(StructReader::new(layout, self.capabilities))
    }

    fn pointer(&self, index: u16) -> layout::PointerReader<'a> {
        self.layout.get_pointer_field(usize::from(index))
    }
}

impl fmt::Debug for StructReader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StructReader").finish_non_exhaustive()
    }
}

pub(super) fn text(pointer: layout::PointerReader<'_>) -> Result<String, Exception> {
    let text = pointer.get_text(None).map_err(malformed)?;
    match text.to_str() {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => Err(Exception::new(
            ExceptionKind::Malformed,
            format_args!("the text is not UTF-8: {error}"),
        )),
    }
}

pub(super) fn data(pointer: layout::PointerReader<'_>) -> Result<Vec<u8>, Exception> {
    Ok(pointer.get_data(None).map_err(malformed)?.to_vec())
}

fn null(field: &'static str) -> Exception {
    Exception::new(
        ExceptionKind::Null,
        format_args!("{field}: the peer sent null where a value was needed"),
    )
}
