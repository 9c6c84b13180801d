//! Holds structs and enums of the user's own against those of a schema.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Fields, ItemEnum, ItemStruct};

use super::arguments::Marks;
use super::declaration::{find, first, options, read, refuse_generics};
use super::derived;
use super::errors::Errors;
use super::expand::hidden;
use super::types::{Conversion, Types};
use crate::compiler::suggest::suggestion;
use crate::emit::{Emitter, enumerant_ident, unknown_ident};
use crate::model::{Enum, Field, Item};
use crate::names;

pub(super) const OF_FIELDS: &[&str] = &["nullable", "with", "from", "enum"];

/// What `#[derive(IpcStruct)]` adds to a struct.
#[must_use]
pub fn structure(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    match syn::parse2::<ItemStruct>(item.clone()) {
        Ok(item) => try_structure(&item, &mut errors).filter(|_| errors.is_empty()),
        Err(_) => {
            let help = "derive `IpcEnum` for enums; `ipc-gen` generates unions";
            errors.push(first(item), "`IpcStruct` is for structs", help);
            None
        }
    }
    .unwrap_or_else(|| errors.tokens())
}

/// What `#[derive(IpcEnum)]` adds to an enum.
#[must_use]
pub fn enumeration(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    match syn::parse2::<ItemEnum>(item.clone()) {
        Ok(item) => try_enumeration(&item, &mut errors).filter(|_| errors.is_empty()),
        Err(_) => {
            let help = "derive `IpcStruct` for structs";
            errors.push(first(item), "`IpcEnum` is for enums", help);
            None
        }
    }
    .unwrap_or_else(|| errors.tokens())
}

fn try_structure(item: &ItemStruct, errors: &mut Errors) -> Option<TokenStream> {
    refuse_generics(&item.generics, errors);
    let (arguments, schema) = read(&item.attrs, &item.ident, errors, |id, name, errors| {
        derived::structure(item, id, name, errors)
    })?;
    let found = find(
        &arguments,
        &item.ident,
        &schema,
        "struct",
        errors,
        |item| match item {
            Item::Struct(item) => Some((item.name.as_str(), item)),
            _ => None,
        },
    )?;
    let Fields::Named(fields) = &item.fields else {
        let help = "give its fields the names that they have in the schema, in snake case";
        errors.push(
            &item.ident,
            "the fields of a schema's struct have names",
            help,
        );
        return None;
    };
    let declared = schema.type_names();
    let mut held = found.clone();
    held.name = item.ident.to_string();
    held.parameters.clear();
    let wanted: Vec<_> = found
        .record
        .fields
        .iter()
        .map(|field| names::word(field.rust_name()))
        .collect();
    for field in &fields.named {
        let Some(ident) = &field.ident else { continue };
        let name = ident.unraw().to_string();
        if !wanted.contains(&name) {
            let message = format!(
                "the struct `{}` of `{}` has no field `{name}`",
                found.name,
                schema.name()
            );
            let help = suggestion(&name, &wanted);
            errors.push(
                ident,
                message,
                help.unwrap_or_else(|| "remove it, or add it to the schema".to_owned()),
            );
        }
    }
    for (field, name) in held.record.fields.iter_mut().zip(&wanted) {
        let given = fields.named.iter().find(|given| {
            given
                .ident
                .as_ref()
                .is_some_and(|ident| ident.unraw() == name.as_str())
        });
        match given {
            Some(given) => hold(field, given, &declared, errors),
            None => {
                let near = fields.named.iter().filter_map(|given| given.ident.as_ref());
                let near: Vec<_> = near.map(ToString::to_string).collect();
                if suggestion(name, &near).is_none() {
                    let message = format!(
                        "the field `{name}` of the schema's `{}` is missing",
                        found.name
                    );
                    let help = format!("add `pub {}`", super::describe::parameter_in_rust(field));
                    errors.push(&item.ident, message, help);
                }
            }
        }
    }
    let options = options(
        &arguments,
        &found.name,
        item.to_token_stream(),
        &schema,
        item.ident.span(),
    );
    let emitter = Emitter::beside(&schema.model, &options);
    Some(hidden(
        &emitter.struct_items(&held),
        &arguments.runtime,
        &schema.read,
    ))
}

