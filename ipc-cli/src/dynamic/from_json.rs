//! Makes values of schemas from JSON.

use std::collections::BTreeMap;

use ipc_gen::reflection::{Field, FieldKind, Id, Method, Scalar, Struct, Type, Value};
use ipc_runtime::rt::Object;
use serde_json::Value as Json;

use super::hashes::turned;
use super::objects::Objects;
use super::schemas::{Schemas, flag_of, is_runtimes, shown};
use crate::failure::Failure;

/// What a method takes.
#[derive(Debug, Default)]
pub(crate) struct Parameters {
    /// By name.
    pub(super) values: BTreeMap<String, Value>,
    /// Those that values of interfaces mean, which are their places here.
    pub(super) objects: Vec<Object>,
}

/// What a method takes, from an object by name or a list by position.
///
/// # Errors
///
/// What does not belong there, or has another type.
pub(crate) fn parameters(
    schemas: &Schemas,
    method: &Method,
    json: &Json,
    objects: &dyn Objects,
) -> Result<Parameters, Failure> {
    let mut making = Making {
        schemas,
        known: objects,
        objects: Vec::new(),
    };
    let values = match schemas.structure(method.params) {
        Some(body) => {
            let given = match json {
                Json::Array(items) => by_position(body, items)?,
                other => other.clone(),
            };
            making.fields(method.params, body, &given, "the parameters")?
        }
        None => BTreeMap::new(),
    };
    Ok(Parameters {
        values,
        objects: making.objects,
    })
}

fn by_position(body: &Struct, items: &[Json]) -> Result<Json, Failure> {
    let mut names = shown(body).map(|field| field.name.clone());
    let mut object = serde_json::Map::new();
    for item in items {
        let Some(name) = names.next() else {
            let count = object.len();
            return Err(Failure::usage(format!(
                "{} parameters, and the method takes {count}",
                items.len()
            )));
        };
        object.insert(name, item.clone());
    }
    Ok(Json::Object(object))
}

/// Values that are being made.
struct Making<'a> {
    schemas: &'a Schemas,
    known: &'a dyn Objects,
    objects: Vec<Object>,
}

impl Making<'_> {
    fn fields(
        &mut self,
        id: Id,
        body: &Struct,
        json: &Json,
        at: &str,
    ) -> Result<BTreeMap<String, Value>, Failure> {
        let Json::Object(given) = json else {
            return Err(wrong(at, "an object", json));
        };
        let mut values = BTreeMap::new();
        let mut member = None;
        for (name, item) in given {
            let field = body.fields.iter().find(|field| field.name == *name);
            let Some(field) = field.filter(|field| !is_runtimes(field)) else {
                return Err(unknown(body, name, at));
            };
            if field.member.is_some()
                && let Some(other) = member.replace(name)
            {
                return Err(Failure::usage(format!(
                    "{at}: {other} and {name} exclude each other"
                )));
            }
            let flag = flag_of(field, &body.fields);
            if item.is_null() && (flag.is_some() || is_pointer(field)) {
                continue;
            }
            let inside = format!("{at}.{name}");
            let hash = match self.schemas.is_hash(id, field) {
                true => Some(turned(item).ok_or_else(|| no_hash(&inside, item))?),
                false => None,
            };
            let value = self.field_value(field, hash.as_ref().unwrap_or(item), &inside)?;
            values.insert(name.clone(), value);
            if let Some(flag) = flag {
                values.insert(flag.name.clone(), Value::Bool(true));
            }
        }
        Ok(values)
    }

    fn field_value(&mut self, field: &Field, json: &Json, at: &str) -> Result<Value, Failure> {
        match &field.kind {
            FieldKind::Slot { ty, .. } => self.value(ty, json, at),
            FieldKind::Group(id) => self.structure(*id, json, at),
        }
    }

    fn value(&mut self, ty: &Type, json: &Json, at: &str) -> Result<Value, Failure> {
        match (ty, json) {
            (Type::Void, Json::Null) => Ok(Value::Nothing),
            (Type::Void, _) => Err(wrong(at, "null", json)),
            (Type::Scalar(scalar), _) => scalar_value(*scalar, json, at),
            (Type::Text, Json::String(text)) => Ok(Value::Text(text.clone())),
            (Type::Text, _) => Err(wrong(at, "text", json)),
            (Type::Data, Json::String(digits)) => match hex::decode(digits) {
                Ok(bytes) => Ok(Value::Data(bytes)),
                Err(_) => Err(wrong(at, "bytes in hexadecimal", json)),
            },
            (Type::Data, _) => Err(wrong(at, "bytes in hexadecimal", json)),
            (Type::List(element), Json::Array(items)) => {
                let items = items.iter().enumerate().map(|(index, item)| {
                    let at = format!("{at}[{index}]");
                    self.value(element, item, &at)
                });
                Ok(Value::List(items.collect::<Result<_, _>>()?))
            }
            (Type::List(_), _) => Err(wrong(at, "a list", json)),
            (Type::Enum(id), _) => self.enumerant(*id, json, at),
            (Type::Struct { id, .. }, _) => self.structure(*id, json, at),
            (Type::Interface { .. }, Json::Null) => Ok(Value::Nothing),
            (Type::Interface { id, .. }, _) => {
                let object = self.known.given(*id, json);
                self.objects.push(object.map_err(|failure| failure.at(at))?);
                Ok(Value::Integer(self.objects.len() as i128 - 1))
            }
            (Type::AnyPointer(_), _) => Err(Failure::usage(format!(
                "{at}: its type is not known; leave it out"
            ))),
        }
    }

    fn structure(&mut self, id: Id, json: &Json, at: &str) -> Result<Value, Failure> {
        match self.schemas.structure(id) {
            Some(body) => Ok(Value::Struct(self.fields(id, body, json, at)?)),
            None => Ok(Value::Nothing),
        }
    }

    fn enumerant(&self, id: Id, json: &Json, at: &str) -> Result<Value, Failure> {
        let known = self.schemas.enumerants(id);
        let number = match json {
            Json::String(name) => known.iter().position(|known| known.name == *name),
            // Those that the schema does not have yet.
            Json::Number(number) => number
                .as_u64()
                .and_then(|number| usize::try_from(number).ok()),
            _ => None,
        };
        match number.and_then(|number| u16::try_from(number).ok()) {
            Some(number) => Ok(Value::Enum(number)),
            None => {
                let names: Vec<_> = known.iter().map(|known| known.name.as_str()).collect();
                Err(wrong(at, &format!("one of {}", names.join(", ")), json))
            }
        }
    }
}

