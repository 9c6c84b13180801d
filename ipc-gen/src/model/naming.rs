//! Where every declaration goes: its Rust name, and the module that it stands in.

use std::collections::{BTreeMap, BTreeSet};

use super::Place;
use super::member::text_of;
use crate::names;
use crate::schema::{Body, FieldKind, Id, Node, Schema, Struct};

/// The annotation `$Rust.name`.
pub(super) const NAME: Id = 0xc2fe_4c6d_1001_66d0;

/// The places of all declarations.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// Structs, groups, enums, interfaces and constants.
    pub(super) declared: BTreeMap<Id, Place>,
    /// The enums that unions become, by the struct or group that they are in.
    pub(super) unions: BTreeMap<Id, Place>,
    /// The modules of what is inside a declaration.
    pub(super) inner: BTreeMap<Id, Vec<String>>,
}

impl Places {
    /// Names everything in a file.
    pub(super) fn add_file(&mut self, schema: &Schema, file: usize, id: Id) {
        self.scope(schema, file, &[], id);
    }

    /// Names what stands directly inside of a node, and then all below.
    fn scope(&mut self, schema: &Schema, file: usize, modules: &[String], id: Id) {
        let Some(node) = schema.nodes.get(&id) else {
            return;
        };
        let mut types = BTreeSet::new();
        let mut inside = Vec::new();
        for child in &node.nested {
            let Some(declared) = schema.nodes.get(&child.id) else {
                continue;
            };
            let name = text_of(&declared.annotations, NAME).unwrap_or(&child.name);
            types.insert(name.to_owned());
            inside.push((child.id, name.to_owned()));
        }
        if let Body::Struct(body) = &node.body {
            for field in &body.fields {
                if let FieldKind::Group(group) = field.kind {
                    let name = text_of(&field.annotations, NAME).unwrap_or(&field.name);
                    let name = fresh(&names::camel(name), &mut types);
                    inside.push((group, name));
                }
            }
            if let Some(place) = self.union(file, modules, id, body, &mut types) {
                self.unions.insert(id, place);
            }
        }
        let mut taken = BTreeSet::new();
        for (id, name) in inside {
            let module = fresh(&names::module(&name), &mut taken);
            let place = Place {
                file,
                modules: modules.to_owned(),
                name,
            };
            self.declared.insert(id, place);
            let inner = [modules, &[module]].concat();
            self.scope(schema, file, &inner, id);
            self.inner.insert(id, inner);
        }
    }

    /// The place of a struct's union: the struct's own if there is nothing else in it.
    fn union(
        &self,
        file: usize,
        modules: &[String],
        id: Id,
        body: &Struct,
        types: &mut BTreeSet<String>,
    ) -> Option<Place> {
        body.tag?;
        if body.is_only_union() {
            return self.declared.get(&id).cloned();
        }
        Some(Place {
            file,
            modules: modules.to_owned(),
            name: fresh("Which", types),
        })
    }
}

impl Struct {
    /// Whether the struct is nothing but its union.
    pub(super) fn is_only_union(&self) -> bool {
        self.tag.is_some() && self.fields.iter().all(|field| field.member.is_some())
    }
}

/// The nodes around a node, from the outside in, with itself.
pub(super) fn scopes(schema: &Schema, id: Id) -> Vec<Id> {
    let mut scopes = Vec::new();
    let mut next = id;
    while let Some(Node { scope, .. }) = schema.nodes.get(&next) {
        scopes.push(next);
        next = *scope;
    }
    scopes.reverse();
    scopes
}

fn fresh(wanted: &str, taken: &mut BTreeSet<String>) -> String {
    let mut name = wanted.to_owned();
    while !taken.insert(name.clone()) {
        name.push('_');
    }
    name
}
