//! Reads messages into JSON, by the places that the schema gives what is in them.

use ipc_gen::reflection::{Field, FieldKind, Id, Scalar, Struct, Type, Value};
use ipc_runtime::rt::{PointerReader, StructReader};
use ipc_runtime::{AnyPointer, Exception};
use serde_json::{Map, Value as Json, json};

use super::hashes::turned;
use super::interface::Interfaces;
use super::objects::Objects;
use super::schemas::{Schemas, flag_of, is_exception, shown};

/// What a call brought.
#[derive(Debug)]
pub(crate) enum Returned {
    /// By name.
    Results(Map<String, Json>),
    /// An error that the schema declares: its name and what it carries.
    Declared { name: String, carried: Json },
}

/// Reads the results of a method, which are this struct.
pub(crate) fn results(
    schemas: &Schemas,
    interfaces: &Interfaces,
    results: Id,
    objects: &dyn Objects,
    reader: &StructReader<'_>,
) -> Result<Returned, Exception> {
    let Some(body) = schemas.structure(results) else {
        return Ok(Returned::Results(Map::new()));
    };
    let reading = Reading {
        schemas,
        interfaces,
        objects,
    };
    let is_there = |field: &Field| match &field.kind {
        FieldKind::Slot { offset, .. } if is_exception(field) => {
            u16::try_from(*offset).is_ok_and(|at| !reader.pointer_at(at).points_at_nothing())
        }
        _ => false,
    };
    if let Some(error) = body.fields.iter().find(|field| is_there(field)) {
        let name = error.name.clone();
        let carried = reading.field(error, body, reader)?;
        return Ok(Returned::Declared { name, carried });
    }
    reading
        .structure(results, body, reader)
        .map(Returned::Results)
}

struct Reading<'a> {
    schemas: &'a Schemas,
    interfaces: &'a Interfaces,
    objects: &'a dyn Objects,
}

