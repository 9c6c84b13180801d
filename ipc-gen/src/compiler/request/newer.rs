//! What `schema.capnp` has and the `capnp` crate does not know yet: where nodes stand in their files, and
//! what names stand for. It is written where the schema puts it.

use capnp::private::layout::{PointerBuilder, StructBuilder, StructSize};
use capnp::schema_capnp::code_generator_request;
use capnp::traits::FromPointerBuilder;
use capnp::{Result, Word};

use super::count;
use super::element::List;
use crate::compiler::diagnostic::Span;
use crate::compiler::tree::Identifier;

const REQUEST: StructSize = StructSize {
    data: 0,
    pointers: 4,
};
/// What is told of a file's names: a list of them.
const FILE_SOURCE_INFO: StructSize = StructSize {
    data: 0,
    pointers: 1,
};

/// A `CodeGeneratorRequest` with room in its lists for what is new.
pub(super) struct Request<'a>(StructBuilder<'a>);

impl Request<'_> {
    /// What the `capnp` crate knows of it.
    pub(super) fn known(&mut self) -> code_generator_request::Builder<'_> {
        self.0.reborrow().into()
    }

    pub(super) fn nodes(&mut self, length: usize) -> List<'_, 6, 6> {
        self.list(0, length)
    }

    pub(super) fn requested_files(&mut self, length: usize) -> List<'_, 1, 3> {
        self.list(1, length)
    }

    pub(super) fn source_info(&mut self, length: usize) -> List<'_, 2, 2> {
        self.list(3, length)
    }

    fn list<'a, T: FromPointerBuilder<'a>>(&'a mut self, pointer: usize, length: usize) -> T {
        T::init_pointer(self.0.reborrow().get_pointer_field(pointer), count(length))
    }
}

impl<'a> FromPointerBuilder<'a> for Request<'a> {
    fn init_pointer(pointer: PointerBuilder<'a>, _length: u32) -> Self {
        Self(pointer.init_struct(REQUEST))
    }

    fn get_from_pointer(pointer: PointerBuilder<'a>, default: Option<&'a [Word]>) -> Result<Self> {
        pointer.get_struct(REQUEST, default).map(Self)
    }
}

pub(super) fn set_node_place(node: &mut StructBuilder<'_>, place: Span) {
    node.set_data_field(10, place.start);
    node.set_data_field(11, place.end);
}

pub(super) fn set_source_place(info: &mut StructBuilder<'_>, place: Span) {
    info.set_data_field(2, place.start);
    info.set_data_field(3, place.end);
}

pub(super) fn write_identifiers(file: &mut StructBuilder<'_>, identifiers: &[Identifier]) {
    let info = file.reborrow().get_pointer_field(2);
    let list = info.init_struct(FILE_SOURCE_INFO).get_pointer_field(0);
    let mut list = List::<3, 0>::init_pointer(list, count(identifiers.len()));
    for (index, identifier) in (0..).zip(identifiers) {
        let element = list.reborrow().get(index).0;
        element.set_data_field(0, identifier.span.start);
        element.set_data_field(1, identifier.span.end);
        // The union's number says that this is an id, not a member.
        element.set_data_field(1, identifier.id);
    }
}
