//! Types made up at random.

use super::Maker;

#[derive(Clone, PartialEq)]
pub(super) enum Type {
    Void,
    Bool,
    /// A signed or unsigned integer of so many bits.
    Integer(bool, u32),
    Float32,
    Float64,
    Text,
    Data,
    List(Box<Type>),
    Enum(String),
    Struct(String, Vec<Type>),
    /// A type that has no values to be written: an interface, a parameter, any pointer.
    Opaque(String),
}

impl Type {
    /// The type as it is written.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Void => "Void".to_owned(),
            Self::Bool => "Bool".to_owned(),
            Self::Integer(true, bits) => format!("Int{bits}"),
            Self::Integer(false, bits) => format!("UInt{bits}"),
            Self::Float32 => "Float32".to_owned(),
            Self::Float64 => "Float64".to_owned(),
            Self::Text => "Text".to_owned(),
            Self::Data => "Data".to_owned(),
            Self::List(element) => format!("List({})", element.text()),
            Self::Enum(path) | Self::Opaque(path) => path.clone(),
            Self::Struct(path, arguments) => apply(path, arguments),
        }
    }

    /// Whether a value of it can be written.
    pub(super) fn has_values(&self) -> bool {
        match self {
            Self::Opaque(_) => false,
            Self::List(element) => element.has_values(),
            _ => true,
        }
    }
}

/// A generic with its arguments.
pub(super) fn apply(path: &str, arguments: &[Type]) -> String {
    if arguments.is_empty() {
        return path.to_owned();
    }
    let arguments: Vec<_> = arguments.iter().map(Type::text).collect();
    format!("{path}({})", arguments.join(", "))
}

impl Maker {
    pub(super) fn ty(&mut self, depth: usize) -> Type {
        match self.rng.below(24) {
            0 => Type::Void,
            1..=4 => Type::Bool,
            5..=10 => self.integer(),
            11 => Type::Float32,
            12 => Type::Float64,
            13 | 14 => self.enumeration(),
            _ => self.pointer(depth),
        }
    }

    fn integer(&mut self) -> Type {
        let bits = *self.rng.pick(&[8, 16, 32, 64]);
        Type::Integer(self.rng.once_in(2), bits)
    }

    fn enumeration(&mut self) -> Type {
        if self.enums.is_empty() {
            return self.integer();
        }
        let found = self.rng.below(self.enums.len());
        Type::Enum(self.enums[found].path.clone())
    }

    /// A type that a generic can be applied to.
    pub(super) fn pointer(&mut self, depth: usize) -> Type {
        match self.rng.below(10) {
            0 | 1 => Type::Text,
            2 => Type::Data,
            3 | 4 if depth < 3 => self.list(depth),
            5 | 6 if depth < 3 && !self.structs.is_empty() => self.structure(depth),
            7 if depth < 3 && !self.interfaces.is_empty() => {
                let found = self.rng.below(self.interfaces.len());
                let path = self.interfaces[found].path.clone();
                let count = self.interfaces[found].parameters;
                Type::Opaque(apply(&path, &self.arguments(count, depth)))
            }
            8 if !self.parameters.is_empty() => {
                let found = self.rng.below(self.parameters.len());
                Type::Opaque(self.parameters[found].clone())
            }
            9 => Type::Opaque("AnyPointer".to_owned()),
            _ => Type::Text,
        }
    }

    fn list(&mut self, depth: usize) -> Type {
        loop {
            let element = match self.rng.below(3) {
                0 => self.pointer(depth + 1),
                _ => self.ty(depth + 1),
            };
            let is_listed = match &element {
                Type::Opaque(path) => path != "AnyPointer" && !self.parameters.contains(path),
                _ => true,
            };
            if is_listed {
                return Type::List(Box::new(element));
            }
        }
    }

    pub(super) fn structure(&mut self, depth: usize) -> Type {
        let found = self.rng.below(self.structs.len());
        let path = self.structs[found].path.clone();
        let count = self.structs[found].parameters;
        Type::Struct(path, self.arguments(count, depth))
    }

    /// Arguments for so many parameters, or none at all.
    fn arguments(&mut self, count: usize, depth: usize) -> Vec<Type> {
        if count == 0 || self.rng.once_in(3) {
            return Vec::new();
        }
        (0..count).map(|_| self.pointer(depth + 1)).collect()
    }

    /// A type for a field: those that can be in no list or argument, too.
    pub(super) fn field_type(&mut self) -> Type {
        match self.rng.below(20) {
            0 => Type::Opaque("AnyStruct".to_owned()),
            1 => Type::Opaque("AnyList".to_owned()),
            2 => Type::Opaque("Capability".to_owned()),
            _ => self.ty(0),
        }
    }
}
