//! Which type parameters a declaration needs in Rust: those that its fields use. Rust refuses others.

use std::collections::{BTreeMap, BTreeSet};

use super::naming::scopes;
use crate::schema::{Body, Field, FieldKind, Id, Parameter, PointerKind, Schema, Type};

/// The type parameters of every struct and group, from the outermost scope in.
#[derive(Debug, Default)]
pub(super) struct Parameters(BTreeMap<Id, BTreeSet<Parameter>>);

impl Parameters {
    /// Finds the parameters that fields use, directly or through the types that they have.
    pub(super) fn of(schema: &Schema) -> Self {
        let mut used: BTreeMap<Id, BTreeSet<Parameter>> = BTreeMap::new();
        let generic: Vec<_> = (schema.nodes.iter())
            .filter_map(|(id, node)| match &node.body {
                Body::Struct(body) if node.generic => Some((*id, body)),
                _ => None,
            })
            .collect();
        // A type's parameters can depend on each other's, so until nothing changes.
        loop {
            let mut changed = false;
            for (id, body) in &generic {
                let found = of_fields(&body.fields, &used);
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

    /// The parameters of a struct or group.
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

fn mentioned(ty: &Type, used: &BTreeMap<Id, BTreeSet<Parameter>>, found: &mut BTreeSet<Parameter>) {
    match ty {
        Type::AnyPointer(PointerKind::Parameter(parameter)) => {
            found.insert(*parameter);
        }
        Type::List(element) => mentioned(element, used, found),
        Type::Struct { id, brand } => {
            for parameter in used.get(id).into_iter().flatten() {
                if let Some(bound) = brand.bound(*parameter) {
                    mentioned(&bound, used, found);
                }
            }
        }
        _ => {}
    }
}
