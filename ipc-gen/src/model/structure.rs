//! Lowers structs with everything inside: groups, unions, and the declarations that they enclose.

use super::lower::Lowering;
use super::member::OF_THE_RUNTIME;
use super::method::set_apart;
use super::types::Value;
use super::{Field, Item, Named, Place, Presence, Record, Struct, Type, Union};
use crate::names;
use crate::schema::{self, Body, FieldKind, Id, Parameter};

impl<'a> Lowering<'a> {
    /// A struct or group, and the module of what is inside of it.
    pub(super) fn structure(
        &mut self,
        place: &str,
        name: String,
        docs: String,
        body: &'a schema::Struct,
        items: &mut Vec<Item>,
    ) {
        let mut inner = self.items(&format!("{place}."), body.id);
        for field in &body.fields {
            if let FieldKind::Group(group) = field.kind
                && let Some(declared) = self.places.declared.get(&group)
                && let Some(node) = self.schema.nodes.get(&group)
                && let Body::Struct(group) = &node.body
            {
                let docs = if field.docs.is_empty() {
                    format!("The fields of `{}`.", field.name)
                } else {
                    field.docs.clone()
                };
                let place = format!("{place}.{}", field.name);
                self.structure(&place, declared.name.clone(), docs, group, &mut inner);
            }
        }

        let owner = name.clone();
        if body.is_only_union() {
            items.extend(self.union(place, name, docs, body));
        } else {
            let parameters = self.parameters.used(self.schema, body.id);
            let parameters = self.bind(body.id, &parameters);
            for field in body.fields.iter().filter(|field| set_apart(field)) {
                let place = format!("{place}.{}", field.name);
                self.problem(&place, OF_THE_RUNTIME, "leave the field out");
            }
            let mut record = self.record(place, body, &body.fields);
            for field in &mut record.fields {
                null_is_none(field);
            }
            items.push(Item::Struct(Struct {
                name,
                docs,
                parameters,
                record,
            }));
            self.bound.clear();
            let which = self.places.unions.get(&body.id).cloned();
            if let Some(Place { name, .. }) = which {
                let docs = format!("Which member of the union of `{owner}` is there.");
                inner.extend(self.union(place, name, docs, body));
            }
        }
        self.module(body.id, &owner, inner, items);
    }

    fn union(
        &mut self,
        place: &str,
        name: String,
        docs: String,
        body: &'a schema::Struct,
    ) -> Option<Item> {
        let members: Vec<_> = (body.fields.iter())
            .filter(|field| field.member.is_some())
            .collect();
        let parameters = (self.parameters).used_by(self.schema, body.id, members.iter().copied());
        let parameters = self.bind(body.id, &parameters);
        let (mut fields, mut numbers) = (Vec::new(), Vec::new());
        for member in members {
            let place = format!("{place}.{}", member.name);
            if let Some(mut field) = self.field(&place, member, &[]) {
                null_is_none(&mut field);
                fields.push(field);
                numbers.extend(member.member);
            }
        }
        self.bound.clear();
        Some(Item::Union(Union {
            name,
            docs,
            parameters,
            tag: body.tag?,
            record: Record {
                data_words: body.data_words,
                pointers: body.pointers,
                fields,
            },
            numbers,
        }))
    }

    /// The field that holds the unnamed union of a struct.
    pub(super) fn which(&mut self, place: &str, body: &'a schema::Struct) -> Option<Field> {
        let Some(declared) = self.places.unions.get(&body.id).cloned() else {
            let problem = "no Rust is generated for this union";
            self.problem(
                place,
                problem,
                "ask the schema compiler for the file that declares it, too",
            );
            return None;
        };
        let members = (body.fields.iter()).filter(|field| field.member.is_some());
        let parameters = self.parameters.used_by(self.schema, body.id, members);
        let mut name = "which".to_owned();
        while (body.fields.iter()).any(|field| names::snake(&field.name) == name) {
            name.push_str("_member");
        }
        Some(Field {
            rename: Some(name.clone()),
            name,
            docs: "Which member of the union is there.".to_owned(),
            offset: 0,
            ty: Type::Union(self.with_own(declared, &parameters)),
            default: Value::Nothing,
            presence: Presence::Always,
            boxed: false,
        })
    }

    /// A group as the type of a field.
    pub(super) fn part(&mut self, place: &str, group: Id) -> Option<Named> {
        let Some(declared) = self.places.declared.get(&group).cloned() else {
            let problem = "no Rust is generated for this group";
            self.problem(
                place,
                problem,
                "ask the schema compiler for the file that declares it, too",
            );
            return None;
        };
        let parameters = self.parameters.used(self.schema, group);
        Some(self.with_own(declared, &parameters))
    }

    /// A part of the struct that is being lowered, which has the struct's own type parameters.
    fn with_own(&self, place: Place, parameters: &[Parameter]) -> Named {
        let own = |parameter: &Parameter| self.parameter(*parameter);
        Named {
            place,
            arguments: parameters.iter().map(own).collect(),
            written: None,
        }
    }
}

/// In structs, objects can be missing.
fn null_is_none(field: &mut Field) {
    let object = matches!(field.ty, Type::Interface(_) | Type::Capability);
    if object && field.presence == Presence::Always {
        field.presence = Presence::Pointer;
    }
}
