//! How lists stand on the wire, by the type of their elements.

use capnp::any_pointer_list;
use capnp::private::layout::{self, PrimitiveElement};
use capnp::struct_list;
use capnp::traits::{FromPointerBuilder, FromPointerReader};

use super::builder::StructBuilder;
use super::element::{Element, ElementBuilder};
use super::payload::{RootReader, malformed};
use super::pointer::{PointerBuilder, PointerReader, PointerValue};
use super::reader::StructReader;
use super::value::Struct;
use crate::exception::Exception;
use crate::proxy::Proxy;

/// A value that can be an element of a list.
pub trait ListItem: Sized {
    #[doc(hidden)]
    fn read_list(pointer: PointerReader<'_>) -> Result<Vec<Self>, Exception>;
    #[doc(hidden)]
    fn write_list(pointer: PointerBuilder<'_>, items: &[Self]);
}

// Not u8: `Vec<u8>` is Data.
macro_rules! primitives {
    ($($primitive:ty)*) => {$(
        impl ListItem for $primitive {
            fn read_list(pointer: PointerReader<'_>) -> Result<Vec<Self>, Exception> {
                read_primitives(pointer)
            }

            fn write_list(pointer: PointerBuilder<'_>, items: &[Self]) {
                write_primitives(pointer, items);
            }
        }
    )*};
}

primitives!(bool i8 i16 i32 i64 u16 u32 u64 f32 f64);

/// Void.
impl ListItem for () {
    fn read_list(pointer: PointerReader<'_>) -> Result<Vec<Self>, Exception> {
        let scope = pointer.scope;
        let list = (pointer.layout)
            .get_list(<()>::element_size(), None)
            .map_err(malformed)?;
        scope.spend(list.len())?;
        Ok((0..list.len()).map(|_| ()).collect())
    }

    fn write_list(pointer: PointerBuilder<'_>, items: &[Self]) {
        write_primitives(pointer, items);
    }
}

macro_rules! pointers {
    ($($pointer:ty $(, $parameter:ident: $bound:path)?;)*) => {$(
        impl $(<$parameter: $bound>)? ListItem for $pointer {
            fn read_list(pointer: PointerReader<'_>) -> Result<Vec<Self>, Exception> {
                read_pointers(pointer)
            }

            fn write_list(pointer: PointerBuilder<'_>, items: &[Self]) {
                write_pointers(pointer, items);
            }
        }
    )*};
}

pointers! {
    String;
    Vec<u8>;
    Option<P>, P: Proxy;
}

impl<T> ListItem for Vec<T>
where
    Vec<T>: PointerValue,
    T: ListItem,
{
    fn read_list(pointer: PointerReader<'_>) -> Result<Vec<Self>, Exception> {
        read_pointers(pointer)
    }

    fn write_list(pointer: PointerBuilder<'_>, items: &[Self]) {
        write_pointers(pointer, items);
    }
}

impl<T: Struct> ListItem for T {
    fn read_list(pointer: PointerReader<'_>) -> Result<Vec<Self>, Exception> {
        let scope = pointer.scope.deeper()?;
        let list = struct_list::Reader::<'_, Element<T>>::get_from_pointer(&pointer.layout, None)
            .map_err(malformed)?;
        scope.spend(list.len())?;
        (0..list.len())
            .map(|index| {
                T::read(&StructReader::new(list.get(index).0, scope))
                    .map_err(|error| error.context(format_args!("element {index}")))
            })
            .collect()
    }

    fn write_list(pointer: PointerBuilder<'_>, items: &[Self]) {
        let PointerBuilder { layout, builds } = pointer;
        builds.deeper(|builds| {
            let mut list =
                struct_list::Builder::<'_, Element<T>>::init_pointer(layout, length(items));
            for (index, item) in (0..).zip(items) {
                let ElementBuilder(element, _) = list.reborrow().get(index);
                item.write(&mut StructBuilder::new(element, T::SIZE, builds));
            }
        });
    }
}

pub(super) fn read_primitives<T: PrimitiveElement>(
    pointer: PointerReader<'_>,
) -> Result<Vec<T>, Exception> {
    let list = (pointer.layout)
        .get_list(T::element_size(), None)
        .map_err(malformed)?;
    Ok((0..list.len()).map(|index| T::get(&list, index)).collect())
}

fn write_primitives<T: PrimitiveElement + Copy>(pointer: PointerBuilder<'_>, items: &[T]) {
    let list = pointer.layout.init_list(T::element_size(), length(items));
    for (index, item) in (0..).zip(items) {
        T::set(&list, index, *item);
    }
}

pub(super) fn read_pointers<T: PointerValue>(
    pointer: PointerReader<'_>,
) -> Result<Vec<T>, Exception> {
    read_pointers_with(pointer, T::read_pointer)
}

pub(super) fn read_pointers_with<T>(
    pointer: PointerReader<'_>,
    read: impl Fn(PointerReader<'_>) -> Result<T, Exception>,
) -> Result<Vec<T>, Exception> {
    let scope = pointer.scope.deeper()?;
    let list =
        any_pointer_list::Reader::get_from_pointer(&pointer.layout, None).map_err(malformed)?;
    (0..list.len())
        .map(|index| {
            let element: RootReader<'_> = list.get(index).get_as().map_err(malformed)?;
            read(PointerReader::new(element.0, scope))
                .map_err(|error| error.context(format_args!("element {index}")))
        })
        .collect()
}

pub(super) fn write_pointers<T: PointerValue>(pointer: PointerBuilder<'_>, items: &[T]) {
    write_pointers_with(pointer, items, |element, item| item.write_pointer(element));
}

pub(super) fn write_pointers_with<T>(
    pointer: PointerBuilder<'_>,
    items: &[T],
    write: impl Fn(PointerBuilder<'_>, &T),
) {
    let PointerBuilder { layout, builds } = pointer;
    builds.deeper(|builds| {
        let mut list = layout.init_list(layout::ElementSize::Pointer, length(items));
        for (index, item) in (0..).zip(items) {
            let element = list.reborrow().get_pointer_element(index);
            write(PointerBuilder::new(element, builds), item);
        }
    });
}

/// The length of a list that [`Builds::fits`](super::builder::Builds::fits).
pub(super) fn length<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}
