//! Structs that contain themselves: as plain Rust structs they would have no size.

use std::collections::BTreeSet;

use crate::error::{Problem, Problems};
use crate::model::{Item, Model, Named, Struct, Type};

pub(super) fn check(model: &Model, problems: &mut Problems) {
    for (index, file) in model.files.iter().enumerate() {
        for item in &file.items {
            let Item::Struct(item) = item else { continue };
            let this = Named {
                file: index,
                name: item.name.clone(),
            };
            for field in &item.record.fields {
                if let Type::Struct(inner) = &field.ty
                    && reaches(model, inner, &this, &mut BTreeSet::new())
                {
                    let place = format!("{}:{}.{}", file.name, item.name, field.name);
                    let problem = format!(
                        "`{}` contains itself, which is not supported yet",
                        item.name
                    );
                    problems.push(Problem::at(place, problem).help("hold it in a list"));
                }
            }
        }
    }
}

/// Whether a value of `from` always holds one of `target`. Lists end the chain: they can be empty.
fn reaches(model: &Model, from: &Named, target: &Named, seen: &mut BTreeSet<Named>) -> bool {
    if from == target {
        return true;
    }
    if !seen.insert(from.clone()) {
        return false;
    }
    let fields = find(model, from)
        .map(|item| item.record.fields.as_slice())
        .unwrap_or_default();
    fields.iter().any(|field| match &field.ty {
        Type::Struct(inner) => reaches(model, inner, target, seen),
        _ => false,
    })
}

fn find<'m>(model: &'m Model, named: &Named) -> Option<&'m Struct> {
    model
        .file_of(named)?
        .items
        .iter()
        .find_map(|item| match item {
            Item::Struct(item) if item.name == named.name => Some(item),
            _ => None,
        })
}
