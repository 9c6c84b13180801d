//! Reading and writing where the schema is known at run time only.

use capnp::private::layout;
use capnp::struct_list;
use capnp::traits::{FromPointerBuilder, FromPointerReader};

use super::builder::StructBuilder;
use super::element::{Element, ElementBuilder};
use super::frame::WORD;
use super::list;
use super::payload::{Payload, malformed};
use super::pointer::{PointerBuilder, PointerReader, PointerValue};
use super::reader::StructReader;
use super::value::Struct;
use crate::exception::Exception;
use crate::interface::{Interface, StructSize};
use crate::object::Object;

/// A struct of which no type tells anything.
#[derive(Clone, Debug, Default)]
struct Untyped;

impl Struct for Untyped {
    const DATA_WORDS: u16 = 0;
    const POINTERS: u16 = 0;

    fn read(_: &StructReader<'_>) -> Result<Self, Exception> {
        Ok(Self)
    }

    fn write(&self, _: &mut StructBuilder<'_>) {}
}

impl<'a> StructReader<'a> {
    /// The pointer at `index`; null if the struct has fewer.
    pub fn pointer_at(&self, index: u16) -> PointerReader<'a> {
        self.pointer(index)
    }
}

impl<'a> PointerReader<'a> {
    /// Whether it points at nothing.
    pub fn points_at_nothing(&self) -> bool {
        self.is_null()
    }

    /// What it points at, as a value of this type.
    ///
    /// # Errors
    ///
    /// A value of another type.
    pub fn read<T: PointerValue>(self) -> Result<T, Exception> {
        T::read_pointer(self)
    }

    /// The struct that it points at; null reads as one where every field has its default.
    ///
    /// # Errors
    ///
    /// A pointer to something else.
    pub fn read_struct(self) -> Result<StructReader<'a>, Exception> {
        self.structure()
    }

    /// A list of structs.
    ///
    /// # Errors
    ///
    /// A pointer to something else, or those of `read`, with the number of the element in front.
    pub fn read_structs<T>(
        self,
        read: impl Fn(&StructReader<'_>) -> Result<T, Exception>,
    ) -> Result<Vec<T>, Exception> {
        let scope = self.scope.deeper()?;
        let list =
            struct_list::Reader::<'_, Element<Untyped>>::get_from_pointer(&self.layout, None)
                .map_err(malformed)?;
        scope.spend(list.len())?;
        (0..list.len())
            .map(|index| {
                read(&StructReader::new(list.get(index).0, scope))
                    .map_err(|error| error.context(format_args!("element {index}")))
            })
            .collect()
    }

    /// An object that is believed to have this interface; none for null.
    ///
    /// # Errors
    ///
    /// A pointer to something else.
    pub fn read_object(self, interface: &'static Interface) -> Result<Option<Object>, Exception> {
        let capability = self.capability()?;
        Ok(capability.map(|capability| Object::new(capability, interface)))
    }
}

impl StructBuilder<'_> {
    /// Writes what the pointer at `index` points at.
    pub fn write_pointer(&mut self, index: u16, write: impl FnOnce(PointerBuilder<'_>)) {
        self.with_pointer(index, write);
    }
}

impl PointerBuilder<'_> {
    /// A value of this type.
    pub fn write<T: PointerValue>(self, value: &T) {
        value.write_pointer(self);
    }

    /// A struct of so many words of data, and pointers.
    pub fn write_struct(
        self,
        data_words: u16,
        pointers: u16,
        fill: impl FnOnce(&mut StructBuilder<'_>),
    ) {
        let size = layout::StructSize {
            data: data_words,
            pointers,
        };
        self.set_structure(size, fill);
    }

    /// A list of structs of so many words of data, and pointers.
    pub fn write_structs<T>(
        self,
        data_words: u16,
        pointers: u16,
        items: &[T],
        fill: impl Fn(&mut StructBuilder<'_>, &T),
    ) {
        let size = layout::StructSize {
            data: data_words,
            pointers,
        };
        let Self { mut layout, builds } = self;
        let words = items
            .len()
            .saturating_mul(usize::from(data_words) + usize::from(pointers));
        if !builds.fits(items.len()) || !builds.fits(words) {
            return;
        }
        let empty = empty_structs(list::length(items), StructSize::new(data_words, pointers));
        match Payload::from_bytes(&empty) {
            Ok(empty) => empty.copy_to(PointerBuilder::new(layout.reborrow(), builds)),
            Err(error) => return builds.fail(error),
        }
        builds.deeper(|builds| {
            // Elements that are larger than a type asks for are left as they are, and every one is larger than none.
            let list = struct_list::Builder::<'_, Element<Untyped>>::get_from_pointer(layout, None);
            let mut list = match list.map_err(malformed) {
                Ok(list) => list,
                Err(error) => return builds.fail(error),
            };
            for (index, item) in (0..).zip(items) {
                let ElementBuilder(element, _) = list.reborrow().get(index);
                fill(&mut StructBuilder::new(element, size, builds), item);
            }
        });
    }
}

/// A message that is a list of structs without content. The `capnp` crate makes such lists for types only.
fn empty_structs(count: u32, size: StructSize) -> Vec<u8> {
    const LIST: u64 = 1;
    const COMPOSITE: u64 = 7;

    let each = u64::from(size.data) + u64::from(size.pointers);
    let words = u64::from(count) * each;
    let pointer = LIST | COMPOSITE << 32 | words << 35;
    let tag = u64::from(count) << 2 | u64::from(size.data) << 32 | u64::from(size.pointers) << 48;
    // One segment of so many words.
    let header = (words + 2) << 32;
    let mut message = [header, pointer, tag].map(u64::to_le_bytes).concat();
    message.resize(
        message.len() + usize::try_from(words).unwrap_or(0) * WORD,
        0,
    );
    message
}
