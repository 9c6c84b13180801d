//! Lowers what stands inside declarations: fields, parameters, results and their types.

use super::lower::Lowering;
use super::method::set_apart;
use super::types::{Scalar, Value};
use super::{Element, Field, Named, Presence, Record, Type};
use crate::schema::{self, Annotation, Body, FieldKind, Id, PointerKind};

const CONTEXT: Id = 0x9c44_e664_5d0b_22c6;
pub(super) const THREAD_MAP: Id = 0xee5e_3717_9ad9_dc9d;
const THREAD: Id = 0x81c1_e260_0d0b_56c5;
/// Says that a pointer may be null.
const NULLABLE: Id = 0xf8d2_d2af_8736_88be;
/// Says which Rust type a value becomes.
const TYPE: Id = 0xc4e3_ca07_d1db_0395;

const OF_THE_RUNTIME: &str =
    "ThreadMap and Thread are the runtime's own: methods exchange a ThreadMap for another, no more";

impl<'a> Lowering<'a> {
    pub(super) fn struct_record(&mut self, place: &str, body: &'a schema::Struct) -> Record {
        let record = self.record(place, body, &body.fields);
        for field in body.fields.iter().filter(|field| set_apart(field)) {
            let place = format!("{place}.{}", field.name);
            self.problem(&place, OF_THE_RUNTIME, "leave the field out");
        }
        for field in &record.fields {
            if matches!(field.ty, Type::Interface(_)) {
                let place = format!("{place}.{}", field.name);
                let problem = "interfaces in structs are not supported yet";
                self.problem(
                    &place,
                    problem,
                    "pass the interface as a parameter or result of its own",
                );
            }
        }
        record
    }

    pub(super) fn record(
        &mut self,
        place: &str,
        body: &'a schema::Struct,
        fields: &'a [schema::Field],
    ) -> Record {
        let mut record = Record {
            data_words: body.data_words,
            pointers: body.pointers,
            fields: Vec::new(),
        };
        if body.union {
            let help = "if both sides are yours, use a field for each alternative, with `hasX :Bool` beside it";
            self.problem(place, "unions are not supported yet", help);
            return record;
        }
        for field in fields {
            let place = format!("{place}.{}", field.name);
            if beside(field, "has", fields).is_some() {
                self.presence_flag(&place, field);
            } else if !set_apart(field) {
                record.fields.extend(self.field(&place, field, fields));
            }
        }
        record
    }

    /// One of the `fields`.
    pub(super) fn field(
        &mut self,
        place: &str,
        field: &schema::Field,
        fields: &[schema::Field],
    ) -> Option<Field> {
        let FieldKind::Slot {
            offset,
            ty,
            default,
            explicit_default,
        } = &field.kind
        else {
            self.problem(
                place,
                "groups are not supported yet",
                "declare its fields in the struct itself, which is the same on the wire",
            );
            return None;
        };
        if annotated(&field.annotations, TYPE) {
            self.problem(
                place,
                "other Rust types for a value are not supported yet",
                "leave the annotation out",
            );
        }
        let ty = self.field_type(place, ty, default)?;
        let is_pointer = !matches!(ty, Type::Scalar(..) | Type::Enum(..));
        let has_default = match default {
            Value::Text(_) | Value::Data(_) => !default.is_zero(),
            _ => *explicit_default,
        };
        if is_pointer && has_default {
            self.problem(
                place,
                "defaults other than numbers, Bool and enumerants are not supported yet",
                "leave the default out",
            );
        }
        let mut presence = presence_of(&field.name, fields);
        let nullable = self.nullable.select(place) || annotated(&field.annotations, NULLABLE);
        if nullable && presence != Presence::Always {
            self.problem(
                place,
                "what has a flag beside it is optional already",
                "say it in one way only",
            );
        } else if nullable && !is_pointer {
            self.problem(
                place,
                "numbers, Bool and enums are never null",
                "put a `hasX :Bool` beside it",
            );
        } else if nullable {
            presence = Presence::Pointer;
        }
        Some(Field {
            name: field.name.clone(),
            docs: field.docs.clone(),
            offset: *offset,
            ty,
            presence,
        })
    }

    /// Writers leave a flag at its default where the field that it speaks of is absent.
    fn presence_flag(&mut self, place: &str, flag: &schema::Field) {
        if let FieldKind::Slot {
            default: Value::Bool(true),
            ..
        } = flag.kind
        {
            let problem = "a flag that says whether a field is there must be false by default";
            self.problem(place, problem, "leave the default out");
        }
    }

