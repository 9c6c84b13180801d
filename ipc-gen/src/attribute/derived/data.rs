//! The schemas of structs and enums.

use std::fmt::Write;

use syn::ext::IdentExt;
use syn::{Fields, ItemEnum, ItemStruct};

use super::super::arguments::Marks;
use super::super::derive::OF_FIELDS;
use super::super::errors::Errors;
use super::interface::schema_name;
use super::types::{Kind, Mentioned, Presence, Types, Written};
use super::{Declaration, comment};
use crate::model::capitalized;

/// The struct that a Rust struct declares.
pub(in super::super) fn structure(
    item: &ItemStruct,
    id: u64,
    name: &str,
    errors: &mut Errors,
) -> Declaration {
    let mut mentioned = Mentioned::new();
    let mut text = format!("struct {name} @{id:#018x} {{\n");
    text.push_str(&comment(&item.attrs, "  "));
    let own = name.to_owned();
    let mut ordinals = 0_u32..;
    let fields = match &item.fields {
        Fields::Named(fields) => Some(&fields.named),
        _ => None,
    };
    for field in fields.into_iter().flatten() {
        let Some(ident) = &field.ident else { continue };
        let marks = Marks::read(&field.attrs, OF_FIELDS).unwrap_or_else(|error| {
            errors.add(error);
            Marks::default()
        });
        let mut types = Types {
            own: &own,
            parameters: &[],
            mentioned: &mut mentioned,
            is_enum: marks.enumeration.is_some(),
        };
        let Some(name) = schema_name(&ident.unraw().to_string(), ident, errors) else {
            continue;
        };
        match types.member(marks.from.as_ref().unwrap_or(&field.ty)) {
            Ok(Written { ty, presence }) => {
                // Objects in structs may be missing anyway.
                let says_so = presence == Presence::Nullable && !is_object(&ty, types.mentioned);
                let nullable = if says_so { " $Ipc.nullable" } else { "" };
                if !text.ends_with("{\n") {
                    text.push('\n');
                }
                let ordinal = ordinals.next().unwrap_or_default();
                let _ = writeln!(text, "  {name} @{ordinal} :{ty}{nullable};");
                text.push_str(&comment(&field.attrs, "  "));
                if presence == Presence::Flag {
                    let ordinal = ordinals.next().unwrap_or_default();
                    let _ = writeln!(text, "  has{} @{ordinal} :Bool;", capitalized(&name));
                }
            }
            Err(unknown) => errors.push(unknown.at, unknown.message, unknown.help),
        }
    }
    text.push_str("}\n");
    mentioned.remove(name);
    Declaration {
        id,
        name: name.to_owned(),
        kind: Kind::Struct,
        text,
        mentioned,
    }
}

fn is_object(ty: &str, mentioned: &Mentioned) -> bool {
    ty == "Capability" || mentioned.get(ty) == Some(&Kind::Interface)
}

/// The enum that a Rust enum declares.
pub(in super::super) fn enumeration(
    item: &ItemEnum,
    id: u64,
    name: &str,
    errors: &mut Errors,
) -> Declaration {
    let mut text = format!("enum {name} @{id:#018x} {{\n");
    text.push_str(&comment(&item.attrs, "  "));
    let variants = item
        .variants
        .iter()
        .filter(|variant| variant.fields.is_empty());
    for (number, variant) in variants.enumerate() {
        let rust = variant.ident.unraw().to_string();
        let schema = heck::AsLowerCamelCase(&rust).to_string();
        if crate::names::camel(&schema) != rust {
            let message =
                format!("`{rust}` has no counterpart in schemas, where it would be `{schema}`");
            let help = format!("call it `{}`", crate::names::camel(&schema));
            errors.push(&variant.ident, message, help);
        }
        if !text.ends_with("{\n") {
            text.push('\n');
        }
        let _ = writeln!(text, "  {schema} @{number};");
        text.push_str(&comment(&variant.attrs, "  "));
    }
    text.push_str("}\n");
    Declaration {
        id,
        name: name.to_owned(),
        kind: Kind::Enum,
        text,
        mentioned: Mentioned::new(),
    }
}
