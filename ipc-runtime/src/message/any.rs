//! Values whose type the schema leaves open.

use std::fmt;
use std::sync::Arc;

use super::list::{self, ListItem};
use super::payload::Payload;
use super::pointer::{PointerBuilder, PointerReader, PointerValue};
use crate::exception::Exception;

/// A value whose type the schema leaves open: `AnyPointer`, `AnyStruct`, `AnyList`, or a type
/// parameter that nothing is bound to.
///
/// It owns the value as it stands in messages, with the objects that it refers to. The default is
/// null.
///
/// ```
/// use ipc_runtime::AnyPointer;
///
/// let any = AnyPointer::new(&"text".to_owned())?;
/// assert_eq!(any.get_as::<String>()?, "text");
/// assert!(any.get_as::<Vec<u64>>().is_err());
/// # Ok::<(), ipc_runtime::Exception>(())
/// ```
#[derive(Clone, Default)]
pub struct AnyPointer(Option<Arc<Payload>>);

impl AnyPointer {
    /// Encodes a value.
    ///
    /// # Errors
    ///
    /// A value that is too large or too deeply nested for a message.
    pub fn new<T: PointerValue>(value: &T) -> Result<Self, Exception> {
        let payload = Payload::build_pointer(|pointer| value.write_pointer(pointer))?;
        Ok(Self(Some(Arc::new(payload))))
    }

    /// Whether there is no value.
    pub fn is_null(&self) -> bool {
        match &self.0 {
            Some(payload) => payload.is_null(),
            None => true,
        }
    }

    /// Decodes the value as a type that the caller knows it to have. Null reads as the type's empty
    /// value.
    ///
    /// # Errors
    ///
    /// A value of another type.
    pub fn get_as<T: PointerValue>(&self) -> Result<T, Exception> {
        match &self.0 {
            Some(payload) => payload.read_pointer(T::read_pointer),
            None => Payload::empty().read_pointer(T::read_pointer),
        }
    }

    /// The value as other programs store it: a message in Cap'n Proto's standard framing.
    ///
    /// # Errors
    ///
    /// A value that refers to objects, which bytes cannot.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Exception> {
        match &self.0 {
            Some(payload) => payload.to_bytes(),
            None => Payload::build_pointer(|_| ())?.to_bytes(),
        }
    }

    /// A value from the bytes of a message in Cap'n Proto's standard framing. They need not be
    /// trusted.
    ///
    /// # Errors
    ///
    /// Bytes that are no such message.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Exception> {
        let payload = Payload::from_bytes(bytes)?;
        Ok(Self(Some(Arc::new(payload))))
    }
}

impl fmt::Debug for AnyPointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(payload) => f.debug_tuple("AnyPointer").field(payload).finish(),
            None => f.write_str("AnyPointer(null)"),
        }
    }
}

impl PointerValue for AnyPointer {
    fn read_pointer(pointer: PointerReader<'_>) -> Result<Self, Exception> {
        if pointer.is_null() {
            return Ok(Self::default());
        }
        Payload::copy_of(pointer).map(|payload| Self(Some(Arc::new(payload))))
    }

    fn write_pointer(&self, pointer: PointerBuilder<'_>) {
        if let Some(payload) = &self.0 {
            payload.copy_to(pointer);
        }
    }
}

impl ListItem for AnyPointer {
    fn read_list(pointer: PointerReader<'_>) -> Result<Vec<Self>, Exception> {
        list::read_pointers(pointer)
    }

    fn write_list(pointer: PointerBuilder<'_>, items: &[Self]) {
        list::write_pointers(pointer, items);
    }
}