fn hold(field: &mut Field, given: &syn::Field, declared: &BTreeSet<String>, errors: &mut Errors) {
    let marks = Marks::read(&given.attrs, OF_FIELDS).unwrap_or_else(|error| {
        errors.add(error);
        Marks::default()
    });
    let types = Types {
        declared,
        conversion: Conversion {
            with: marks.with.as_ref(),
            from: marks.from.as_ref(),
        },
        whose: format!("the field `{}`", names::word(field.rust_name())),
    };
    types.nullable(field, marks.nullable.as_ref(), errors);
    match types.member(field, &given.ty) {
        Ok(ty) => field.ty = ty,
        Err(mismatch) => errors.push(mismatch.at, mismatch.message, mismatch.help),
    }
}

fn try_enumeration(item: &ItemEnum, errors: &mut Errors) -> Option<TokenStream> {
    refuse_generics(&item.generics, errors);
    let (arguments, schema) = read(&item.attrs, &item.ident, errors, |id, name, errors| {
        derived::enumeration(item, id, name, errors)
    })?;
    let found = find(
        &arguments,
        &item.ident,
        &schema,
        "enum",
        errors,
        |item| match item {
            Item::Enum(item) => Some((item.name.as_str(), item)),
            _ => None,
        },
    )?;
    let wanted: Vec<_> = found
        .enumerants
        .iter()
        .map(|one| enumerant_ident(&one.name))
        .collect();
    let unknown = unknown_ident(wanted.iter().cloned());
    let names: Vec<_> = wanted
        .iter()
        .map(|ident| ident.unraw().to_string())
        .collect();
    for variant in &item.variants {
        let name = variant.ident.unraw().to_string();
        let is_unknown = variant.ident == unknown;
        if !is_unknown && !names.contains(&name) {
            let message = format!(
                "the enum `{}` of `{}` has no `{name}`",
                found.name,
                schema.name()
            );
            let help = suggestion(&name, &names);
            let help = help.unwrap_or_else(|| "remove it, or add it to the schema".to_owned());
            errors.push(&variant.ident, message, help);
        } else if !is_unknown && !matches!(variant.fields, Fields::Unit) {
            let help = format!("write `{name}` alone");
            errors.push(
                variant,
                format!("`{name}` is a number in messages, and holds nothing"),
                help,
            );
        }
        if let Some((_, value)) = &variant.discriminant {
            let help = "leave it out; messages have the numbers of the schema";
            errors.push(value, "the schema numbers what an enum names", help);
        }
    }
    let given: Vec<_> = item
        .variants
        .iter()
        .map(|variant| variant.ident.unraw().to_string())
        .collect();
    for name in &names {
        if !given.contains(name) && suggestion(name, &given).is_none() {
            let message = format!("`{name}` of the schema's `{}` is missing", found.name);
            errors.push(&item.ident, message, format!("add `{name}`"));
        }
    }
    let has_unknown = (item.variants.iter()).any(|variant| {
        variant.ident == unknown
            && matches!(&variant.fields, Fields::Unnamed(fields) if fields.unnamed.len() == 1)
    });
    if !has_unknown {
        let message = "a peer with a newer schema may send a number that this one does not name";
        errors.push(&item.ident, message, format!("add `{unknown}(u16)`"));
    }
    let options = options(
        &arguments,
        &found.name,
        item.to_token_stream(),
        &schema,
        item.ident.span(),
    );
    let emitter = Emitter::beside(&schema.model, &options);
    let held = Enum {
        name: item.ident.to_string(),
        ..found.clone()
    };
    Some(hidden(
        &emitter.enum_items(&held),
        &arguments.runtime,
        &schema.read,
    ))
}
