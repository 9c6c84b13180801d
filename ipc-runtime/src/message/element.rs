//! Elements of lists of structs: the `capnp` crate hands them out by type only.

use std::marker::PhantomData;

use capnp::introspect::{Introspect, Type, TypeVariant};
use capnp::private::layout::{self, PointerBuilder};
use capnp::traits::{HasStructSize, IntoInternalStructReader, OwnedStruct, SetterInput};

use super::value::Struct;

/// The type of an element, in the `capnp` crate's terms.
pub(super) struct Element<T>(PhantomData<T>);

pub(super) struct ElementReader<'a>(pub(super) layout::StructReader<'a>);

pub(super) struct ElementBuilder<'a, T>(
    pub(super) layout::StructBuilder<'a>,
    pub(super) PhantomData<T>,
);

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
    const STRUCT_SIZE: layout::StructSize = T::SIZE;
}
