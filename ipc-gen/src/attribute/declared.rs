//! Finds the declarations in a Rust file that are their own source.

use syn::ext::IdentExt;
use syn::{Item, Meta};

use super::arguments::Arguments;
use super::derived::{self, Declaration};
use super::errors::Errors;
use super::{number, signature};

/// What the text of a Rust file declares, in its order.
pub(crate) fn declared_in(text: &str) -> Result<Vec<Declaration>, Vec<syn::Error>> {
    let file = syn::parse_file(text).map_err(|error| vec![error])?;
    let mut errors = Errors::default();
    let mut found = Vec::new();
    for item in &file.items {
        declared(item, &mut found, &mut errors);
    }
    match errors.into_list() {
        errors if errors.is_empty() => Ok(found),
        errors => Err(errors),
    }
}

fn declared(item: &Item, found: &mut Vec<Declaration>, errors: &mut Errors) {
    match item {
        Item::Mod(module) => {
            for item in module.content.iter().flat_map(|(_, items)| items) {
                declared(item, found, errors);
            }
        }
        Item::Trait(item) => {
            let attribute = item.attrs.iter().find(|one| {
                let last = one.path().segments.last();
                last.is_some_and(|last| last.ident == "ipc_interface")
            });
            let Some(Meta::List(list)) = attribute.map(|attribute| &attribute.meta) else {
                return;
            };
            let arguments = Arguments::read(list.tokens.clone(), "interface");
            with_id(arguments, &item.ident, errors, |id, name, errors| {
                let methods = signature::methods(item, errors);
                found.push(derived::interface(item, id, name, &methods, errors));
            });
        }
        Item::Struct(item) if derives(&item.attrs, "IpcStruct") => {
            let arguments = Arguments::of_type(&item.attrs);
            with_id(arguments, &item.ident, errors, |id, name, errors| {
                found.push(derived::structure(item, id, name, errors));
            });
        }
        Item::Enum(item) if derives(&item.attrs, "IpcEnum") => {
            let arguments = Arguments::of_type(&item.attrs);
            with_id(arguments, &item.ident, errors, |id, name, errors| {
                found.push(derived::enumeration(item, id, name, errors));
            });
        }
        _ => {}
    }
}

/// Goes on with what has an id, and so is its own source.
fn with_id(
    arguments: syn::Result<Arguments>,
    ident: &proc_macro2::Ident,
    errors: &mut Errors,
    act: impl FnOnce(u64, &str, &mut Errors),
) {
    match arguments {
        Ok(Arguments {
            id: Some(id), name, ..
        }) => {
            let name = name.map_or_else(|| ident.unraw().to_string(), |name| name.value());
            act(number(&id), &name, errors);
        }
        Ok(_) => {}
        Err(error) => errors.add(error),
    }
}

fn derives(attributes: &[syn::Attribute], name: &str) -> bool {
    let lists = attributes
        .iter()
        .filter(|one| one.path().is_ident("derive"));
    lists
        .filter_map(|one| one.meta.require_list().ok())
        .any(|list| {
            let mut words = list.tokens.clone().into_iter();
            words.any(|word| matches!(word, proc_macro2::TokenTree::Ident(ident) if ident == name))
        })
}
