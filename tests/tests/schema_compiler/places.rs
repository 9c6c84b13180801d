//! Where nodes stand, and what names stand for: what `schema.capnp` has and the `capnp` crate does not know
//! yet, read where the schema has it.

use std::collections::BTreeMap;
use std::fmt::Debug;

use capnp::schema_capnp::code_generator_request::requested_file;
use capnp::schema_capnp::node;
use capnp::struct_list;
use capnp::traits::{FromPointerReader, IntoInternalStructReader};

/// The bytes at which something begins and ends.
type Place = (u32, u32);

/// All of that in a request.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Places {
    /// The version of the compiler. Old ones tell nothing.
    pub(crate) version: (u16, u8),
    /// By id, as nodes say it themselves, and as their source information says it.
    nodes: BTreeMap<u64, Place>,
    sources: BTreeMap<u64, Place>,
    /// By file: each name with the id of what it stands for, and the number that says it is an id.
    identifiers: BTreeMap<u64, Vec<(Place, u64, u16)>>,
}

impl Places {
    pub(crate) fn add_node(&mut self, node: node::Reader<'_>) {
        let fields = node.into_internal_struct_reader();
        let place = (fields.get_data_field(10), fields.get_data_field(11));
        self.nodes.insert(node.get_id(), place);
    }

    pub(crate) fn add_source(&mut self, info: node::source_info::Reader<'_>) {
        let fields = info.into_internal_struct_reader();
        let place = (fields.get_data_field(2), fields.get_data_field(3));
        self.sources.insert(info.get_id(), place);
    }

    pub(crate) fn add_file(&mut self, file: requested_file::Reader<'_>) -> capnp::Result<()> {
        let fields = file.into_internal_struct_reader();
        let info = fields.get_pointer_field(2).get_struct(None)?;
        // Elements of lists are handed out by type only. It may be any.
        let list =
            struct_list::Reader::<node::Owned>::get_from_pointer(&info.get_pointer_field(0), None)?;
        let identifiers = list.iter().map(|identifier| {
            let fields = identifier.into_internal_struct_reader();
            let place = (fields.get_data_field(0), fields.get_data_field(1));
            (place, fields.get_data_field(1), fields.get_data_field(8))
        });
        self.identifiers
            .insert(file.get_id(), identifiers.collect());
        Ok(())
    }

    /// The first difference, if both compilers are of the version that tells it.
    pub(crate) fn difference(&self, other: &Self) -> Option<String> {
        if self.version != other.version {
            return None;
        }
        differing("place of node", &self.nodes, &other.nodes)
            .or_else(|| differing("place of source information", &self.sources, &other.sources))
            .or_else(|| differing("names of file", &self.identifiers, &other.identifiers))
    }
}

fn differing<T: Debug + PartialEq>(
    what: &str,
    one: &BTreeMap<u64, T>,
    other: &BTreeMap<u64, T>,
) -> Option<String> {
    let mut ids = one.keys().chain(other.keys());
    let id = ids.find(|id| one.get(id) != other.get(id))?;
    let (one, other) = (one.get(id), other.get(id));
    Some(format!("{what} {id:#x}:\n- {one:?}\n+ {other:?}"))
}
