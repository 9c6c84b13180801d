//! Values that stand behind one pointer, whatever their type.

use std::fmt;

use capnp::private::layout::{self, PrimitiveElement};

use super::builder::{Builds, StructBuilder};
use super::list::{self, ListItem};
use super::payload::malformed;
use super::reader::{self, StructReader};
use super::scope::Scope;
use super::table::index_hook;
use super::value::Struct;
use crate::capability::Capability;
use crate::exception::{Exception, ExceptionKind};
use crate::object::Object;
use crate::proxy::Proxy;

/// A Rust type that stands behind one pointer of a message: what a type parameter of a schema can be
/// bound to, and what an [`AnyPointer`](crate::AnyPointer) can hold.
///
/// It is implemented for `String` (Text), `Vec<u8>` (Data), `Vec<T>` (List), generated structs,
/// `Option<XProxy>` (an interface, whose pointer may be null) and `AnyPointer`.
pub trait PointerValue: ListItem + Clone + fmt::Debug + Default + Send + Sync + 'static {
    #[doc(hidden)]
    fn read_pointer(pointer: PointerReader<'_>) -> Result<Self, Exception>;
    #[doc(hidden)]
    fn write_pointer(&self, pointer: PointerBuilder<'_>);
}

/// A pointer that is being read.
#[derive(Clone, Copy)]
pub struct PointerReader<'a> {
    pub(super) layout: layout::PointerReader<'a>,
    pub(super) scope: Scope<'a>,
}

impl<'a> PointerReader<'a> {
    pub(super) fn new(layout: layout::PointerReader<'a>, scope: Scope<'a>) -> Self {
        Self { layout, scope }
    }

    pub(super) fn is_null(&self) -> bool {
        self.layout.is_null()
    }

    pub(super) fn structure(self) -> Result<StructReader<'a>, Exception> {
        let scope = self.scope.deeper()?;
        let layout = self.layout.get_struct(None).map_err(malformed)?;
        Ok(StructReader::new(layout, scope))
    }

    pub(super) fn capability(self) -> Result<Option<Capability>, Exception> {
        if self.is_null() {
            return Ok(None);
        }
        let hook = self.layout.get_capability().map_err(malformed)?;
        match self.scope.capabilities.get(hook.get_ptr()) {
            Some(capability) => Ok(capability.clone()),
            None => Err(Exception::new(
                ExceptionKind::Malformed,
                "an object that did not come with the message",
            )),
        }
    }

    /// A list of enumerants, each made from its number.
    ///
    /// # Errors
    ///
    /// A pointer to something else.
    pub fn enums<T>(self, from_number: impl Fn(u16) -> T) -> Result<Vec<T>, Exception> {
        Ok(list::read_primitives(self)?
            .into_iter()
            .map(from_number)
            .collect())
    }
}

impl fmt::Debug for PointerReader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PointerReader").finish_non_exhaustive()
    }
}

/// A pointer that is being written.
pub struct PointerBuilder<'a> {
    pub(super) layout: layout::PointerBuilder<'a>,
    pub(super) builds: &'a mut Builds,
}

impl<'a> PointerBuilder<'a> {
    pub(super) fn new(layout: layout::PointerBuilder<'a>, builds: &'a mut Builds) -> Self {
        Self { layout, builds }
    }

    /// Text.
    pub fn set_text(mut self, value: &str) {
        if self.builds.fits(value.len()) {
            self.layout.set_text(value.into());
        }
    }

    /// Data.
    pub fn set_data(mut self, value: &[u8]) {
        if self.builds.fits(value.len()) {
            self.layout.set_data(value);
        }
    }

    pub(super) fn set_list<T: ListItem>(self, items: &[T]) {
        if self.builds.fits(items.len()) {
            T::write_list(self, items);
        }
    }

    pub(super) fn set_structure(
        self,
        size: layout::StructSize,
        fill: impl FnOnce(&mut StructBuilder<'_>),
    ) {
        let Self { mut layout, builds } = self;
        builds.deeper(|builds| {
            fill(&mut StructBuilder::new(
                layout.reborrow().init_struct(size),
                size,
                builds,
            ));
        });
    }

    pub(super) fn set_capability(mut self, capability: Capability) {
        let index = self.builds.capabilities.len();
        self.layout.set_capability(index_hook(index));
        self.builds.capabilities.push(Some(capability));
    }

    /// A list of enumerants, each by its number.
    pub fn set_enums<T: Copy>(self, items: &[T], number: impl Fn(T) -> u16) {
        let list = (self.layout).init_list(
            <u16 as PrimitiveElement>::element_size(),
            list::length(items),
        );
        for (index, item) in (0..).zip(items) {
            <u16 as PrimitiveElement>::set(&list, index, number(*item));
        }
    }
}

impl fmt::Debug for PointerBuilder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PointerBuilder").finish_non_exhaustive()
    }
}

impl PointerValue for String {
    fn read_pointer(pointer: PointerReader<'_>) -> Result<Self, Exception> {
        reader::text(pointer.layout).map(str::to_owned)
    }

    fn write_pointer(&self, pointer: PointerBuilder<'_>) {
        pointer.set_text(self);
    }
}

/// Data, and `List(UInt8)`, which looks the same.
impl PointerValue for Vec<u8> {
    fn read_pointer(pointer: PointerReader<'_>) -> Result<Self, Exception> {
        match pointer.layout.get_data(None) {
            Ok(data) => Ok(data.to_vec()),
            // A list of bytes whose elements became structs in a newer schema.
            Err(error) => list::read_primitives(pointer).map_err(|_| malformed(error)),
        }
    }

    fn write_pointer(&self, pointer: PointerBuilder<'_>) {
        pointer.set_data(self);
    }
}

impl<T> PointerValue for Vec<T>
where
    T: ListItem + Clone + fmt::Debug + Send + Sync + 'static,
{
    fn read_pointer(pointer: PointerReader<'_>) -> Result<Self, Exception> {
        T::read_list(pointer)
    }

    fn write_pointer(&self, pointer: PointerBuilder<'_>) {
        pointer.set_list(self);
    }
}

impl<T: Struct> PointerValue for T {
    fn read_pointer(pointer: PointerReader<'_>) -> Result<Self, Exception> {
        T::read(&pointer.structure()?)
    }

    fn write_pointer(&self, pointer: PointerBuilder<'_>) {
        pointer.set_structure(T::SIZE, |builder| self.write(builder));
    }
}

impl<P: Proxy> PointerValue for Option<P> {
    fn read_pointer(pointer: PointerReader<'_>) -> Result<Self, Exception> {
        let capability = pointer.capability()?;
        Ok(capability.map(|capability| P::from_object(Object::new(capability, P::INTERFACE))))
    }

    fn write_pointer(&self, pointer: PointerBuilder<'_>) {
        if let Some(proxy) = self {
            pointer.set_capability(proxy.object().pass_on());
        }
    }
}