impl Reading<'_> {
    fn structure(
        &self,
        id: Id,
        body: &Struct,
        reader: &StructReader<'_>,
    ) -> Result<Map<String, Json>, Exception> {
        let member = body.tag.map(|tag| reader.scalar::<u16>(tag as usize, 0));
        let mut json = Map::new();
        for field in shown(body) {
            if field.member.is_some() && field.member != member {
                continue;
            }
            let value = self.field(field, body, reader);
            let value = value.map_err(|error| {
                Exception::new(
                    error.kind(),
                    format_args!("{}: {}", field.name, error.message()),
                )
            })?;
            let turned = match self.schemas.is_hash(id, field) {
                true => turned(&value),
                false => None,
            };
            json.insert(field.name.clone(), turned.unwrap_or(value));
        }
        // One of a newer schema.
        if let Some(member) = member
            && !body.fields.iter().any(|field| field.member == Some(member))
        {
            json.insert("unknownMember".to_owned(), json!(member));
        }
        Ok(json)
    }

    fn field(
        &self,
        field: &Field,
        body: &Struct,
        reader: &StructReader<'_>,
    ) -> Result<Json, Exception> {
        if let Some(flag) = flag_of(field, &body.fields)
            && let FieldKind::Slot { offset, .. } = flag.kind
            && !reader.scalar::<bool>(offset as usize, false)
        {
            return Ok(Json::Null);
        }
        match &field.kind {
            FieldKind::Group(id) => match self.schemas.structure(*id) {
                Some(body) => self.structure(*id, body, reader).map(Json::Object),
                None => Ok(Json::Null),
            },
            FieldKind::Slot {
                offset,
                ty,
                default,
            } => self.slot(*offset, ty, default, reader),
        }
    }

    fn slot(
        &self,
        offset: u32,
        ty: &Type,
        default: &Value,
        reader: &StructReader<'_>,
    ) -> Result<Json, Exception> {
        let at = offset as usize;
        macro_rules! integer {
            ($ty:ty) => {{
                let default = match default {
                    Value::Integer(default) => *default as $ty,
                    _ => 0,
                };
                json!(reader.scalar::<$ty>(at, default))
            }};
        }
        Ok(match ty {
            Type::Void => Json::Null,
            Type::Enum(id) => {
                let default = match default {
                    Value::Enum(default) => *default,
                    _ => 0,
                };
                self.enumerant(*id, reader.scalar(at, default))
            }
            Type::Scalar(scalar) => match scalar {
                Scalar::Bool => json!(reader.scalar(at, matches!(default, Value::Bool(true)))),
                Scalar::Int8 => integer!(i8),
                Scalar::Int16 => integer!(i16),
                Scalar::Int32 => integer!(i32),
                Scalar::Int64 => integer!(i64),
                Scalar::UInt8 => integer!(u8),
                Scalar::UInt16 => integer!(u16),
                Scalar::UInt32 => integer!(u32),
                Scalar::UInt64 => integer!(u64),
                Scalar::Float32 => {
                    let default = match default {
                        Value::Float32(default) => *default,
                        _ => 0.0,
                    };
                    float32(reader.scalar(at, default))
                }
                Scalar::Float64 => {
                    let default = match default {
                        Value::Float64(default) => *default,
                        _ => 0.0,
                    };
                    float64(reader.scalar(at, default))
                }
            },
            _ => {
                let index = u16::try_from(offset).map_err(Exception::failed)?;
                let pointer = reader.pointer_at(index);
                match (pointer.points_at_nothing(), default) {
                    (true, default) => self.absent(ty, default),
                    (false, _) => self.pointer(ty, pointer)?,
                }
            }
        })
    }

    /// What a null pointer reads as. Of structs and objects it is told that they are missing.
    fn absent(&self, ty: &Type, default: &Value) -> Json {
        match (ty, default) {
            (_, Value::Text(text)) => json!(text),
            (_, Value::Data(bytes)) => json!(hex::encode(bytes)),
            (Type::Text | Type::Data, _) => json!(""),
            (Type::List(_), Value::Nothing) => json!([]),
            (_, default) => self.constant(ty, default),
        }
    }

    /// A default that the schema writes.
    fn constant(&self, ty: &Type, value: &Value) -> Json {
        match (ty, value) {
            (_, Value::Nothing) => Json::Null,
            (_, Value::Bool(value)) => json!(value),
            // Whatever the type, it has at most 64 bits.
            (_, Value::Integer(value)) => match (i64::try_from(*value), u64::try_from(*value)) {
                (Ok(value), _) => json!(value),
                (_, Ok(value)) => json!(value),
                _ => Json::Null,
            },
            (_, Value::Float32(value)) => float32(*value),
            (_, Value::Float64(value)) => float64(*value),
            (Type::Enum(id), Value::Enum(value)) => self.enumerant(*id, *value),
            (_, Value::Enum(value)) => json!(value),
            (_, Value::Text(text)) => json!(text),
            (_, Value::Data(bytes)) => json!(hex::encode(bytes)),
            (Type::List(element), Value::List(items)) => Json::Array(
                items
                    .iter()
                    .map(|item| self.constant(element, item))
                    .collect(),
            ),
            (Type::Struct { id, .. }, Value::Struct(values)) => {
                let fields = self
                    .schemas
                    .structure(*id)
                    .map_or(&[][..], |body| &body.fields);
                let known = fields.iter().filter_map(|field| {
                    let value = values.get(&field.name)?;
                    let value = match &field.kind {
                        FieldKind::Slot { ty, .. } => self.constant(ty, value),
                        FieldKind::Group(_) => return None,
                    };
                    Some((field.name.clone(), value))
                });
                Json::Object(known.collect())
            }
            (_, Value::List(_) | Value::Struct(_)) => Json::Null,
        }
    }

    fn pointer(&self, ty: &Type, pointer: PointerReader<'_>) -> Result<Json, Exception> {
        Ok(match ty {
            Type::Text => json!(pointer.read::<String>()?),
            Type::Data => json!(hex::encode(pointer.read::<Vec<u8>>()?)),
            Type::List(element) => Json::Array(self.list(element, pointer)?),
            Type::Struct { id, .. } => match self.schemas.structure(*id) {
                Some(body) => Json::Object(self.structure(*id, body, &pointer.read_struct()?)?),
                None => Json::Null,
            },
            Type::Interface { id, .. } => self.object(*id, pointer)?,
            _ => {
                // Its type is not known: the bytes of a message that is it.
                let any = pointer.read::<AnyPointer>()?;
                json!({ "message": hex::encode(any.to_bytes()?) })
            }
        })
    }

    fn object(&self, id: Id, pointer: PointerReader<'_>) -> Result<Json, Exception> {
        let Some(interface) = self.interfaces.interface(id) else {
            return Ok(Json::Null);
        };
        let Some(object) = pointer.read_object(interface)? else {
            return Ok(Json::Null);
        };
        self.objects.brought(id, object)
    }

    fn list(&self, element: &Type, pointer: PointerReader<'_>) -> Result<Vec<Json>, Exception> {
        macro_rules! numbers {
            ($ty:ty) => {
                pointer
                    .read::<Vec<$ty>>()?
                    .into_iter()
                    .map(|it| json!(it))
                    .collect()
            };
        }
        Ok(match element {
            Type::Void => vec![Json::Null; pointer.read::<Vec<()>>()?.len()],
            Type::Enum(id) => {
                let numbers = pointer.enums(|number| number)?;
                let names = numbers
                    .into_iter()
                    .map(|number| self.enumerant(*id, number));
                names.collect()
            }
            Type::Scalar(scalar) => match scalar {
                Scalar::Bool => numbers!(bool),
                Scalar::Int8 => numbers!(i8),
                Scalar::Int16 => numbers!(i16),
                Scalar::Int32 => numbers!(i32),
                Scalar::Int64 => numbers!(i64),
                Scalar::UInt8 => numbers!(u8),
                Scalar::UInt16 => numbers!(u16),
                Scalar::UInt32 => numbers!(u32),
                Scalar::UInt64 => numbers!(u64),
                Scalar::Float32 => pointer
                    .read::<Vec<f32>>()?
                    .into_iter()
                    .map(float32)
                    .collect(),
                Scalar::Float64 => pointer
                    .read::<Vec<f64>>()?
                    .into_iter()
                    .map(float64)
                    .collect(),
            },
            Type::Struct { id, .. } => match self.schemas.structure(*id) {
                Some(body) => pointer
                    .read_structs(|item| self.structure(*id, body, item).map(Json::Object))?,
                None => Vec::new(),
            },
            _ => pointer.list_with(|item| match item.points_at_nothing() {
                true => Ok(self.absent(element, &Value::Nothing)),
                false => self.pointer(element, item),
            })?,
        })
    }

    /// Its name, or the number of one of a newer schema.
    fn enumerant(&self, id: Id, number: u16) -> Json {
        match self.schemas.enumerants(id).get(usize::from(number)) {
            Some(enumerant) => json!(enumerant.name),
            None => json!(number),
        }
    }
}

/// JSON has no infinity. The shortest digits that mean the same.
fn float32(value: f32) -> Json {
    match value.is_finite() {
        true => value
            .to_string()
            .parse()
            .map_or(Json::Null, |value: f64| json!(value)),
        false => float64(value.into()),
    }
}

fn float64(value: f64) -> Json {
    match value {
        value if value.is_nan() => json!("nan"),
        f64::INFINITY => json!("inf"),
        f64::NEG_INFINITY => json!("-inf"),
        value => json!(value),
    }
}
