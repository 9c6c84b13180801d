//! Declarations by the names that the user gives them.

use std::collections::BTreeMap;

use crate::model::{Field, Interface, Method, Named, Type};

/// Lets what the user has written of a declaration stand for it where nobody writes it, as in a struct of
/// results.
pub(super) fn spell_all(interface: &mut Interface) {
    let mut known = BTreeMap::new();
    for field in interface.methods.iter_mut().flat_map(fields) {
        each_named(&mut field.ty, &mut |named| {
            if let Some(written) = &named.written {
                known
                    .entry(named.place.clone())
                    .or_insert_with(|| written.clone());
            }
        });
    }
    for field in interface.methods.iter_mut().flat_map(fields) {
        each_named(&mut field.ty, &mut |named| {
            if named.written.is_none() {
                named.written = known.get(&named.place).cloned();
            }
        });
    }
}

/// Everything that a method takes, returns or fails with.
fn fields(method: &mut Method) -> impl Iterator<Item = &mut Field> {
    let errors = method.errors.iter_mut().map(|error| &mut error.field);
    let params = method.params.fields.iter_mut();
    params.chain(&mut method.results.fields).chain(errors)
}

fn each_named(ty: &mut Type, act: &mut impl FnMut(&mut Named)) {
    match ty {
        Type::List(ty) | Type::Bound(ty) => each_named(ty, act),
        Type::Custom(custom) => each_named(&mut custom.wire, act),
        Type::Enum(named)
        | Type::Struct(named)
        | Type::Group(named)
        | Type::Union(named)
        | Type::Interface(named) => {
            for argument in &mut named.arguments {
                each_named(argument, act);
            }
            act(named);
        }
        _ => {}
    }
}
