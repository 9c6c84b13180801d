//! Reading the fields of a struct.

use std::fmt;

use capnp::private::layout;

use super::list::ListItem;
use super::payload::malformed;
use super::pointer::{PointerReader, PointerValue};
use super::scope::Scope;
use super::value::{Scalar, Struct};
use crate::capability::Capability;
use crate::exception::{Exception, ExceptionKind};
use crate::object::Object;
use crate::proxy::Proxy;

/// A struct that arrived. Every accessor takes the field's place, and those that can fail take its
/// name for the error.
#[derive(Clone, Copy)]
pub struct StructReader<'a> {
    layout: layout::StructReader<'a>,
    scope: Scope<'a>,
}

impl<'a> StructReader<'a> {
    pub(super) fn new(layout: layout::StructReader<'a>, scope: Scope<'a>) -> Self {
        Self { layout, scope }
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
        self.value(index, field)
    }

    /// Text; null reads as the default.
    ///
    /// # Errors
    ///
    /// As [`StructReader::text`].
    pub fn text_or(
        &self,
        index: u16,
        field: &'static str,
        default: &str,
    ) -> Result<String, Exception> {
        if self.is_null(index) {
            return Ok(default.to_owned());
        }
        self.text(index, field)
    }

    /// Bytes; null reads as none.
    ///
    /// # Errors
    ///
    /// A pointer to something else.
    pub fn data(&self, index: u16, field: &'static str) -> Result<Vec<u8>, Exception> {
        self.value(index, field)
    }

    /// Bytes; null reads as the default.
    ///
    /// # Errors
    ///
    /// As [`StructReader::data`].
    pub fn data_or(
        &self,
        index: u16,
        field: &'static str,
        default: &[u8],
    ) -> Result<Vec<u8>, Exception> {
        if self.is_null(index) {
            return Ok(default.to_vec());
        }
        self.data(index, field)
    }

    /// A list; null reads as empty.
    ///
    /// # Errors
    ///
    /// An element that cannot be read, or a pointer to something else.
    pub fn list<T: ListItem>(&self, index: u16, field: &'static str) -> Result<Vec<T>, Exception> {
        T::read_list(self.pointer(index)).map_err(|error| error.context(field))
    }

    /// A struct; null reads as one where every field has its default.
    ///
    /// # Errors
    ///
    /// A field that cannot be read, or a pointer to something else.
    pub fn structure<T: Struct>(&self, index: u16, field: &'static str) -> Result<T, Exception> {
        (self.pointer(index).structure())
            .and_then(|reader| T::read(&reader))
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

    /// A struct that can be missing.
    ///
    /// # Errors
    ///
    /// As [`StructReader::structure`].
    pub fn optional_structure<T: Struct>(
        &self,
        index: u16,
        field: &'static str,
    ) -> Result<Option<T>, Exception> {
        if self.is_null(index) {
            return Ok(None);
        }
        self.structure(index, field).map(Some)
    }

    /// A struct of a type that contains itself.
    ///
    /// # Errors
    ///
    /// As [`StructReader::structure`].
    pub fn boxed<T: Struct>(
        &self,
        index: u16,
        field: &'static str,
    ) -> Result<Option<Box<T>>, Exception> {
        Ok(self.optional_structure(index, field)?.map(Box::new))
    }

    /// A group: fields of this struct that have a type of their own.
    ///
    /// # Errors
    ///
    /// A field that cannot be read.
    pub fn group<T: Struct>(&self, field: &'static str) -> Result<T, Exception> {
        T::read(self).map_err(|error| error.context(field))
    }

    /// The unnamed union of this struct.
    ///
    /// # Errors
    ///
    /// A field that cannot be read.
    pub fn union<T: Struct>(&self) -> Result<T, Exception> {
        T::read(self)
    }

    /// A value of any type that stands behind a pointer.
    ///
    /// # Errors
    ///
    /// A value that cannot be read, or a pointer to something else.
    pub fn value<T: PointerValue>(&self, index: u16, field: &'static str) -> Result<T, Exception> {
        T::read_pointer(self.pointer(index)).map_err(|error| error.context(field))
    }

    /// An object that has to be there.
    ///
    /// # Errors
    ///
    /// Null, or a pointer to something else.
    pub fn object<P: Proxy>(&self, index: u16, field: &'static str) -> Result<P, Exception> {
        self.optional_object(index, field)?
            .ok_or_else(|| null(field))
    }

    /// An object that can be missing.
    ///
    /// # Errors
    ///
    /// A pointer to something else.
    pub fn optional_object<P: Proxy>(
        &self,
        index: u16,
        field: &'static str,
    ) -> Result<Option<P>, Exception> {
        let capability = self.capability(index, field)?;
        Ok(capability.map(|capability| P::from_object(Object::new(capability, P::INTERFACE))))
    }

    /// The capability at `index`, if the pointer is not null.
    pub(crate) fn capability(
        &self,
        index: u16,
        field: &'static str,
    ) -> Result<Option<Capability>, Exception> {
        (self.pointer(index).capability()).map_err(|error| error.context(field))
    }

    /// The struct at `index`, without decoding it.
    pub(crate) fn nested(&self, index: u16) -> Result<StructReader<'a>, Exception> {
        self.pointer(index).structure()
    }

    pub(super) fn pointer(&self, index: u16) -> PointerReader<'a> {
        PointerReader::new(
            self.layout.get_pointer_field(usize::from(index)),
            self.scope,
        )
    }
}

impl fmt::Debug for StructReader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StructReader").finish_non_exhaustive()
    }
}

pub(super) fn text(pointer: layout::PointerReader<'_>) -> Result<&str, Exception> {
    let text = pointer.get_text(None).map_err(malformed)?;
    text.to_str().map_err(|error| {
        Exception::new(
            ExceptionKind::Malformed,
            format_args!("the text is not UTF-8: {error}"),
        )
    })
}

pub(super) fn null(field: &'static str) -> Exception {
    Exception::new(
        ExceptionKind::Null,
        format_args!("{field}: the peer sent null where a value was needed"),
    )
}
