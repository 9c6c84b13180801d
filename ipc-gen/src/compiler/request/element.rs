//! Elements of lists of structs, by their sizes: the `capnp` crate hands them out by type only.

use capnp::introspect::{Introspect, Type, TypeVariant};
use capnp::private::layout::{PointerBuilder, StructBuilder, StructReader, StructSize};
use capnp::struct_list;
use capnp::traits::{HasStructSize, IntoInternalStructReader, OwnedStruct, SetterInput};

/// The type of an element with so many words of data and pointers, in the `capnp` crate's terms.
pub(super) struct Element<const DATA: u16, const POINTERS: u16>;

/// A list of such elements.
pub(super) type List<'a, const DATA: u16, const POINTERS: u16> =
    struct_list::Builder<'a, Element<DATA, POINTERS>>;

pub(super) struct ElementBuilder<'a, const DATA: u16, const POINTERS: u16>(
    pub(super) StructBuilder<'a>,
);

pub(super) struct ElementReader<'a>(StructReader<'a>);

impl<const DATA: u16, const POINTERS: u16> Introspect for Element<DATA, POINTERS> {
    fn introspect() -> Type {
        TypeVariant::AnyPointer.into()
    }
}

impl<const DATA: u16, const POINTERS: u16> OwnedStruct for Element<DATA, POINTERS> {
    type Reader<'a> = ElementReader<'a>;
    type Builder<'a> = ElementBuilder<'a, DATA, POINTERS>;
}

impl<'a, const DATA: u16, const POINTERS: u16> From<StructBuilder<'a>>
    for ElementBuilder<'a, DATA, POINTERS>
{
    fn from(builder: StructBuilder<'a>) -> Self {
        Self(builder)
    }
}

impl<const DATA: u16, const POINTERS: u16> HasStructSize for ElementBuilder<'_, DATA, POINTERS> {
    const STRUCT_SIZE: StructSize = StructSize {
        data: DATA,
        pointers: POINTERS,
    };
}

impl<'a> From<StructReader<'a>> for ElementReader<'a> {
    fn from(reader: StructReader<'a>) -> Self {
        Self(reader)
    }
}

impl<'a> IntoInternalStructReader<'a> for ElementReader<'a> {
    fn into_internal_struct_reader(self) -> StructReader<'a> {
        self.0
    }
}

impl<const DATA: u16, const POINTERS: u16> SetterInput<Element<DATA, POINTERS>>
    for ElementReader<'_>
{
    fn set_pointer_builder(
        mut builder: PointerBuilder<'_>,
        input: Self,
        canonicalize: bool,
    ) -> capnp::Result<()> {
        builder.set_struct(&input.0, canonicalize)
    }
}
