//! Lowers what stands inside declarations: fields, parameters, results and their types.

use super::lower::Lowering;
use super::types::{Scalar, Value};
use super::{Element, Field, Named, Record, Role, Type};
use crate::schema::{self, Body, FieldKind, Id, PointerKind};

const CONTEXT: Id = 0x9c44_e664_5d0b_22c6;
const THREAD_MAP: Id = 0xee5e_3717_9ad9_dc9d;
const THREAD: Id = 0x81c1_e260_0d0b_56c5;
/// The annotation of results that are C++ exceptions.
const EXCEPTION: Id = 0x996a_1832_0099_2f88;

impl<'a> Lowering<'a> {
    pub(super) fn struct_record(&mut self, place: &str, body: &'a schema::Struct) -> Record {
        for field in &body.fields {
            if let Some(wanted) = beside(field, "want", &body.fields) {
                self.want_problem(&format!("{place}.{}", field.name), &wanted.name);
            }
        }
        let record = self.record(place, body, &body.fields);
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
            if let Some(wanted) = beside(param, "want", &results.fields) {
                self.want_problem(&place, &wanted.name);
            }
        }
        for (flags, values) in [(params, results), (results, params)] {
            for flag in &flags.fields {
                if let Some(value) = beside(flag, "has", &values.fields) {
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

    fn record(
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
        if body.tag.is_some() {
            let help = "if both sides are yours, use a field for each alternative, with `hasX :Bool` beside it";
            self.problem(place, "unions are not supported yet", help);
            return record;
        }
        for field in fields {
            let place = format!("{place}.{}", field.name);
            if beside(field, "has", fields).is_some() {
                self.presence_flag(&place, field);
                continue;
            }
            let FieldKind::Slot {
                offset,
                ty,
                default,
            } = &field.kind
            else {
                self.problem(
                    &place,
                    "groups are not supported yet",
                    "declare its fields in the struct itself, which is the same on the wire",
                );
                continue;
            };
            if field.annotations.contains(&EXCEPTION) {
                self.problem(
                    &place,
                    "results that carry an exception are not supported yet",
                    "leave the method out until they are",
                );
                continue;
            }
            let Some(ty) = self.field_type(&place, ty, default) else {
                continue;
            };
            let is_pointer = !matches!(ty, Type::Scalar(..) | Type::Enum(..));
            if is_pointer && !default.is_zero() {
                self.problem(
                    &place,
                    "defaults other than numbers, Bool and enumerants are not supported yet",
                    "leave the default out",
                );
            }
            record.fields.push(Field {
                name: field.name.clone(),
                docs: field.docs.clone(),
                offset: *offset,
                ty,
                presence: presence_of(&field.name, fields),
            });
        }
        record
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
                self.problem(
                    place,
                    "ThreadMap and Thread are the runtime's own: only `construct` exchanges them",
                    "leave the method or field out",
                );
                return None;
            }
            schema::Type::Struct { brand, .. } | schema::Type::Interface { brand, .. }
                if !brand.0.is_empty() =>
            {
                "types with type parameters are"
            }
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
            schema::Type::Struct { brand, .. } if !brand.0.is_empty() => {
                "lists of types with type parameters are"
            }
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

    fn named(&mut self, place: &str, id: Id) -> Option<Named> {
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
        PointerKind::Parameter(_) | PointerKind::OfMethod => "type parameters are",
    }
}

/// The field X that a Bool named `hasX` or `wantX` speaks of.
fn beside<'f>(
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

fn presence_of(name: &str, fields: &[schema::Field]) -> Option<u32> {
    let flag = format!("has{}", capitalized(name));
    fields
        .iter()
        .find(|field| field.name == flag)
        .and_then(bool_offset)
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
