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
    /// The path as the compiler was given it, without the source prefix.
    pub(super) name: String,
    pub(super) id: Id,
}

/// A file or declaration.
#[derive(Debug)]
pub(crate) struct Node {
    /// The name with its file and scopes, in the compiler's words.
    pub(crate) display_name: String,
    /// The node around this one, or 0 for files and for parameters and results written in place.
    pub(crate) scope: Id,
    /// The type parameters that the node itself takes.
    pub(crate) parameters: Vec<String>,
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
    pub(crate) brand: Brand,
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
    pub(crate) id: Id,
    pub(crate) data_words: u16,
    pub(crate) pointers: u16,
    /// Where the number stands that tells which member of the union is there, if there is a union.
    pub(crate) tag: Option<u32>,
    pub(crate) fields: Vec<Field>,
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) annotations: Vec<Annotation>,
    /// The number of a member of the union.
    pub(crate) member: Option<u16>,
    pub(crate) kind: FieldKind,
}

#[derive(Debug)]
pub(crate) enum FieldKind {
    Slot {
        offset: u32,
        ty: Type,
        default: Value,
    },
    /// Fields of the same struct, with a node of their own.
    Group(Id),
}

#[derive(Debug)]
pub(crate) struct Enumerant {
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) annotations: Vec<Annotation>,
}

#[derive(Debug)]
pub(crate) struct Method {
    pub(crate) name: String,
    pub(crate) docs: String,
    /// Whether the method itself takes type parameters.
    pub(crate) generic: bool,
    pub(crate) annotations: Vec<Annotation>,
    pub(crate) params: Id,
    /// What the type parameters of the parameter struct are bound to.
    pub(crate) params_brand: Brand,
    pub(crate) results: Id,
    pub(crate) results_brand: Brand,
}

#[derive(Clone, Debug)]
pub(crate) enum Type {
    Void,
    Scalar(Scalar),
    Text,
    Data,
    List(Box<Type>),
    Enum(Id),
    Struct { id: Id, brand: Brand },
    Interface { id: Id, brand: Brand },
    AnyPointer(PointerKind),
}

#[derive(Clone, Debug)]
pub(crate) enum PointerKind {
    Any,
    Capability,
    /// A type parameter of a declaration.
    Parameter(Parameter),
    /// A type parameter of a method.
    OfMethod,
}

/// A type parameter, by the declaration that takes it and by its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Parameter {
    pub(crate) scope: Id,
    pub(crate) index: u16,
}

/// What a type's parameters are bound to, by the declarations that take them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Brand(pub(crate) BTreeMap<Id, Binding>);

#[derive(Clone, Debug)]
pub(crate) enum Binding {
    /// Each to the parameter that it is itself: the type is named inside of the declaration.
    Same,
    /// Each to a type, or to nothing.
    Types(Vec<Option<Type>>),
}

impl Brand {
    /// What a parameter is bound to.
    pub(crate) fn bound(&self, parameter: Parameter) -> Option<Type> {
        match self.0.get(&parameter.scope)? {
            Binding::Same => Some(Type::AnyPointer(PointerKind::Parameter(parameter))),
            Binding::Types(types) => types.get(usize::from(parameter.index))?.clone(),
        }
    }
}
