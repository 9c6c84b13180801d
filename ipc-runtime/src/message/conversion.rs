//! Reading and writing fields whose type is a [`CustomValue`](super::CustomValue), or converted by a
//! module of functions: generated code names the conversion, so that both are the same here.

use std::fmt;

use super::builder::StructBuilder;
use super::list::{self, ListItem};
use super::pointer::{PointerBuilder, PointerReader, PointerValue};
use super::reader::{self, StructReader};
use super::value::Scalar;
use crate::exception::{Exception, ExceptionKind};

fn refused(error: impl fmt::Display) -> Exception {
    Exception::new(ExceptionKind::Malformed, error)
}

/// The default of a custom type: that of the schema if it is one of the type.
pub fn default_or<T, E>(from_schema: Result<T, E>, own: impl FnOnce() -> T) -> T {
    from_schema.unwrap_or_else(|_| own())
}

impl StructReader<'_> {
    /// A custom type made from a value that was read already.
    ///
    /// # Errors
    ///
    /// What the conversion says, with the field's name in front.
    pub fn convert<W, T, E: fmt::Display>(
        &self,
        field: &'static str,
        value: W,
        from_wire: impl FnOnce(W) -> Result<T, E>,
    ) -> Result<T, Exception> {
        from_wire(value).map_err(|error| refused(error).context(field))
    }

    /// A custom type made from a number or truth value.
    ///
    /// # Errors
    ///
    /// As [`StructReader::convert`].
    pub fn scalar_as<W: Scalar, T, E: fmt::Display>(
        &self,
        offset: usize,
        field: &'static str,
        default: W,
        from_wire: impl FnOnce(W) -> Result<T, E>,
    ) -> Result<T, Exception> {
        self.convert(field, self.scalar(offset, default), from_wire)
    }

    /// A custom type made from Text; null reads as the default.
    ///
    /// # Errors
    ///
    /// As [`StructReader::text`], or what the conversion says, with the field's name in front.
    pub fn text_as<T, E: fmt::Display>(
        &self,
        index: u16,
        field: &'static str,
        default: &str,
        from_wire: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, Exception> {
        if self.is_null(index) {
            return self.convert(field, default, from_wire);
        }
        self.value_with(index, field, |pointer| pointer.text_as(from_wire))
    }

    /// A custom type made from Data; null reads as the default.
    ///
    /// # Errors
    ///
    /// As [`StructReader::data`], or what the conversion says, with the field's name in front.
    pub fn data_as<T, E: fmt::Display>(
        &self,
        index: u16,
        field: &'static str,
        default: &[u8],
        from_wire: impl FnOnce(&[u8]) -> Result<T, E>,
    ) -> Result<T, Exception> {
        if self.is_null(index) {
            return self.convert(field, default, from_wire);
        }
        self.value_with(index, field, |pointer| pointer.data_as(from_wire))
    }

    /// A list of a custom type, whose elements stand side by side in the message.
    ///
    /// # Errors
    ///
    /// As [`StructReader::list`], or what the conversion says, with the field's name in front.
    pub fn list_as<W: ListItem, T, E: fmt::Display>(
        &self,
        index: u16,
        field: &'static str,
        from_wire: impl Fn(W) -> Result<T, E>,
    ) -> Result<Vec<T>, Exception> {
        self.value_with(index, field, |pointer| pointer.list_as(from_wire))
    }

    /// A list whose elements are pointers of their own.
    ///
    /// # Errors
    ///
    /// A pointer to something else, or those of `read`, with the field's name in front.
    pub fn list_with<T>(
        &self,
        index: u16,
        field: &'static str,
        read: impl Fn(PointerReader<'_>) -> Result<T, Exception>,
    ) -> Result<Vec<T>, Exception> {
        self.value_with(index, field, |pointer| pointer.list_with(read))
    }

    fn value_with<T>(
        &self,
        index: u16,
        field: &'static str,
        read: impl FnOnce(PointerReader<'_>) -> Result<T, Exception>,
    ) -> Result<T, Exception> {
        read(self.pointer(index)).map_err(|error| error.context(field))
    }
}

impl PointerReader<'_> {
    /// A custom type made from Text.
    ///
    /// # Errors
    ///
    /// Text that is not UTF-8, a pointer to something else, or what the conversion says.
    pub fn text_as<T, E: fmt::Display>(
        self,
        from_wire: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, Exception> {
        from_wire(reader::text(self.layout)?).map_err(refused)
    }

    /// A custom type made from Data.
    ///
    /// # Errors
    ///
    /// A pointer to something else, or what the conversion says.
    pub fn data_as<T, E: fmt::Display>(
        self,
        from_wire: impl FnOnce(&[u8]) -> Result<T, E>,
    ) -> Result<T, Exception> {
        match self.layout.get_data(None) {
            Ok(data) => from_wire(data).map_err(refused),
            // A list of bytes whose elements became structs in a newer schema.
            Err(_) => from_wire(&Vec::<u8>::read_pointer(self)?).map_err(refused),
        }
    }

    /// A list of a custom type, whose elements stand side by side in the message.
    ///
    /// # Errors
    ///
    /// A list that cannot be read, or what the conversion says, with the number of the element in front.
    pub fn list_as<W: ListItem, T, E: fmt::Display>(
        self,
        from_wire: impl Fn(W) -> Result<T, E>,
    ) -> Result<Vec<T>, Exception> {
        (W::read_list(self)?.into_iter().enumerate())
            .map(|(index, item)| {
                from_wire(item)
                    .map_err(|error| refused(error).context(format_args!("element {index}")))
            })
            .collect()
    }

    /// A list whose elements are pointers of their own.
    ///
    /// # Errors
    ///
    /// Those of `read`, with the number of the element in front.
    pub fn list_with<T>(
        self,
        read: impl Fn(PointerReader<'_>) -> Result<T, Exception>,
    ) -> Result<Vec<T>, Exception> {
        list::read_pointers_with(self, read)
    }
}

impl StructBuilder<'_> {
    /// A list of a custom type, whose elements stand side by side in the message.
    pub fn set_list_as<W: ListItem, T>(
        &mut self,
        index: u16,
        items: &[T],
        to_wire: impl Fn(&T) -> W,
    ) {
        self.with_pointer(index, |pointer| pointer.set_list_as(items, to_wire));
    }

    /// A list whose elements are pointers of their own.
    pub fn set_list_with<T>(
        &mut self,
        index: u16,
        items: &[T],
        write: impl Fn(PointerBuilder<'_>, &T),
    ) {
        self.with_pointer(index, |pointer| pointer.set_list_with(items, write));
    }
}

impl PointerBuilder<'_> {
    /// A list of a custom type, whose elements stand side by side in the message.
    pub fn set_list_as<W: ListItem, T>(self, items: &[T], to_wire: impl Fn(&T) -> W) {
        let items: Vec<_> = items.iter().map(to_wire).collect();
        self.set_list(&items);
    }

    /// A list whose elements are pointers of their own.
    pub fn set_list_with<T>(self, items: &[T], write: impl Fn(PointerBuilder<'_>, &T)) {
        if self.builds.fits(items.len()) {
            list::write_pointers_with(self, items, write);
        }
    }
}
