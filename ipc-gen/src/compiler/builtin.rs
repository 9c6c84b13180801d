//! The names that are known everywhere.

use super::types::Type;

/// The number of `List`, like those that [`Builtin::id`] gives.
pub(super) const LIST_ID: u64 = 1028;

/// A type that the language brings along, other than lists.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Builtin {
    Type(Type),
    /// What `AnyPointer` was called once.
    Object,
}

/// What can be meant where a type is unknown.
pub(super) const NAMES: [&str; 19] = [
    "Void",
    "Bool",
    "Int8",
    "Int16",
    "Int32",
    "Int64",
    "UInt8",
    "UInt16",
    "UInt32",
    "UInt64",
    "Float32",
    "Float64",
    "Text",
    "Data",
    "List",
    "AnyPointer",
    "AnyStruct",
    "AnyList",
    "Capability",
];

/// What types of other languages are called here.
const ELSEWHERE: [(&str, &str); 14] = [
    ("string", "Text"),
    ("str", "Text"),
    ("bytes", "Data"),
    ("blob", "Data"),
    ("boolean", "Bool"),
    ("byte", "UInt8"),
    ("short", "Int16"),
    ("int", "Int32"),
    ("integer", "Int32"),
    ("uint", "UInt32"),
    ("long", "Int64"),
    ("float", "Float32"),
    ("double", "Float64"),
    ("any", "AnyPointer"),
];

/// The type that goes by this name in other languages.
pub(super) fn from_elsewhere(name: &str) -> Option<&'static str> {
    let mut known = ELSEWHERE.iter();
    let found = known.find(|(elsewhere, _)| elsewhere.eq_ignore_ascii_case(name));
    found.map(|(_, here)| *here)
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

    /// The number that the official compiler has for it where it tells what names stand for. Ids of
    /// what is declared are larger.
    pub(super) fn id(&self) -> u64 {
        match self {
            Self::Type(ty) => match ty {
                Type::Void => 1014,
                Type::Bool => 1015,
                Type::Int8 => 1016,
                Type::Int16 => 1017,
                Type::Int32 => 1018,
                Type::Int64 => 1019,
                Type::UInt8 => 1020,
                Type::UInt16 => 1021,
                Type::UInt32 => 1022,
                Type::UInt64 => 1023,
                Type::Float32 => 1024,
                Type::Float64 => 1025,
                Type::Text => 1026,
                Type::Data => 1027,
                Type::AnyStruct => 1031,
                Type::AnyList => 1032,
                Type::Capability => 1033,
                _ => 1030,
            },
            Self::Object => 1029,
        }
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
