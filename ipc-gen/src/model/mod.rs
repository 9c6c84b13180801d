//! What code is generated from: our own picture of schema files, free of the schema compiler's types
//! and of Rust's syntax. Names are the schema's; places on the wire are as `schema.capnp` counts them.

mod lower;
mod member;
pub(crate) mod types;

pub(crate) use lower::lower;
use types::{Scalar, Value};

/// All files that code is generated from.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) files: Vec<File>,
}

impl Model {
    /// The file that declares a named type.
    pub(crate) fn file_of(&self, named: &Named) -> Option<&File> {
        self.files.get(named.file)
    }
}

/// A schema file.
#[derive(Debug)]
pub(crate) struct File {
    /// As readers know it: `v32/echo.capnp`.
    pub(crate) name: String,
    /// The Rust module that it becomes: `["v32", "echo"]`.
    pub(crate) module: Vec<String>,
    pub(crate) docs: String,
    /// In the schema's order.
    pub(crate) items: Vec<Item>,
}

#[derive(Debug)]
pub(crate) enum Item {
    Const(Const),
    Enum(Enum),
    Struct(Struct),
    Interface(Interface),
}

#[derive(Debug)]
pub(crate) struct Const {
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) ty: ConstType,
    pub(crate) value: Value,
}

#[derive(Debug)]
pub(crate) enum ConstType {
    Scalar(Scalar),
    Text,
    Data,
}

#[derive(Debug)]
pub(crate) struct Enum {
    pub(crate) name: String,
    pub(crate) docs: String,
    /// By number.
    pub(crate) enumerants: Vec<Enumerant>,
}

#[derive(Debug)]
pub(crate) struct Enumerant {
    pub(crate) name: String,
    pub(crate) docs: String,
}

#[derive(Debug)]
pub(crate) struct Struct {
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) record: Record,
}

/// A struct's fields, or a method's parameters or results.
#[derive(Debug, Default)]
pub(crate) struct Record {
    pub(crate) data_words: u16,
    pub(crate) pointers: u16,
    pub(crate) fields: Vec<Field>,
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) docs: String,
    /// The pointer's index; or the place in the data section, counted in the size of the type.
    pub(crate) offset: u32,
    pub(crate) ty: Type,
    /// The bit that says whether the field is there, where a `hasX` field stands beside it.
    pub(crate) presence: Option<u32>,
}

#[derive(Clone, Debug)]
pub(crate) enum Type {
    Scalar(Scalar, Value),
    Enum(Named, u16),
    Text,
    Data,
    List(Element),
    Struct(Named),
    Interface(Named),
}

/// What a list holds.
#[derive(Clone, Debug)]
pub(crate) enum Element {
    Scalar(Scalar),
    Text,
    Data,
    List(Box<Element>),
    Struct(Named),
}

/// A declaration, in this or another file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Named {
    /// The index of the declaring file in the model.
    pub(crate) file: usize,
    pub(crate) name: String,
}

#[derive(Debug)]
pub(crate) struct Interface {
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) id: u64,
    /// By ordinal.
    pub(crate) methods: Vec<Method>,
}

impl Interface {
    /// The methods that an implementation writes and a caller calls.
    pub(crate) fn calls(&self) -> impl Iterator<Item = &Method> {
        self.methods
            .iter()
            .filter(|method| matches!(method.role, Role::Call))
    }
}

#[derive(Debug)]
pub(crate) struct Method {
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) ordinal: u16,
    pub(crate) role: Role,
    /// The pointer index of the parameter that names the threads of the call.
    pub(crate) context: Option<u32>,
    /// The parameters, without the context.
    pub(crate) params: Record,
    pub(crate) results: Record,
}

/// Who answers a method.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Role {
    /// The implementation of the interface.
    Call,
    /// The runtime: the two sides exchange their thread maps, at these pointer indexes.
    Construct { param: u32, result: u32 },
    /// The runtime: the object ends.
    Destroy,
}
