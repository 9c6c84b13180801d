//! Types and values, as schemas have them.

#![allow(
    missing_docs,
    reason = "what is not explained here is as Cap'n Proto's `schema.capnp` has it"
)]

use std::collections::BTreeMap;

/// The types that live in a struct's data section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    Bool,
    Int8,
    Int16,
    Int32,
    Int64,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Float32,
    Float64,
}

impl Scalar {
    /// The type in Rust, which is also the suffix of its literals.
    pub(crate) fn rust(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int8 => "i8",
            Self::Int16 => "i16",
            Self::Int32 => "i32",
            Self::Int64 => "i64",
            Self::UInt8 => "u8",
            Self::UInt16 => "u16",
            Self::UInt32 => "u32",
            Self::UInt64 => "u64",
            Self::Float32 => "f32",
            Self::Float64 => "f64",
        }
    }
}

/// A default or constant.
#[derive(Clone, Debug)]
pub enum Value {
    Bool(bool),
    /// Any integer type: the type beside it says which.
    Integer(i128),
    Float32(f32),
    Float64(f64),
    Enum(u16),
    Text(String),
    Data(Vec<u8>),
    List(Vec<Value>),
    /// By the names of fields and groups; of a union, only the member that is there.
    Struct(BTreeMap<String, Value>),
    /// Void, a null pointer, and the pointers whose values schemas cannot write.
    Nothing,
}

impl Value {
    /// Whether an absent field reads as this value without any default in the schema.
    pub fn is_zero(&self) -> bool {
        match self {
            Self::Bool(value) => !value,
            Self::Integer(value) => *value == 0,
            // Minus zero is not all zero bits.
            Self::Float32(value) => value.to_bits() == 0,
            Self::Float64(value) => value.to_bits() == 0,
            Self::Enum(value) => *value == 0,
            Self::Text(value) => value.is_empty(),
            Self::Data(value) => value.is_empty(),
            Self::List(value) => value.is_empty(),
            Self::Struct(_) => false,
            Self::Nothing => true,
        }
    }

    /// Whether the value has a literal, as all but the largest floating-point numbers do.
    pub(crate) fn is_finite(&self) -> bool {
        match self {
            Self::Float32(value) => value.is_finite(),
            Self::Float64(value) => value.is_finite(),
            _ => true,
        }
    }
}
