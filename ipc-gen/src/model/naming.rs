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
        for item in declarations(schema, node) {
            types.insert(item.name.clone());
            inside.push((item.id, item.name));
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

/// A declaration that gets a name.
struct Named {
    id: Id,
    name: String,
    /// Whether the schema says what Rust calls it.
    is_fixed: bool,
    is_interface: bool,
}

/// Names what is declared directly inside of a node, where nothing may be called like the proxy or adapter
/// of an interface.
fn declarations(schema: &Schema, scope: &Node) -> Vec<Named> {
    let declared = scope.nested.iter().filter_map(|child| {
        let node = schema.nodes.get(&child.id)?;
        let said = text_of(&node.annotations, NAME);
        Some(Named {
            id: child.id,
            name: said.unwrap_or(&child.name).to_owned(),
            is_fixed: said.is_some(),
            is_interface: matches!(node.body, Body::Interface { .. }),
        })
    });
    let mut declared: Vec<_> = declared.collect();
    // A new name of an interface gives new names to its handles. It ends since those are always longer.
    loop {
        let interfaces = declared.iter().filter(|item| item.is_interface);
        let handles: BTreeSet<_> = interfaces
            .flat_map(|item| [names::proxy(&item.name), names::adapter(&item.name)])
            .collect();
        let clashes = |item: &&mut Named| !item.is_fixed && handles.contains(&item.name);
        let mut renamed = false;
        for item in declared.iter_mut().filter(clashes) {
            item.name.push('_');
            renamed = true;
        }
        if !renamed {
            return declared;
        }
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
