//! Which type parameters a declaration needs in Rust: those that its fields, methods and bases use. Rust
//! refuses others in structs.

use std::collections::{BTreeMap, BTreeSet};

use super::naming::scopes;
use crate::schema::{
    Base, Body, Brand, Field, FieldKind, Id, Method, Parameter, PointerKind, Schema, Type,
};

/// The type parameters of every struct, group and interface.
#[derive(Debug, Default)]
pub(super) struct Parameters(BTreeMap<Id, BTreeSet<Parameter>>);

impl Parameters {
    /// Finds the parameters that declarations use, directly or through the types of their members.
    pub(super) fn of(schema: &Schema) -> Self {
        let mut used: BTreeMap<Id, BTreeSet<Parameter>> = BTreeMap::new();
        // A type's parameters can depend on each other's, so until nothing changes.
        loop {
            let mut changed = false;
            for (id, node) in &schema.nodes {
                let found = match &node.body {
                    Body::Struct(body) => of_fields(&body.fields, &used),
                    Body::Interface { methods, bases } => {
                        of_interface(schema, methods, bases, &used)
                    }
                    _ => continue,
                };
                let known = used.entry(*id).or_default();
                changed |= known.len() != found.len();
                *known = found;
            }
            if !changed {
                break;
            }
        }
        Self(used)
    }

    /// The parameters of a struct, group or interface, from the outermost scope in.
    pub(super) fn used(&self, schema: &Schema, id: Id) -> Vec<Parameter> {
        let used = self.0.get(&id).cloned().unwrap_or_default();
        ordered(schema, id, used)
    }

    /// The parameters that some fields of a struct or group use.
    pub(super) fn used_by<'a>(
        &self,
        schema: &Schema,
        id: Id,
        fields: impl IntoIterator<Item = &'a Field>,
    ) -> Vec<Parameter> {
        ordered(schema, id, of_fields(fields, &self.0))
    }
}

fn ordered(schema: &Schema, id: Id, parameters: BTreeSet<Parameter>) -> Vec<Parameter> {
    let scopes = scopes(schema, id);
    let mut parameters: Vec<_> = parameters.into_iter().collect();
    parameters.sort_by_key(|parameter| {
        let depth = scopes.iter().position(|scope| *scope == parameter.scope);
        (depth, parameter.index)
    });
    parameters
}

fn of_fields<'a>(
    fields: impl IntoIterator<Item = &'a Field>,
    used: &BTreeMap<Id, BTreeSet<Parameter>>,
) -> BTreeSet<Parameter> {
    let mut found = BTreeSet::new();
    for field in fields {
        match &field.kind {
            FieldKind::Group(group) => found.extend(used.get(group).into_iter().flatten()),
            FieldKind::Slot { ty, .. } => mentioned(ty, used, &mut found),
        }
    }
    found
}

fn of_interface(
    schema: &Schema,
    methods: &[Method],
    bases: &[Base],
    used: &BTreeMap<Id, BTreeSet<Parameter>>,
) -> BTreeSet<Parameter> {
    let mut found = BTreeSet::new();
    for base in bases {
        bound(base.id, &base.brand, used, &mut found);
    }
    for method in methods {
        for (id, brand) in [
            (method.params, &method.params_brand),
            (method.results, &method.results_brand),
        ] {
            let in_place = schema.nodes.get(&id).is_some_and(|node| node.scope == 0);
            for parameter in used.get(&id).into_iter().flatten() {
                match brand.bound(*parameter) {
                    Some(ty) => mentioned(&ty, used, &mut found),
                    // What is written in place needs no brand to speak of the interface's own.
                    None if in_place && parameter.scope != id => {
                        found.insert(*parameter);
                    }
                    None => {}
                }
            }
        }
    }
    found
}

fn mentioned(ty: &Type, used: &BTreeMap<Id, BTreeSet<Parameter>>, found: &mut BTreeSet<Parameter>) {
    match ty {
        Type::AnyPointer(PointerKind::Parameter(parameter)) => {
            found.insert(*parameter);
        }
        Type::List(element) => mentioned(element, used, found),
        Type::Struct { id, brand } | Type::Interface { id, brand } => {
            bound(*id, brand, used, found);
        }
        _ => {}
    }
}

/// What a brand binds the parameters of a declaration to.
fn bound(
    id: Id,
    brand: &Brand,
    used: &BTreeMap<Id, BTreeSet<Parameter>>,
    found: &mut BTreeSet<Parameter>,
) {
    for parameter in used.get(&id).into_iter().flatten() {
        if let Some(ty) = brand.bound(*parameter) {
            mentioned(&ty, used, found);
        }
    }
}