    fn field_type(&mut self, place: &str, ty: &schema::Type, default: &Value) -> Option<Type> {
        let unsupported = match ty {
            schema::Type::Scalar(scalar) => return Some(Type::Scalar(*scalar, default.clone())),
            schema::Type::Text => return Some(Type::Text),
            schema::Type::Data => return Some(Type::Data),
            schema::Type::List(element) => return self.element(place, element).map(Type::List),
            schema::Type::Struct { id: CONTEXT, .. } => {
                self.problem(
                    place,
                    "a Context stands elsewhere than as the first parameter",
                    "make it the first",
                );
                return None;
            }
            schema::Type::Interface {
                id: THREAD_MAP | THREAD,
                ..
            } => {
                self.problem(place, OF_THE_RUNTIME, "leave the method or field out");
                return None;
            }
            schema::Type::Struct { generic: true, .. }
            | schema::Type::Interface { generic: true, .. } => "types with type parameters are",
            schema::Type::Enum(id) => {
                let named = self.named(place, *id)?;
                let default = if let Value::Enum(default) = default {
                    *default
                } else {
                    0
                };
                return Some(Type::Enum(named, default));
            }
            schema::Type::Struct { id, .. } => return self.named(place, *id).map(Type::Struct),
            schema::Type::Interface { id, .. } => {
                return self.named(place, *id).map(Type::Interface);
            }
            schema::Type::Void => "Void is",
            schema::Type::AnyPointer(kind) => pointer_kind(kind),
        };
        self.unsupported_type(place, unsupported);
        None
    }

    fn element(&mut self, place: &str, element: &schema::Type) -> Option<Element> {
        let unsupported = match element {
            schema::Type::Scalar(Scalar::UInt8) => {
                let problem = "lists of UInt8 are not supported yet";
                self.problem(place, problem, "use Data, which holds the same bytes");
                return None;
            }
            schema::Type::Scalar(scalar) => return Some(Element::Scalar(*scalar)),
            schema::Type::Text => return Some(Element::Text),
            schema::Type::Data => return Some(Element::Data),
            schema::Type::List(inner) => {
                return self
                    .element(place, inner)
                    .map(|inner| Element::List(Box::new(inner)));
            }
            schema::Type::Struct { generic: true, .. } => "lists of types with type parameters are",
            schema::Type::Struct { id: CONTEXT, .. } => "lists of Context are",
            schema::Type::Struct { id, .. } => return self.named(place, *id).map(Element::Struct),
            schema::Type::Void => "lists of Void are",
            schema::Type::Enum(_) => "lists of enums are",
            schema::Type::Interface { .. } => "lists of interfaces are",
            schema::Type::AnyPointer(_) => "lists of AnyPointer are",
        };
        self.unsupported_type(place, unsupported);
        None
    }

    fn unsupported_type(&mut self, place: &str, what: &str) {
        self.problem(
            place,
            format!("{what} not supported yet"),
            "numbers, Bool, Text, Data, enums, plain structs, interfaces and lists of most of them are",
        );
    }

    pub(super) fn named(&mut self, place: &str, id: Id) -> Option<Named> {
        if let Some(named) = self.named.get(&id) {
            return Some(named.clone());
        }
        let node = self.schema.nodes.get(&id)?;
        // A declaration inside another one has been reported where it stands.
        if matches!(self.schema.nodes.get(&node.scope), Some(scope) if matches!(scope.body, Body::File))
        {
            let problem = format!("no Rust is generated for `{}`", node.display_name);
            self.problem(place, problem, "declare the type in a schema of your own");
        }
        None
    }
}

fn pointer_kind(kind: &PointerKind) -> &'static str {
    match kind {
        PointerKind::Any => "AnyPointer is",
        PointerKind::Capability => "Capability is",
        PointerKind::Parameter => "type parameters are",
    }
}

/// The field X that a Bool named `hasX` or `wantX` speaks of.
pub(super) fn beside<'f>(
    flag: &schema::Field,
    prefix: &str,
    fields: &'f [schema::Field],
) -> Option<&'f schema::Field> {
    bool_offset(flag)?;
    let subject = flag.name.strip_prefix(prefix)?;
    fields
        .iter()
        .find(|field| capitalized(&field.name) == subject)
}

fn presence_of(name: &str, fields: &[schema::Field]) -> Presence {
    let flag = format!("has{}", capitalized(name));
    fields
        .iter()
        .find(|field| field.name == flag)
        .and_then(bool_offset)
        .map_or(Presence::Always, Presence::Flag)
}

pub(super) fn annotated(annotations: &[Annotation], id: Id) -> bool {
    annotations.iter().any(|annotation| annotation.id == id)
}

fn bool_offset(field: &schema::Field) -> Option<u32> {
    match &field.kind {
        FieldKind::Slot {
            offset,
            ty: schema::Type::Scalar(Scalar::Bool),
            ..
        } => Some(*offset),
        _ => None,
    }
}

fn capitalized(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_ascii_uppercase())
        .into_iter()
        .chain(letters)
        .collect()
}
