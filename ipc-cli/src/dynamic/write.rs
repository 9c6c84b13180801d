//! Writes values into messages, by the places that the schema gives them.

use std::collections::BTreeMap;

use ipc_gen::reflection::{FieldKind, Id, Scalar, Struct, Type, Value};
use ipc_runtime::rt::{Object, PointerBuilder, StructBuilder};
use ipc_runtime::{AnyProxy, Proxy as _};

use super::from_json::Parameters;
use super::schemas::Schemas;

/// Writes parameters into their struct.
pub(crate) fn fill(
    schemas: &Schemas,
    id: Id,
    parameters: &Parameters,
    builder: &mut StructBuilder<'_>,
) {
    let objects = &parameters.objects;
    let writing = Writing { schemas, objects };
    writing.fill(id, &parameters.values, builder);
}

/// A message that is being written.
struct Writing<'a> {
    schemas: &'a Schemas,
    objects: &'a [Object],
}

impl Writing<'_> {
    /// Writes the fields of a struct; those that are not given keep their defaults.
    fn fill(&self, id: Id, values: &BTreeMap<String, Value>, builder: &mut StructBuilder<'_>) {
        let Some(body) = self.schemas.structure(id) else {
            return;
        };
        for field in &body.fields {
            let Some(value) = values.get(&field.name) else {
                continue;
            };
            set_tag(body, field.member, builder);
            match (&field.kind, value) {
                (FieldKind::Group(group), Value::Struct(values)) => {
                    self.fill(*group, values, builder);
                }
                (FieldKind::Group(_), _) => {}
                (
                    FieldKind::Slot {
                        offset,
                        ty,
                        default,
                    },
                    value,
                ) => self.slot(*offset, ty, default, value, builder),
            }
        }
    }

    fn slot(
        &self,
        offset: u32,
        ty: &Type,
        default: &Value,
        value: &Value,
        builder: &mut StructBuilder<'_>,
    ) {
        let at = offset as usize;
        macro_rules! integer {
            ($ty:ty) => {
                builder.set_scalar::<$ty>(at, integer(value) as $ty, integer(default) as $ty)
            };
        }
        match ty {
            Type::Void => {}
            Type::Enum(_) => builder.set_scalar(at, enumerant(value), enumerant(default)),
            Type::Scalar(scalar) => match scalar {
                Scalar::Bool => builder.set_scalar(at, bool(value), bool(default)),
                Scalar::Int8 => integer!(i8),
                Scalar::Int16 => integer!(i16),
                Scalar::Int32 => integer!(i32),
                Scalar::Int64 => integer!(i64),
                Scalar::UInt8 => integer!(u8),
                Scalar::UInt16 => integer!(u16),
                Scalar::UInt32 => integer!(u32),
                Scalar::UInt64 => integer!(u64),
                Scalar::Float32 => builder.set_scalar(at, float32(value), float32(default)),
                Scalar::Float64 => builder.set_scalar(at, float64(value), float64(default)),
            },
            _ => {
                if let Ok(index) = u16::try_from(offset) {
                    builder.write_pointer(index, |to| self.pointer(ty, value, to));
                }
            }
        }
    }

    fn pointer(&self, ty: &Type, value: &Value, to: PointerBuilder<'_>) {
        match (ty, value) {
            (Type::Text, Value::Text(text)) => to.set_text(text),
            (Type::Data, Value::Data(bytes)) => to.set_data(bytes),
            (Type::List(element), Value::List(items)) => self.list(element, items, to),
            (Type::Struct { id, .. }, Value::Struct(values)) => {
                if let Some(body) = self.schemas.structure(*id) {
                    to.write_struct(body.data_words, body.pointers, |builder| {
                        self.fill(*id, values, builder);
                    });
                }
            }
            (Type::Interface { .. }, Value::Integer(place)) => {
                let object = usize::try_from(*place)
                    .ok()
                    .and_then(|place| self.objects.get(place));
                to.write(&object.cloned().map(AnyProxy::from_object));
            }
            // Null, which is what there is already.
            _ => {}
        }
    }

    fn list(&self, element: &Type, items: &[Value], to: PointerBuilder<'_>) {
        macro_rules! integers {
            ($ty:ty) => {
                to.write::<Vec<$ty>>(&items.iter().map(|item| integer(item) as $ty).collect())
            };
        }
        match element {
            Type::Void => to.write::<Vec<()>>(&vec![(); items.len()]),
            Type::Enum(_) => {
                let numbers: Vec<_> = items.iter().map(enumerant).collect();
                to.set_enums(&numbers, |number| number);
            }
            Type::Scalar(scalar) => match scalar {
                Scalar::Bool => to.write::<Vec<bool>>(&items.iter().map(bool).collect()),
                Scalar::Int8 => integers!(i8),
                Scalar::Int16 => integers!(i16),
                Scalar::Int32 => integers!(i32),
                Scalar::Int64 => integers!(i64),
                Scalar::UInt8 => integers!(u8),
                Scalar::UInt16 => integers!(u16),
                Scalar::UInt32 => integers!(u32),
                Scalar::UInt64 => integers!(u64),
                Scalar::Float32 => to.write::<Vec<f32>>(&items.iter().map(float32).collect()),
                Scalar::Float64 => to.write::<Vec<f64>>(&items.iter().map(float64).collect()),
            },
            Type::Struct { id, .. } => {
                if let Some(body) = self.schemas.structure(*id) {
                    to.write_structs(body.data_words, body.pointers, items, |builder, item| {
                        if let Value::Struct(values) = item {
                            self.fill(*id, values, builder);
                        }
                    });
                }
            }
            _ => to.set_list_with(items, |to, item| self.pointer(element, item, to)),
        }
    }
}

/// Says which member of the union is there.
fn set_tag(body: &Struct, member: Option<u16>, builder: &mut StructBuilder<'_>) {
    if let (Some(tag), Some(member)) = (body.tag, member) {
        builder.set_scalar::<u16>(tag as usize, member, 0);
    }
}

/// It has been seen to fit.
fn integer(value: &Value) -> i128 {
    match value {
        Value::Integer(value) => *value,
        _ => 0,
    }
}

fn enumerant(value: &Value) -> u16 {
    match value {
        Value::Enum(value) => *value,
        _ => 0,
    }
}

fn bool(value: &Value) -> bool {
    matches!(value, Value::Bool(true))
}

fn float32(value: &Value) -> f32 {
    match value {
        Value::Float32(value) => *value,
        _ => 0.0,
    }
}

fn float64(value: &Value) -> f64 {
    match value {
        Value::Float64(value) => *value,
        _ => 0.0,
    }
}
