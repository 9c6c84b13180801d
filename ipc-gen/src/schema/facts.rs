//! What the schema compiler told, in plain types.

#![allow(
    missing_docs,
    reason = "what is not explained here is as Cap'n Proto's `schema.capnp` has it"
)]

use std::collections::BTreeMap;

use crate::model::types::{Scalar, Value};

/// The 64-bit id of a node.
pub type Id = u64;

/// Everything in a request.
#[derive(Debug)]
pub struct Schema {
    /// All files and declarations, and the structs of groups, parameters and results.
    pub nodes: BTreeMap<Id, Node>,
    /// The files that were asked for, in the order in which they were.
    pub(crate) requested: Vec<Requested>,
}

/// A file that the compiler was asked for.
#[derive(Debug)]
pub(crate) struct Requested {
    /// The path as the compiler was given it, without the source prefix.
    pub(crate) name: String,
    pub(crate) id: Id,
}

/// A file or declaration.
#[derive(Debug)]
pub struct Node {
    /// The name with its file and scopes, in the compiler's words.
    pub display_name: String,
    /// The node around this one, or 0 for files and for parameters and results written in place.
    pub scope: Id,
    /// The type parameters that the node itself takes.
    pub parameters: Vec<String>,
    /// The comment.
    pub docs: String,
    /// What is annotated.
    pub annotations: Vec<Annotation>,
    /// What is declared directly inside, in the order in which it is.
    pub nested: Vec<Child>,
    /// What it is.
    pub body: Body,
}

/// A declaration inside another one.
#[derive(Clone, Debug)]
pub struct Child {
    pub name: String,
    pub id: Id,
}

/// What a schema says about a declaration or member, beside what it is.
#[derive(Debug)]
pub struct Annotation {
    pub id: Id,
    /// What it says.
    pub value: Value,
}

/// An interface that another one extends.
#[derive(Debug)]
pub struct Base {
    pub id: Id,
    /// What the interface's type parameters are bound to.
    pub brand: Brand,
}

#[derive(Debug)]
pub enum Body {
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
pub struct Struct {
    pub id: Id,
    /// Words of eight bytes in the data section.
    pub data_words: u16,
    /// Pointers in the pointer section.
    pub pointers: u16,
    /// Where the number stands that tells which member of the union is there, if there is a union.
    pub tag: Option<u32>,
    /// In the order of their numbers in the text.
    pub fields: Vec<Field>,
}

#[derive(Debug)]
pub struct Field {
    pub name: String,
    /// The comment.
    pub docs: String,
    /// What is annotated.
    pub annotations: Vec<Annotation>,
    /// The number of a member of the union.
    pub member: Option<u16>,
    /// Where it is.
    pub kind: FieldKind,
}

#[derive(Debug)]
pub enum FieldKind {
    Slot {
        offset: u32,
        ty: Type,
        default: Value,
    },
    /// Fields of the same struct, with a node of their own.
    Group(Id),
}

#[derive(Debug)]
pub struct Enumerant {
    pub name: String,
    /// The comment.
    pub docs: String,
    /// What is annotated.
    pub annotations: Vec<Annotation>,
}

#[derive(Debug)]
pub struct Method {
    pub name: String,
    /// The comment.
    pub docs: String,
    /// Whether the method itself takes type parameters.
    pub generic: bool,
    /// What is annotated.
    pub annotations: Vec<Annotation>,
    /// The struct of the parameters.
    pub params: Id,
    /// What the type parameters of the parameter struct are bound to.
    pub params_brand: Brand,
    /// The struct of the results.
    pub results: Id,
    /// What the type parameters of the result struct are bound to.
    pub results_brand: Brand,
}

#[derive(Clone, Debug)]
pub enum Type {
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
pub enum PointerKind {
    Any,
    Capability,
    /// A type parameter of a declaration.
    Parameter(Parameter),
    /// A type parameter of a method.
    OfMethod,
}

/// A type parameter, by the declaration that takes it and by its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Parameter {
    pub scope: Id,
    /// Its number there.
    pub index: u16,
}

/// What a type's parameters are bound to, by the declarations that take them.
#[derive(Clone, Debug, Default)]
pub struct Brand(pub BTreeMap<Id, Binding>);

#[derive(Clone, Debug)]
pub enum Binding {
    /// Each to the parameter that it is itself: the type is named inside of the declaration.
    Same,
    /// Each to a type, or to nothing.
    Types(Vec<Option<Type>>),
}

impl Brand {
    /// What a parameter is bound to.
    pub fn bound(&self, parameter: Parameter) -> Option<Type> {
        match self.0.get(&parameter.scope)? {
            Binding::Same => Some(Type::AnyPointer(PointerKind::Parameter(parameter))),
            Binding::Types(types) => types.get(usize::from(parameter.index))?.clone(),
        }
    }
}
