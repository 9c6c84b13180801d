//! The names that are known everywhere.

use super::types::Type;

/// A type that the language brings along, other than lists.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Builtin {
    Type(Type),
    /// What `AnyPointer` was called once.
    Object,
}

impl Builtin {
    pub(super) fn by_name(name: &str) -> Option<Self> {
        Some(Self::Type(match name {
            "Void" => Type::Void,
            "Bool" => Type::Bool,
            "Int8" => Type::Int8,
            "Int16" => Type::Int16,
            "Int32" => Type::Int32,
            "Int64" => Type::Int64,
            "UInt8" => Type::UInt8,
            "UInt16" => Type::UInt16,
            "UInt32" => Type::UInt32,
            "UInt64" => Type::UInt64,
            "Float32" => Type::Float32,
            "Float64" => Type::Float64,
            "Text" => Type::Text,
            "Data" => Type::Data,
            "AnyPointer" => Type::AnyPointer,
            "AnyStruct" => Type::AnyStruct,
            "AnyList" => Type::AnyList,
            "Capability" => Type::Capability,
            "Object" => return Some(Self::Object),
            _ => return None,
        }))
    }

    /// Whether it is one of the types that leave open what a pointer leads to.
    pub(super) fn is_any_pointer(&self) -> bool {
        matches!(
            self,
            Self::Object
                | Self::Type(Type::AnyPointer | Type::AnyStruct | Type::AnyList | Type::Capability)
        )
    }

    /// Whether a type parameter can be bound to it.
    pub(super) fn can_be_argument(&self) -> bool {
        matches!(self, Self::Type(Type::Text | Type::Data | Type::AnyPointer))
    }
}
