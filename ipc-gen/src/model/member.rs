//! Lowers what stands inside declarations: fields, parameters, results and their types.

use super::lower::Lowering;
use super::method::set_apart;
use super::naming::NAME;
use super::types::{Scalar, Value};
use super::{Field, Named, Presence, Record, Type};
use crate::schema::{self, Annotation, Brand, FieldKind, Id, Parameter, PointerKind};

pub(super) const CONTEXT: Id = 0x9c44_e664_5d0b_22c6;
pub(super) const THREAD_MAP: Id = 0xee5e_3717_9ad9_dc9d;
const THREAD: Id = 0x81c1_e260_0d0b_56c5;
/// Says that a pointer may be null.
const NULLABLE: Id = 0xf8d2_d2af_8736_88be;

pub(super) const OF_THE_RUNTIME: &str =
    "ThreadMap and Thread are the runtime's own: methods exchange a ThreadMap for another, no more";

impl<'a> Lowering<'a> {
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
        let plain: Vec<_> = (fields.iter())
            .filter(|field| field.member.is_none())
            .collect();
        for field in &plain {
            let place = format!("{place}.{}", field.name);
            if beside(field, "has", &plain).is_some() {
                self.presence_flag(&place, field);
            } else if !set_apart(field) {
                record.fields.extend(self.field(&place, field, &plain));
            }
        }
        if body.tag.is_some() {
            let which = self.which(place, body);
            record.fields.extend(which);
        }
        record
    }

    /// One of the `fields`.
    pub(super) fn field(
        &mut self,
        place: &str,
        field: &'a schema::Field,
        fields: &[&schema::Field],
    ) -> Option<Field> {
        let (offset, ty, default) = match &field.kind {
            FieldKind::Group(group) => (0, Type::Group(self.part(place, *group)?), &Value::Nothing),
            FieldKind::Slot {
                offset,
                ty,
                default,
            } => (*offset, self.ty(place, ty)?, default),
        };
        let ty = self.overridden(place, &field.annotations, ty);
        let presence = self.presence(place, field, &ty, presence_of(&field.name, fields));
        Some(Field {
            name: field.name.clone(),
            rename: text_of(&field.annotations, NAME).map(str::to_owned),
            docs: field.docs.clone(),
            offset,
            ty,
            default: default.clone(),
            presence,
            boxed: false,
        })
    }

    /// What tells whether a field is there, if the schema or the caller allows null.
    fn presence(
        &mut self,
        place: &str,
        field: &schema::Field,
        ty: &Type,
        presence: Presence,
    ) -> Presence {
        // Both, so that a selector is used even where the schema says the same.
        let selected = self.wishes.nullable.select(place).is_some();
        if !selected && !annotated(&field.annotations, NULLABLE) {
            return presence;
        }
        let (problem, help) = match ty.wire() {
            _ if presence != Presence::Always => (
                "what has a flag beside it is optional already",
                "say it in one way only",
            ),
            Type::Void | Type::Scalar(_) | Type::Enum(_) => (
                "numbers, Bool, Void and enums are never null",
                "put a `hasX :Bool` beside it",
            ),
            Type::Group(_) | Type::Union(_) => (
                "groups are part of their struct, and never null",
                "make it a struct of its own, or put a `hasX :Bool` beside it",
            ),
            _ => return Presence::Pointer,
        };
        self.problem(place, problem, help);
        presence
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

    pub(super) fn ty(&mut self, place: &str, ty: &schema::Type) -> Option<Type> {
        Some(match ty {
            schema::Type::Void => Type::Void,
            schema::Type::Scalar(scalar) => Type::Scalar(*scalar),
            schema::Type::Text => Type::Text,
            schema::Type::Data => Type::Data,
            schema::Type::List(element) => match self.ty(place, element)? {
                Type::Scalar(Scalar::UInt8) => Type::Data,
                element => Type::List(Box::new(element)),
            },
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
            schema::Type::Enum(id) => Type::Enum(self.named(place, *id, None)?),
            schema::Type::Struct { id, brand } => {
                Type::Struct(self.named(place, *id, Some(brand))?)
            }
            schema::Type::Interface { id, brand } => {
                Type::Interface(self.named(place, *id, Some(brand))?)
            }
            schema::Type::AnyPointer(PointerKind::Any) => Type::AnyPointer,
            schema::Type::AnyPointer(PointerKind::Capability) => Type::Capability,
            schema::Type::AnyPointer(PointerKind::Parameter(parameter)) => {
                self.parameter(*parameter)
            }
            // No message tells what the caller of a method binds its parameters to.
            schema::Type::AnyPointer(PointerKind::OfMethod) => Type::AnyPointer,
        })
    }

    /// What a type parameter stands for.
    pub(super) fn parameter(&self, parameter: Parameter) -> Type {
        let bound = self.bound.iter().find(|(bound, _)| *bound == parameter);
        bound.map_or(Type::AnyPointer, |(_, ty)| ty.clone().into_bound())
    }

    pub(super) fn named(&mut self, place: &str, id: Id, brand: Option<&Brand>) -> Option<Named> {
        let Some(declared) = self.places.declared.get(&id).cloned() else {
            let node = self.schema.nodes.get(&id)?;
            let problem = format!("no Rust is generated for `{}`", node.display_name);
            self.problem(
                place,
                problem,
                "ask the schema compiler for the file that declares it, too",
            );
            return None;
        };
        let mut arguments = Vec::new();
        for parameter in self.parameters.used(self.schema, id) {
            arguments.push(match brand.and_then(|brand| brand.bound(parameter)) {
                Some(bound) => self.ty(place, &bound)?,
                None => Type::AnyPointer,
            });
        }
        Some(Named {
            place: declared,
            arguments,
            written: None,
        })
    }
}

/// The field X that a Bool named `hasX` or `wantX` speaks of.
pub(super) fn beside<'f>(
    flag: &schema::Field,
    prefix: &str,
    fields: &[&'f schema::Field],
) -> Option<&'f schema::Field> {
    bool_offset(flag)?;
    let subject = flag.name.strip_prefix(prefix)?;
    (fields.iter())
        .copied()
        .find(|field| capitalized(&field.name) == subject)
}

fn presence_of(name: &str, fields: &[&schema::Field]) -> Presence {
    let flag = format!("has{}", capitalized(name));
    fields
        .iter()
        .find(|field| field.name == flag)
        .and_then(|field| bool_offset(field))
        .map_or(Presence::Always, Presence::Flag)
}

pub(super) fn annotated(annotations: &[Annotation], id: Id) -> bool {
    annotations.iter().any(|annotation| annotation.id == id)
}

/// The text of an annotation.
pub(super) fn text_of(annotations: &[Annotation], id: Id) -> Option<&str> {
    let annotation = annotations.iter().find(|annotation| annotation.id == id)?;
    match &annotation.value {
        Value::Text(text) => Some(text),
        _ => None,
    }
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

pub(super) fn all(body: &schema::Struct) -> Vec<&schema::Field> {
    body.fields.iter().collect()
}

pub(crate) fn capitalized(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_ascii_uppercase())
        .into_iter()
        .chain(letters)
        .collect()
}
