//! Types and values: whether two mean the same bytes, and how to call them.

use super::compare::Comparison;
use super::pairs::Version;
use crate::model::types::{Scalar, Value};
use crate::schema::{Binding, Body, Brand, FieldKind, PointerKind, Type};

impl Comparison<'_> {
    /// Whether a reader of either type understands what a writer of the other has written.
    pub(super) fn same_type(&self, old: &Type, new: &Type) -> bool {
        match (old, new) {
            (Type::Void, Type::Void) | (Type::Text, Type::Text) | (Type::Data, Type::Data) => true,
            (Type::Scalar(old), Type::Scalar(new)) => old == new,
            (Type::List(old), Type::List(new)) => {
                self.same_type(old, new) || self.is_upgrade(old, new)
            }
            (Type::Enum(old), Type::Enum(new)) => self.pairs.same(*old, *new),
            (
                Type::Struct {
                    id: old,
                    brand: one,
                },
                Type::Struct {
                    id: new,
                    brand: other,
                },
            )
            | (
                Type::Interface {
                    id: old,
                    brand: one,
                },
                Type::Interface {
                    id: new,
                    brand: other,
                },
            ) => self.pairs.same(*old, *new) && self.same_brand(one, other),
            (Type::AnyPointer(old), Type::AnyPointer(new)) => same_pointer(old, new),
            _ => false,
        }
    }

    /// Whether a list of plain values became one of structs that begin with such a value, which readers
    /// of either kind understand.
    fn is_upgrade(&self, old: &Type, new: &Type) -> bool {
        let Type::Struct { id, .. } = new else {
            return false;
        };
        let Some(Body::Struct(body)) = self.new.body(*id) else {
            return false;
        };
        // A list of Bool takes a bit each, which no struct does.
        if matches!(old, Type::Scalar(Scalar::Bool)) {
            return false;
        }
        body.fields.iter().any(|field| {
            let FieldKind::Slot { offset: 0, ty, .. } = &field.kind else {
                return false;
            };
            field.member.is_none() && self.same_type(old, ty)
        })
    }

    /// A parameter that is not bound is AnyPointer.
    fn same_brand(&self, old: &Brand, new: &Brand) -> bool {
        let scopes: std::collections::BTreeSet<_> = (old.0.keys())
            .map(|old| self.pairs.new_id(*old).unwrap_or(*old))
            .chain(new.0.keys().copied())
            .collect();
        scopes.into_iter().all(|scope| {
            let mut ids = old.0.iter();
            let one = ids.find(|(old, _)| self.pairs.same(**old, scope));
            self.same_binding(one.map(|(_, binding)| binding), new.0.get(&scope))
        })
    }

    fn same_binding(&self, old: Option<&Binding>, new: Option<&Binding>) -> bool {
        let types = |binding: Option<&Binding>, index: usize| match binding {
            Some(Binding::Types(types)) => types.get(index).cloned().flatten(),
            _ => None,
        };
        let count = |binding: Option<&Binding>| match binding {
            Some(Binding::Types(types)) => types.len(),
            _ => 0,
        };
        (0..count(old).max(count(new))).all(|index| match (types(old, index), types(new, index)) {
            (Some(old), Some(new)) => self.same_type(&old, &new),
            (None, None) => true,
            (Some(bound), None) | (None, Some(bound)) => {
                matches!(
                    bound,
                    Type::AnyPointer(PointerKind::Any | PointerKind::Parameter(_))
                )
            }
        })
    }
}

/// A type parameter is AnyPointer on the wire, so one may become the other.
fn same_pointer(old: &PointerKind, new: &PointerKind) -> bool {
    match (old, new) {
        (PointerKind::Capability, PointerKind::Capability) => true,
        (PointerKind::Capability, _) | (_, PointerKind::Capability) => false,
        (PointerKind::Parameter(old), PointerKind::Parameter(new)) => old.index == new.index,
        _ => true,
    }
}

/// Whether an absent field reads as the same value. Floating-point numbers are compared by their bits.
pub(super) fn same_value(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Float32(old), Value::Float32(new)) => old.to_bits() == new.to_bits(),
        (Value::Float64(old), Value::Float64(new)) => old.to_bits() == new.to_bits(),
        (Value::List(old), Value::List(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| same_value(old, new))
        }
        (Value::Struct(old), Value::Struct(new)) => {
            old.len() == new.len()
                && old
                    .iter()
                    .zip(new)
                    .all(|((name, old), (other, new))| name == other && same_value(old, new))
        }
        // Whether the schema says zero or nothing is the same.
        _ => (old.is_zero() && new.is_zero()) || format!("{old:?}") == format!("{new:?}"),
    }
}

/// A type as a schema says it.
pub(super) fn type_name(version: &Version<'_>, ty: &Type) -> String {
    match ty {
        Type::Void => "Void".to_owned(),
        Type::Scalar(scalar) => format!("{scalar:?}"),
        Type::Text => "Text".to_owned(),
        Type::Data => "Data".to_owned(),
        Type::List(element) => format!("List({})", type_name(version, element)),
        Type::Enum(id) => version.name(*id).to_owned(),
        Type::Struct { id, brand } | Type::Interface { id, brand } => {
            let name = version.name(*id);
            match brand.0.get(id) {
                Some(Binding::Types(types)) => {
                    let types = types.iter().map(|ty| match ty {
                        Some(ty) => type_name(version, ty),
                        None => "AnyPointer".to_owned(),
                    });
                    format!("{name}({})", types.collect::<Vec<_>>().join(", "))
                }
                _ => name.to_owned(),
            }
        }
        Type::AnyPointer(PointerKind::Capability) => "Capability".to_owned(),
        Type::AnyPointer(PointerKind::Any) => "AnyPointer".to_owned(),
        Type::AnyPointer(PointerKind::Parameter(parameter)) => {
            let node = version.schema.nodes.get(&parameter.scope);
            let name = node.and_then(|node| node.parameters.get(usize::from(parameter.index)));
            name.map_or("AnyPointer", String::as_str).to_owned()
        }
        Type::AnyPointer(PointerKind::OfMethod) => "a type parameter of the method".to_owned(),
    }
}

/// A value as a schema says it, or nearly so.
pub(super) fn value_name(value: &Value) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Float32(value) => format!("{value:?}"),
        Value::Float64(value) => format!("{value:?}"),
        Value::Enum(value) => format!("enumerant {value}"),
        Value::Text(value) => format!("{value:?}"),
        Value::Data(value) => format!("{} bytes", value.len()),
        Value::List(value) => {
            let values: Vec<_> = value.iter().map(value_name).collect();
            format!("[{}]", values.join(", "))
        }
        Value::Struct(value) => {
            let fields = value.iter();
            let fields: Vec<_> = fields
                .map(|(name, value)| format!("{name} = {}", value_name(value)))
                .collect();
            format!("({})", fields.join(", "))
        }
        Value::Nothing => "nothing".to_owned(),
    }
}
