//! What is compiled: the facts of each node, in plain types.

use std::cell::OnceCell;
use std::rc::Rc;

use super::diagnostic::Span;
use super::pointer::Pointer;
use super::syntax::Targets;
use super::types::{Brand, Named, Type};

/// A file, a declaration, a group, or a struct of parameters or results.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) id: u64,
    pub(super) display_name: String,
    /// How much of the name stands for what is around the node.
    pub(super) prefix_length: usize,
    /// The node around it, or 0.
    pub(super) scope: u64,
    pub(super) parameters: Vec<String>,
    /// Whether the node or one around it has parameters.
    pub(super) generic: bool,
    pub(super) nested: Vec<(String, u64)>,
    pub(super) annotations: Vec<Annotation>,
    pub(super) docs: Option<Vec<u8>>,
    /// Where it is declared. Nothing is said of groups, parameters and results.
    pub(super) place: Span,
    pub(super) body: Body,
}

impl Node {
    /// Whether it is a struct of parameters or results that is written in place.
    pub(super) fn is_parameters(&self) -> bool {
        self.scope == 0 && matches!(self.body, Body::Struct(_))
    }
}

/// An annotation where it is used.
#[derive(Debug)]
pub(super) struct Annotation {
    pub(super) id: u64,
    pub(super) brand: Brand,
    pub(super) value: ValueCell,
}

/// A value that may be worked out later than the rest of its node.
pub(super) type ValueCell = Rc<OnceCell<Value>>;

#[derive(Debug)]
pub(super) enum Body {
    File,
    Struct(Struct),
    Enum(Vec<Enumerant>),
    Interface {
        superclasses: Vec<Named>,
        methods: Vec<Method>,
    },
    Const {
        ty: Type,
        value: ValueCell,
    },
    Annotation {
        ty: Type,
        targets: Targets,
    },
}

#[derive(Debug, Default)]
pub(super) struct Struct {
    pub(super) data_words: u16,
    pub(super) pointers: u16,
    pub(super) is_group: bool,
    /// How many fields are in the union, and where it says which of them is there.
    pub(super) union: Option<(u16, u32)>,
    /// By ordinal; groups by the lowest one in them.
    pub(super) fields: Vec<Field>,
}

#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) code_order: u16,
    pub(super) annotations: Vec<Annotation>,
    pub(super) docs: Option<Vec<u8>>,
    /// The number of a member of the union.
    pub(super) discriminant: Option<u16>,
    pub(super) ordinal: Option<u16>,
    pub(super) kind: FieldKind,
}

#[derive(Debug)]
pub(super) enum FieldKind {
    Slot {
        offset: u32,
        ty: Type,
        default: ValueCell,
        explicit: bool,
    },
    Group(u64),
}

#[derive(Debug)]
pub(super) struct Enumerant {
    pub(super) name: String,
    pub(super) code_order: u16,
    pub(super) annotations: Vec<Annotation>,
    pub(super) docs: Option<Vec<u8>>,
}

#[derive(Debug)]
pub(super) struct Method {
    pub(super) name: String,
    pub(super) code_order: u16,
    pub(super) parameters: Vec<String>,
    pub(super) params: Named,
    pub(super) results: Named,
    pub(super) annotations: Vec<Annotation>,
    pub(super) docs: Option<Vec<u8>>,
}

/// A default, a constant, or the value of an annotation.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Void,
    Bool(bool),
    Int8(i8),
    Int16(i16),
    Int32(i32),
    Int64(i64),
    UInt8(u8),
    UInt16(u16),
    UInt32(u32),
    UInt64(u64),
    Float32(f32),
    Float64(f64),
    /// Nothing is not the same as no letters: it stands for there being no default.
    Text(Option<Rc<[u8]>>),
    Data(Option<Rc<[u8]>>),
    List(Rc<Pointer>),
    Enum(u16),
    Struct(Rc<Pointer>),
    Interface,
    AnyPointer(Rc<Pointer>),
}

impl Value {
    /// What stands where a schema gives no value.
    pub(super) fn default_of(ty: &Type) -> Self {
        let null = || Rc::new(Pointer::Null);
        match ty {
            Type::Void => Self::Void,
            Type::Bool => Self::Bool(false),
            Type::Int8 => Self::Int8(0),
            Type::Int16 => Self::Int16(0),
            Type::Int32 => Self::Int32(0),
            Type::Int64 => Self::Int64(0),
            Type::UInt8 => Self::UInt8(0),
            Type::UInt16 => Self::UInt16(0),
            Type::UInt32 => Self::UInt32(0),
            Type::UInt64 => Self::UInt64(0),
            Type::Float32 => Self::Float32(0.0),
            Type::Float64 => Self::Float64(0.0),
            Type::Text => Self::Text(None),
            Type::Data => Self::Data(None),
            Type::List(_) => Self::List(null()),
            Type::Enum(_) => Self::Enum(0),
            Type::Struct(_) => Self::Struct(null()),
            Type::Interface(_) => Self::Interface,
            Type::AnyPointer
            | Type::AnyStruct
            | Type::AnyList
            | Type::Capability
            | Type::Parameter(_)
            | Type::MethodParameter(_) => Self::AnyPointer(null()),
        }
    }

    /// The bits by which the value differs from zero, for one that is no pointer.
    pub(super) fn bits(&self) -> u64 {
        match self {
            Self::Bool(value) => u64::from(*value),
            Self::Int8(value) => u64::from(value.cast_unsigned()),
            Self::Int16(value) => u64::from(value.cast_unsigned()),
            Self::Int32(value) => u64::from(value.cast_unsigned()),
            Self::Int64(value) => value.cast_unsigned(),
            Self::UInt8(value) => u64::from(*value),
            Self::UInt16(value) | Self::Enum(value) => u64::from(*value),
            Self::UInt32(value) => u64::from(*value),
            Self::UInt64(value) => *value,
            Self::Float32(value) => u64::from(value.to_bits()),
            Self::Float64(value) => value.to_bits(),
            _ => 0,
        }
    }
}
