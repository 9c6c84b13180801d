//! How Rust values stand on the wire.

use std::marker::PhantomData;

use capnp::any_pointer_list;
use capnp::introspect::{Introspect, Type, TypeVariant};
use capnp::private::layout::{self, PointerBuilder, PointerReader, PrimitiveElement};
use capnp::struct_list;
use capnp::traits::{
    FromPointerBuilder, FromPointerReader, HasStructSize, IntoInternalStructReader, OwnedStruct,
    SetterInput,
};

use super::builder::{Builds, StructBuilder};
use super::payload::{RootReader, malformed};
use super::reader::{StructReader, data, text};
use crate::capability::Capability;
use crate::exception::Exception;

mod sealed {
    /// Only the types of Cap'n Proto have a place on its wire.
    pub trait Sealed {}
}

/// A value that stands in a struct's data section.
pub trait Scalar: sealed::Sealed + Copy {
    /// The space that it takes.
    const BITS: usize;
    #[doc(hidden)]
    fn read(layout: &layout::StructReader<'_>, offset: usize, default: Self) -> Self;
    #[doc(hidden)]
    fn write(layout: &layout::StructBuilder<'_>, offset: usize, value: Self, default: Self);
}

/// A Rust type that a schema's struct became.
pub trait Struct: Sized {
    /// Words of eight bytes in the data section.
    const DATA_WORDS: u16;
    /// Pointers in the pointer section.
    const POINTERS: u16;

    /// Decodes the fields.
    ///
    /// # Errors
    ///
    /// The first field that cannot be read, by name.
    fn read(reader: &StructReader<'_>) -> Result<Self, Exception>;

    /// Encodes the fields.
    fn write(&self, builder: &mut StructBuilder<'_>);
}

/// A value that can be an element of a list.
pub trait ListItem: Sized {
    #[doc(hidden)]
    fn read_list(
        pointer: PointerReader<'_>,
        capabilities: &[Option<Capability>],
    ) -> Result<Vec<Self>, Exception>;
    #[doc(hidden)]
    fn write_list(pointer: PointerBuilder<'_>, items: &[Self], builds: &mut Builds);
}

macro_rules! scalars {
    ($($scalar:ty, $mask:expr;)*) => {$(
        impl sealed::Sealed for $scalar {}

        impl Scalar for $scalar {
            const BITS: usize = 8 * size_of::<$scalar>();

            fn read(layout: &layout::StructReader<'_>, offset: usize, default: Self) -> Self {
                layout.get_data_field_mask(offset, $mask(default))
            }

            fn write(
                layout: &layout::StructBuilder<'_>,
                offset: usize,
                value: Self,
                default: Self,
            ) {
                layout.set_data_field_mask(offset, value, $mask(default));
            }
        }

        impl ListItem for $scalar {
            fn read_list(
                pointer: PointerReader<'_>,
                _capabilities: &[Option<Capability>],
            ) -> Result<Vec<Self>, Exception> {
                read_primitives(pointer)
            }

            fn write_list(pointer: PointerBuilder<'_>, items: &[Self], _builds: &mut Builds) {
                write_primitives(pointer, items);
            }
        }
    )*};
}

// A field is combined with its default by exclusive or, so that the default is all zeros on the
// wire; a float's default is taken by its bits.
scalars! {
    i8, std::convert::identity;
    i16, std::convert::identity;
    i32, std::convert::identity;
    i64, std::convert::identity;
    u16, std::convert::identity;
    u32, std::convert::identity;
    u64, std::convert::identity;
    f32, f32::to_bits;
    f64, f64::to_bits;
}

impl sealed::Sealed for u8 {}

// Not a ListItem: `Vec<u8>` is Data.
impl Scalar for u8 {
    const BITS: usize = 8;

    fn read(layout: &layout::StructReader<'_>, offset: usize, default: Self) -> Self {
        layout.get_data_field_mask(offset, default)
    }

    fn write(layout: &layout::StructBuilder<'_>, offset: usize, value: Self, default: Self) {
        layout.set_data_field_mask(offset, value, default);
    }
}

impl sealed::Sealed for bool {}

impl Scalar for bool {
    const BITS: usize = 1;

    fn read(layout: &layout::StructReader<'_>, offset: usize, default: Self) -> Self {
        layout.get_bool_field_mask(offset, default)
    }

    fn write(layout: &layout::StructBuilder<'_>, offset: usize, value: Self, default: Self) {
        layout.set_bool_field_mask(offset, value, default);
    }
}

impl ListItem for bool {
    fn read_list(
        pointer: PointerReader<'_>,
        _capabilities: &[Option<Capability>],
    ) -> Result<Vec<Self>, Exception> {
        read_primitives(pointer)
    }

    fn write_list(pointer: PointerBuilder<'_>, items: &[Self], _builds: &mut Builds) {
        write_primitives(pointer, items);
    }
}

fn read_primitives<T: PrimitiveElement>(pointer: PointerReader<'_>) -> Result<Vec<T>, Exception> {
    let list = pointer
        .get_list(T::element_size(), None)
        .map_err(malformed)?;
    Ok((0..list.len()).map(|index| T::get(&list, index)).collect())
}

fn write_primitives<T: PrimitiveElement + Copy>(pointer: PointerBuilder<'_>, items: &[T]) {
    let list = pointer.init_list(T::element_size(), length(items));
    for (index, item) in (0..).zip(items) {
        T::set(&list, index, *item);
    }
}

impl ListItem for String {
    fn read_list(
        pointer: PointerReader<'_>,
        _capabilities: &[Option<Capability>],
    ) -> Result<Vec<Self>, Exception> {
        read_pointers(pointer, text)
    }

    fn write_list(pointer: PointerBuilder<'_>, items: &[Self], builds: &mut Builds) {
        write_pointers(pointer, items, |mut pointer, item| {
            if builds.fits(item.len()) {
                pointer.set_text(item.as_str().into());
            }
        });
    }
}

impl ListItem for Vec<u8> {
    fn read_list(
        pointer: PointerReader<'_>,
        _capabilities: &[Option<Capability>],
    ) -> Result<Vec<Self>, Exception> {
        read_pointers(pointer, data)
    }

    fn write_list(pointer: PointerBuilder<'_>, items: &[Self], builds: &mut Builds) {
        write_pointers(pointer, items, |mut pointer, item| {
            if builds.fits(item.len()) {
                pointer.set_data(item);
            }
        });
    }
}

impl<T: ListItem> ListItem for Vec<T> {
    fn read_list(
        pointer: PointerReader<'_>,
        capabilities: &[Option<Capability>],
    ) -> Result<Vec<Self>, Exception> {
        read_pointers(pointer, |pointer| T::read_list(pointer, capabilities))
    }

    fn write_list(pointer: PointerBuilder<'_>, items: &[Self], builds: &mut Builds) {
        write_pointers(pointer, items, |pointer, item| {
            if builds.fits(item.len()) {
                T::write_list(pointer, item, builds);
            }
        });
    }
}

fn read_pointers<T>(
    pointer: PointerReader<'_>,
    read: impl Fn(PointerReader<'_>) -> Result<T, Exception>,
) -> Result<Vec<T>, Exception> {
    let list = any_pointer_list::Reader::get_from_pointer(&pointer, None).map_err(malformed)?;
    (0..list.len())
        .map(|index| {
            let element: RootReader<'_> = list.get(index).get_as().map_err(malformed)?;
            read(element.0).map_err(|error| error.context(format_args!("element {index}")))
        })
        .collect()
}

fn write_pointers<T>(
    pointer: PointerBuilder<'_>,
    items: &[T],
    mut write: impl FnMut(PointerBuilder<'_>, &T),
) {
    let mut list = pointer.init_list(layout::ElementSize::Pointer, length(items));
    for (index, item) in (0..).zip(items) {
        write(list.reborrow().get_pointer_element(index), item);
    }
}

impl<T: Struct> ListItem for T {
    fn read_list(
        pointer: PointerReader<'_>,
        capabilities: &[Option<Capability>],
    ) -> Result<Vec<Self>, Exception> {
        let list = struct_list::Reader::<'_, Element<T>>::get_from_pointer(&pointer, None)
            .map_err(malformed)?;
        (0..list.len())
            .map(|index| {
                T::read(&StructReader::new(list.get(index).0, capabilities))
                    .map_err(|error| error.context(format_args!("element {index}")))
            })
            .collect()
    }

    fn write_list(pointer: PointerBuilder<'_>, items: &[Self], builds: &mut Builds) {
        let mut list = struct_list::Builder::<'_, Element<T>>::init_pointer(pointer, length(items));
        for (index, item) in (0..).zip(items) {
            let ElementBuilder(element, _) = list.reborrow().get(index);
            let size = ElementBuilder::<'_, T>::STRUCT_SIZE;
            item.write(&mut StructBuilder::new(element, size, builds));
        }
    }
}

/// The length of a list that [`Builds::fits`].
fn length<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}

/// An element of a list of structs: the `capnp` crate hands out elements by type only.
struct Element<T>(PhantomData<T>);

struct ElementReader<'a>(layout::StructReader<'a>);

struct ElementBuilder<'a, T>(layout::StructBuilder<'a>, PhantomData<T>);

impl<T> Introspect for Element<T> {
    fn introspect() -> Type {
        TypeVariant::AnyPointer.into()
    }
}

impl<T: Struct> OwnedStruct for Element<T> {
    type Reader<'a> = ElementReader<'a>;
    type Builder<'a> = ElementBuilder<'a, T>;
}

impl<'a> From<layout::StructReader<'a>> for ElementReader<'a> {
    fn from(layout: layout::StructReader<'a>) -> Self {
        Self(layout)
    }
}

impl<'a> IntoInternalStructReader<'a> for ElementReader<'a> {
    fn into_internal_struct_reader(self) -> layout::StructReader<'a> {
        self.0
    }
}

impl<T> SetterInput<Element<T>> for ElementReader<'_> {
    fn set_pointer_builder(
        mut builder: PointerBuilder<'_>,
        input: Self,
        canonicalize: bool,
    ) -> capnp::Result<()> {
        builder.set_struct(&input.0, canonicalize)
    }
}

impl<'a, T> From<layout::StructBuilder<'a>> for ElementBuilder<'a, T> {
    fn from(layout: layout::StructBuilder<'a>) -> Self {
        Self(layout, PhantomData)
    }
}

impl<T: Struct> HasStructSize for ElementBuilder<'_, T> {
    const STRUCT_SIZE: layout::StructSize = layout::StructSize {
        data: T::DATA_WORDS,
        pointers: T::POINTERS,
    };
}
