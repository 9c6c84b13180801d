//! Lowers what stands inside declarations: fields, parameters, results and their types.

use super::lower::Lowering;
use super::naming::NAME;
use super::types::{Scalar, Value};
use super::{Field, Named, Presence, Record, Role, Type};
use crate::schema::{self, Annotation, Brand, FieldKind, Id, Parameter, PointerKind};

const CONTEXT: Id = 0x9c44_e664_5d0b_22c6;
const THREAD_MAP: Id = 0xee5e_3717_9ad9_dc9d;
const THREAD: Id = 0x81c1_e260_0d0b_56c5;
/// The annotation of results that are C++ exceptions.
const EXCEPTION: Id = 0x996a_1832_0099_2f88;

impl<'a> Lowering<'a> {
    pub(super) fn results_record(&mut self, place: &str, body: &'a schema::Struct) -> Record {
        self.record(place, body, &body.fields)
    }

    /// The parameters, and the pointer index of the context if it comes first.
    pub(super) fn params_record(
        &mut self,
        place: &str,
        body: &'a schema::Struct,
    ) -> (Option<u32>, Record) {
        match body.fields.split_first() {
            Some((first, rest)) => match &first.kind {
                FieldKind::Slot {
                    offset,
                    ty: schema::Type::Struct { id: CONTEXT, .. },
                    ..
                } => (Some(*offset), self.record(place, body, rest)),
                _ => (None, self.record(place, body, &body.fields)),
            },
            None => (None, self.record(place, body, &[])),
        }
    }

    /// What libmultiprocess's rules make of names that parameters and results have in common.
    pub(super) fn between(
        &mut self,
        place: &str,
        params: &schema::Struct,
        results: &schema::Struct,
    ) {
        for param in &params.fields {
            let place = format!("{place}.{}", param.name);
            if results
                .fields
                .iter()
                .any(|result| result.name == param.name)
            {
                self.problem(
                    &place,
                    "a name that is both a parameter and a result is not supported yet",
                    "give the result another name",
                );
            }
            if let Some(wanted) = beside(param, "want", &all(results)) {
                self.want_problem(&place, &wanted.name);
            }
        }
        for (flags, values) in [(params, results), (results, params)] {
            for flag in &flags.fields {
                if let Some(value) = beside(flag, "has", &all(values)) {
                    let place = format!("{place}.{}", flag.name);
                    let problem = format!(
                        "a `{}` on the other side of the method from `{}` is not supported yet",
                        flag.name, value.name
                    );
                    self.problem(
                        &place,
                        problem,
                        "put both among the parameters or among the results",
                    );
                }
            }
        }
    }

    pub(super) fn construct(
        &mut self,
        place: &str,
        params: &schema::Struct,
        results: &schema::Struct,
    ) -> Option<Role> {
        let role = match (thread_map(params), thread_map(results)) {
            (Some(param), Some(result)) => Some(Role::Construct { param, result }),
            _ => None,
        };
        if role.is_none() {
            self.problem(
                place,
                "`construct` is answered by the runtime, which exchanges one ThreadMap for another",
                "declare `construct (threadMap :ThreadMap) -> (threadMap :ThreadMap)`, or give the \
                 method another name",
            );
        }
        role
    }

    fn want_problem(&mut self, place: &str, wanted: &str) {
        let problem = format!("a flag that asks for `{wanted}` is not supported yet");
        self.problem(
            place,
            problem,
            "give the flag a name that does not begin with `want`",
        );
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
        let plain: Vec<_> = (fields.iter())
            .filter(|field| field.member.is_none())
            .collect();
        for field in &plain {
            let place = format!("{place}.{}", field.name);
            if beside(field, "has", &plain).is_some() {
                self.presence_flag(&place, field);
            } else {
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
        if annotated(&field.annotations, EXCEPTION) {
            self.problem(
                place,
                "results that carry an exception are not supported yet",
                "leave the method out until they are",
            );
            return None;
        }
        let (offset, ty, default) = match &field.kind {
            FieldKind::Group(group) => (0, Type::Group(self.part(place, *group)?), &Value::Nothing),
            FieldKind::Slot {
                offset,
                ty,
                default,
            } => (*offset, self.ty(place, ty)?, default),
        };
        Some(Field {
            name: field.name.clone(),
            rename: text_of(&field.annotations, NAME).map(str::to_owned),
            docs: field.docs.clone(),
            offset,
            ty,
            default: default.clone(),
            presence: presence_of(&field.name, fields),
            boxed: false,
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
                self.problem(
                    place,
                    "ThreadMap and Thread are the runtime's own: only `construct` exchanges them",
                    "leave the method or field out",
                );
                return None;
            }
            schema::Type::Enum(id) => Type::Enum(self.named(place, *id, None)?),
            schema::Type::Struct { id, brand } => {
                Type::Struct(self.named(place, *id, Some(brand))?)
            }
            schema::Type::Interface { id } => Type::Interface(self.named(place, *id, None)?),
            schema::Type::AnyPointer(PointerKind::Any) => Type::AnyPointer,
            schema::Type::AnyPointer(PointerKind::Capability) => Type::Capability,
            schema::Type::AnyPointer(PointerKind::Parameter(parameter)) => {
                self.parameter(place, *parameter)?
            }
            schema::Type::AnyPointer(PointerKind::OfMethod) => {
                self.problem(
                    place,
                    "type parameters of methods are not supported yet",
                    "declare a method for each type that it is used with",
                );
                return None;
            }
        })
    }

    fn parameter(&mut self, place: &str, parameter: Parameter) -> Option<Type> {
        let bound = self.bound.iter().find(|(bound, _)| *bound == parameter);
        if let Some((_, name)) = bound {
            return Some(Type::Parameter(name.clone()));
        }
        self.problem(
            place,
            "type parameters of interfaces are not supported yet",
            "name the type instead",
        );
        None
    }

    fn named(&mut self, place: &str, id: Id, brand: Option<&Brand>) -> Option<Named> {
        let Some(declared) = self.places.declared.get(&id).cloned() else {
            let node = self.schema.nodes.get(&id)?;
            let problem = format!("no Rust is generated for `{}`", node.display_name);
            self.problem(place, problem, "declare the type in a schema of your own");
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
        })
    }
}

/// The field X that a Bool named `hasX` or `wantX` speaks of.
fn beside<'f>(
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

fn all(body: &schema::Struct) -> Vec<&schema::Field> {
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

fn thread_map(body: &schema::Struct) -> Option<u32> {
    let [field] = body.fields.as_slice() else {
        return None;
    };
    match &field.kind {
        FieldKind::Slot {
            offset,
            ty: schema::Type::Interface { id: THREAD_MAP, .. },
            ..
        } => Some(*offset),
        _ => None,
    }
}
