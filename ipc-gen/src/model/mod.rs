//! What code is generated from: our own picture of schema files, free of the schema compiler's types
//! and of Rust's syntax. Names are the schema's; places on the wire are as `schema.capnp` counts them.

mod inherit;
mod lower;
mod member;
mod method;
mod selectors;
pub(crate) mod types;

pub(crate) use inherit::Member;
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

#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) docs: String,
    /// The pointer's index; or the place in the data section, counted in the size of the type.
    pub(crate) offset: u32,
    pub(crate) ty: Type,
    pub(crate) presence: Presence,
}

impl Field {
    /// Whether there may be no value.
    pub(crate) fn is_optional(&self) -> bool {
        self.presence != Presence::Always
    }
}

/// What tells whether a field has a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// It always has one.
    Always,
    /// A bit of the data section, where a `hasX` field stands beside it.
    Flag(u32),
    /// The pointer: null stands for none.
    Pointer,
    /// Nothing in the message; the caller knows whether it asked, by the parameter of this name.
    Asked(String),
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
    /// The index of the declaring file in the model.
    pub(crate) file: usize,
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) id: u64,
    /// The interfaces that it extends, in the order in which it names them.
    pub(crate) bases: Vec<Named>,
    /// By ordinal.
    pub(crate) methods: Vec<Method>,
}

impl Interface {
    /// The methods that an implementation writes and a caller calls, without the inherited ones.
    pub(crate) fn calls(&self) -> impl Iterator<Item = Member<'_>> {
        inherit::own(self).filter(Member::is_call)
    }

    /// Its only method, if that is `call` and nothing is inherited: then a closure is enough to
    /// implement it.
    pub(crate) fn closure(&self) -> Option<Member<'_>> {
        let mut calls = self.calls();
        let only = calls.next().filter(|_| calls.next().is_none())?;
        (only.method.name == "call" && self.bases.is_empty()).then_some(only)
    }

    /// The interface as a reference to it.
    pub(crate) fn named(&self) -> Named {
        Named {
            file: self.file,
            name: self.name.clone(),
        }
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
    /// The results, without the declared errors.
    pub(crate) results: Record,
    /// The results that say, when they are there, that the method failed.
    pub(crate) errors: Vec<DeclaredError>,
    /// The pointer indexes of the parameter and the result by which the two sides exchange their
    /// thread maps.
    pub(crate) thread_map: Option<(u32, u32)>,
    /// The method that ends a call of this one which nobody waits for any more.
    pub(crate) cancel_with: Option<String>,
}

impl Method {
    /// Whether some declared error is more than a message.
    pub(crate) fn has_error_type(&self) -> bool {
        self.errors.iter().any(|error| !error.standard)
    }
}

/// A result that carries an error instead of a value.
#[derive(Debug)]
pub(crate) struct DeclaredError {
    pub(crate) field: Field,
    /// Whether it is the message of any error: a Text for `std::exception`.
    pub(crate) standard: bool,
}

/// Who answers a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The implementation of the interface.
    Call,
    /// The runtime: the two sides exchange their thread maps before anything else.
    Construct,
    /// The runtime: the object ends.
    Destroy,
}
