//! What the schema compiler told, in plain types.

use std::collections::BTreeMap;

use crate::model::types::{Scalar, Value};

/// The 64-bit id of a node.
pub(crate) type Id = u64;

/// Everything in a request.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) nodes: BTreeMap<Id, Node>,
    /// The files that were asked for, in the order in which they were.
    pub(super) requested: Vec<Requested>,
}

/// A file that the compiler was asked for.
#[derive(Debug)]
pub(super) struct Requested {
    pub(super) id: Id,
}

/// A file or declaration.
#[derive(Debug)]
pub(crate) struct Node {
    /// The name with its file and scopes, in the compiler's words.
    pub(crate) display_name: String,
    /// The node around this one, or 0 for files and for parameters and results written in place.
    pub(crate) scope: Id,
    /// Whether the node, or one around it, takes type parameters.
    pub(crate) generic: bool,
    pub(crate) docs: String,
    pub(crate) annotations: Vec<Annotation>,
    /// What is declared directly inside, in the order in which it is.
    pub(crate) nested: Vec<Child>,
    pub(crate) body: Body,
}

/// A declaration inside another one.
#[derive(Clone, Debug)]
pub(crate) struct Child {
    pub(crate) name: String,
    pub(crate) id: Id,
}

/// What a schema says about a declaration or member, beside what it is.
#[derive(Debug)]
pub(crate) struct Annotation {
    pub(crate) id: Id,
    pub(crate) value: Value,
}

/// An interface that another one extends.
#[derive(Debug)]
pub(crate) struct Base {
    pub(crate) id: Id,
    /// Whether type parameters are bound.
    pub(crate) generic: bool,
}

#[derive(Debug)]
pub(crate) enum Body {
    File,
    Struct(Struct),
    Enum(Vec<Enumerant>),
    Interface {
        methods: Vec<Method>,
        bases: Vec<Base>,
    },
    Const {
        ty: Type,
        value: Value,
    },
    Annotation,
}

#[derive(Debug)]
pub(crate) struct Struct {
    pub(crate) data_words: u16,
    pub(crate) pointers: u16,
    /// Whether some fields share one place and a number tells which of them is there.
    pub(crate) union: bool,
    pub(crate) fields: Vec<Field>,
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) annotations: Vec<Annotation>,
    pub(crate) kind: FieldKind,
}

#[derive(Debug)]
pub(crate) enum FieldKind {
    Slot {
        offset: u32,
        ty: Type,
        default: Value,
        explicit_default: bool,
    },
    Group,
}

#[derive(Debug)]
pub(crate) struct Enumerant {
    pub(crate) name: String,
    pub(crate) docs: String,
}

#[derive(Debug)]
pub(crate) struct Method {
    pub(crate) name: String,
    pub(crate) docs: String,
    /// Whether the method itself takes type parameters.
    pub(crate) generic: bool,
    pub(crate) annotations: Vec<Annotation>,
    pub(crate) params: Id,
    pub(crate) results: Id,
}

#[derive(Debug)]
pub(crate) enum Type {
    Void,
    Scalar(Scalar),
    Text,
    Data,
    List(Box<Type>),
    Enum(Id),
    Struct { id: Id, generic: bool },
    Interface { id: Id, generic: bool },
    AnyPointer(PointerKind),
}

#[derive(Debug)]
pub(crate) enum PointerKind {
    Any,
    Capability,
    /// A type parameter.
    Parameter,
}