fn scalar_value(scalar: Scalar, json: &Json, at: &str) -> Result<Value, Failure> {
    let range = |bits: u32, signed: bool| {
        let (least, most) = match signed {
            true => (-(1_i128 << (bits - 1)), (1_i128 << (bits - 1)) - 1),
            false => (0, (1_i128 << bits) - 1),
        };
        let number = json
            .as_i64()
            .map(i128::from)
            .or_else(|| json.as_u64().map(i128::from));
        match number.filter(|number| (least..=most).contains(number)) {
            Some(number) => Ok(Value::Integer(number)),
            None => Err(wrong(
                at,
                &format!("a whole number from {least} to {most}"),
                json,
            )),
        }
    };
    match scalar {
        Scalar::Bool => match json {
            Json::Bool(value) => Ok(Value::Bool(*value)),
            _ => Err(wrong(at, "true or false", json)),
        },
        Scalar::Int8 => range(8, true),
        Scalar::Int16 => range(16, true),
        Scalar::Int32 => range(32, true),
        Scalar::Int64 => range(64, true),
        Scalar::UInt8 => range(8, false),
        Scalar::UInt16 => range(16, false),
        Scalar::UInt32 => range(32, false),
        Scalar::UInt64 => range(64, false),
        // The nearest number there is.
        Scalar::Float32 => float(json, at).map(|value| Value::Float32(value as f32)),
        Scalar::Float64 => float(json, at).map(Value::Float64),
    }
}

fn float(json: &Json, at: &str) -> Result<f64, Failure> {
    let special = match json.as_str() {
        Some("inf") => Some(f64::INFINITY),
        Some("-inf") => Some(f64::NEG_INFINITY),
        Some("nan") => Some(f64::NAN),
        _ => None,
    };
    json.as_f64()
        .or(special)
        .ok_or_else(|| wrong(at, "a number, \"inf\", \"-inf\" or \"nan\"", json))
}

fn is_pointer(field: &Field) -> bool {
    match &field.kind {
        FieldKind::Slot { ty, .. } => !matches!(ty, Type::Void | Type::Scalar(_) | Type::Enum(_)),
        FieldKind::Group(_) => false,
    }
}

fn wrong(at: &str, expected: &str, json: &Json) -> Failure {
    const SHOWN: usize = 60;

    let mut text = json.to_string();
    if let Some((end, _)) = text.char_indices().nth(SHOWN) {
        text.truncate(end);
        text.push('…');
    }
    Failure::usage(format!("{at}: {text} is not {expected}"))
}

/// Nodes end when some hashes that they are given have another length.
fn no_hash(at: &str, json: &Json) -> Failure {
    let expected = match json {
        Json::Array(_) => "a list of hashes, which have 64 hexadecimal digits each",
        _ => "a hash, which has 64 hexadecimal digits",
    };
    wrong(at, expected, json)
}

fn unknown(body: &Struct, name: &str, at: &str) -> Failure {
    let names: Vec<_> = shown(body).map(|field| field.name.as_str()).collect();
    let failure = Failure::usage(format!("{at}: there is no {name}"));
    match names.is_empty() {
        true => failure.advice("there are none at all: leave it out"),
        false => failure.advice(format!("there are {}", names.join(", "))),
    }
}
