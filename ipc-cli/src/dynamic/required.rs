//! What may be left out where not everything may be.

use ipc_gen::reflection::{Field, FieldKind, Method, Type};

use super::from_json::Parameters;
use super::schemas::{Schemas, flag_of, is_nullable, shown};
use crate::failure::Failure;

/// The names of a method's parameters, in their order.
pub(crate) fn names<'a>(schemas: &'a Schemas, method: &Method) -> Vec<&'a str> {
    let params = schemas.structure(method.params).into_iter().flat_map(shown);
    params.map(|field| field.name.as_str()).collect()
}

/// The names of those that may not be left out: they have no default in the schema, may not be null, and are no structs,
/// whose fields have defaults.
pub(crate) fn needed<'a>(schemas: &'a Schemas, method: &Method) -> Vec<&'a str> {
    let Some(body) = schemas.structure(method.params) else {
        return Vec::new();
    };
    let may_be_left_out = |field: &Field| {
        flag_of(field, &body.fields).is_some() || is_nullable(field) || has_default(field)
    };
    let needed = shown(body).filter(|field| !may_be_left_out(field));
    needed.map(|field| field.name.as_str()).collect()
}

/// Refuses parameters of which one is missing that is needed.
pub(crate) fn require(needed: &[&str], parameters: &Parameters) -> Result<(), Failure> {
    let missing = |name: &&&str| !parameters.values.contains_key(**name);
    match needed.iter().find(missing) {
        Some(name) => Err(Failure::usage(format!("the parameters: {name} is missing"))),
        None => Ok(()),
    }
}

fn has_default(field: &Field) -> bool {
    match &field.kind {
        FieldKind::Group(_) => true,
        FieldKind::Slot { ty, default, .. } => {
            matches!(ty, Type::Void | Type::Struct { .. }) || !default.is_zero()
        }
    }
}
