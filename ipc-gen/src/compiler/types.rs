//! Types, after all names in them are known.

use std::rc::Rc;

/// A type.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Type {
    Void,
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
    Text,
    Data,
    List(Rc<Type>),
    Enum(Named),
    Struct(Named),
    Interface(Named),
    AnyPointer,
    AnyStruct,
    AnyList,
    Capability,
    /// A type parameter of a declaration.
    Parameter(Parameter),
    /// A type parameter of the method, by its number.
    MethodParameter(u16),
}

/// A type parameter, by the id of what declares it and its number there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Parameter {
    pub(super) scope: u64,
    pub(super) index: u16,
}

/// A declared type.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Named {
    pub(super) id: u64,
    pub(super) brand: Brand,
}

/// What the type parameters of a declaration and of those around it are bound to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Brand {
    /// From the inside to the outside; those without parameters are left out.
    pub(super) scopes: Vec<Scope>,
}

/// The part of a brand that concerns one declaration.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scope {
    pub(super) id: u64,
    pub(super) bound: Bound,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Bound {
    /// Each parameter stands for itself, as the type is used inside of the declaration.
    Inherit,
    To(Vec<Type>),
}

/// How much room a value takes in a struct.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Room {
    None,
    /// Two to this power bits.
    Data(u32),
    Pointer,
}

impl Type {
    pub(super) fn room(&self) -> Room {
        match self {
            Self::Void => Room::None,
            Self::Bool => Room::Data(0),
            Self::Int8 | Self::UInt8 => Room::Data(3),
            Self::Int16 | Self::UInt16 | Self::Enum(_) => Room::Data(4),
            Self::Int32 | Self::UInt32 | Self::Float32 => Room::Data(5),
            Self::Int64 | Self::UInt64 | Self::Float64 => Room::Data(6),
            Self::Text
            | Self::Data
            | Self::List(_)
            | Self::Struct(_)
            | Self::Interface(_)
            | Self::AnyPointer
            | Self::AnyStruct
            | Self::AnyList
            | Self::Capability
            | Self::Parameter(_)
            | Self::MethodParameter(_) => Room::Pointer,
        }
    }

    /// Whether a value of the type can be worked out before what other types look like is known.
    pub(super) fn has_plain_values(&self) -> bool {
        self.room() != Room::Pointer || matches!(self, Self::Text | Self::Data)
    }

    /// The type as it is where the parameters are bound. One that is not is any pointer.
    pub(super) fn bind(&self, brand: &Brand) -> Self {
        match self {
            Self::List(element) => Self::List(Rc::new(element.bind(brand))),
            Self::Enum(named) => Self::Enum(named.bind(brand)),
            Self::Struct(named) => Self::Struct(named.bind(brand)),
            Self::Interface(named) => Self::Interface(named.bind(brand)),
            Self::Parameter(parameter) => match brand.bound(parameter.scope) {
                Some(Bound::To(types)) => types
                    .get(usize::from(parameter.index))
                    .cloned()
                    .unwrap_or(Self::AnyPointer),
                Some(Bound::Inherit) => self.clone(),
                None => Self::AnyPointer,
            },
            other => other.clone(),
        }
    }
}

impl Named {
    fn bind(&self, brand: &Brand) -> Self {
        let scopes = self.brand.scopes.iter().filter_map(|scope| {
            let bound = match &scope.bound {
                Bound::To(types) => Bound::To(types.iter().map(|ty| ty.bind(brand)).collect()),
                Bound::Inherit => brand.bound(scope.id)?.clone(),
            };
            Some(Scope {
                id: scope.id,
                bound,
            })
        });
        Self {
            id: self.id,
            brand: Brand {
                scopes: scopes.collect(),
            },
        }
    }
}

impl Brand {
    fn bound(&self, id: u64) -> Option<&Bound> {
        let scope = self.scopes.iter().find(|scope| scope.id == id);
        scope.map(|scope| &scope.bound)
    }
}
