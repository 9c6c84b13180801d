//! The schema of a trait.

use std::collections::BTreeMap;
use std::fmt::Write;

use heck::ToLowerCamelCase;
use syn::ItemTrait;

use super::super::arguments::Marks;
use super::super::errors::Errors;
use super::super::signature::Signature;
use super::types::{Kind, Mentioned, Presence, Types, Written};
use super::{Declaration, comment};
use crate::names;

/// A method's place in the interface, and its text.
struct Method {
    ordinal: u64,
    text: String,
    docs: String,
}

/// The interface that a trait declares.
pub(in super::super) fn interface(
    item: &ItemTrait,
    id: u64,
    name: &str,
    methods: &[Signature<'_>],
    errors: &mut Errors,
) -> Declaration {
    for bound in &item.supertraits {
        if let syn::TypeParamBound::Trait(bound) = bound
            && !bound.path.is_ident("Send")
            && !bound.path.is_ident("Sync")
        {
            errors.push(
                bound,
                "a trait without a schema cannot extend others, whose methods nobody tells it",
                "declare the interface in a schema, and name that with `schema = \"…\"`",
            );
        }
    }
    let parameters: Vec<_> = (item.generics.type_params())
        .map(|parameter| parameter.ident.to_string())
        .collect();
    let mut mentioned = Mentioned::new();
    let mut written = Vec::new();
    let mut taken = BTreeMap::new();
    for signature in methods {
        let next = written
            .iter()
            .map(|one: &Method| one.ordinal + 1)
            .next_back();
        let mut types = Types {
            parameters: &parameters,
            mentioned: &mut mentioned,
            is_enum: false,
        };
        if let Some(method) = method(signature, next.unwrap_or(0), &mut types, errors) {
            if let Some(other) = taken.insert(method.ordinal, signature.name.clone()) {
                let message = format!("`{other}` has the number {} already", method.ordinal);
                let help = "give each method a number of its own with `#[ipc(ordinal = …)]`; a method keeps \
                            its number for ever";
                match &signature.marks.ordinal {
                    Some(ordinal) => errors.push(ordinal, message, help),
                    None => errors.push(&signature.item.sig.ident, message, help),
                }
            }
            written.push(method);
        }
    }
    gaps(item, methods, &written, errors);
    mentioned.remove(name);
    let generics = match parameters.as_slice() {
        [] => String::new(),
        parameters => format!(" ({})", parameters.join(", ")),
    };
    let mut text = format!("interface {name} @{id:#018x}{generics} {{\n");
    text.push_str(&comment(&item.attrs, "  "));
    for method in &written {
        if !text.ends_with("{\n") {
            text.push('\n');
        }
        let _ = writeln!(text, "  {}", method.text);
        text.push_str(&method.docs);
    }
    text.push_str("}\n");
    Declaration {
        id,
        name: name.to_owned(),
        kind: Kind::Interface,
        text,
        mentioned,
    }
}

/// Numbers are those of an array: none is left out.
fn gaps(item: &ItemTrait, methods: &[Signature<'_>], written: &[Method], errors: &mut Errors) {
    let mut numbers: Vec<_> = written.iter().map(|method| method.ordinal).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let gap = (0..).zip(&numbers).find(|(wanted, found)| wanted != *found);
    if let Some((wanted, found)) = gap {
        let message = format!("no method of `{}` has the number {wanted}", item.ident);
        let help =
            "number methods from 0 on without gaps; one that is no longer used keeps its place";
        let at = methods.iter().find(|method| {
            let ordinal = method.marks.ordinal.as_ref();
            ordinal.and_then(|ordinal| ordinal.base10_parse().ok()) == Some(*found)
        });
        match at.and_then(|method| method.marks.ordinal.as_ref()) {
            Some(ordinal) => errors.push(ordinal, message, help),
            None => errors.push(&item.ident, message, help),
        }
    }
}

fn method(
    signature: &Signature<'_>,
    next: u64,
    types: &mut Types<'_>,
    errors: &mut Errors,
) -> Option<Method> {
    let ident = &signature.item.sig.ident;
    let name = schema_name(&signature.name, ident, errors)?;
    let mut params = Vec::new();
    if signature.marks.context.is_some() {
        params.push("context :Proxy.Context".to_owned());
    }
    for parameter in &signature.parameters {
        let name = schema_name(&parameter.name, parameter.ident, errors)?;
        params.extend(members(
            &name,
            parameter.ty,
            &parameter.marks,
            types,
            errors,
        )?);
    }
    let is_nothing = matches!(signature.output, syn::Type::Tuple(tuple) if tuple.elems.is_empty());
    let mut results = Vec::new();
    if signature.marks.exception.is_some() {
        results.push("error :Text $Proxy.exception(\"std::exception\")".to_owned());
    }
    if !is_nothing {
        results.extend(members(
            "result",
            signature.output,
            &signature.marks,
            types,
            errors,
        )?);
    }
    let mut text = format!("({}) -> ({})", params.join(", "), results.join(", "));
    if let Some(canceller) = &signature.marks.cancel_with {
        let name = canceller.value().to_lower_camel_case();
        let _ = write!(text, " $Ipc.cancelWith(\"{name}\")");
    }
    let ordinal = match &signature.marks.ordinal {
        None => next,
        Some(ordinal) => match ordinal.base10_parse::<u16>() {
            Ok(number) => number.into(),
            Err(_) => {
                let help = "methods have numbers from 0 to 65535";
                errors.push(ordinal, format!("{ordinal} is no number of a method"), help);
                return None;
            }
        },
    };
    Some(Method {
        ordinal,
        text: format!("{name} @{ordinal} {text};"),
        docs: comment(&signature.item.attrs, "  "),
    })
}

/// A parameter or result, with the flag that belongs to it.
fn members(
    name: &str,
    ty: &syn::Type,
    marks: &Marks,
    types: &mut Types<'_>,
    errors: &mut Errors,
) -> Option<Vec<String>> {
    types.is_enum = marks.enumeration.is_some();
    if let Some(nullable) = &marks.nullable {
        errors.push(
            nullable,
            "what may be null is an `Option` here",
            "write `Option<…>`, and leave `nullable` out",
        );
    }
    let Written { ty, presence } = match types.member(marks.from.as_ref().unwrap_or(ty)) {
        Ok(written) => written,
        Err(unknown) => {
            errors.push(unknown.at, unknown.message, unknown.help);
            return None;
        }
    };
    Some(match presence {
        Presence::Always => vec![format!("{name} :{ty}")],
        Presence::Nullable => vec![format!("{name} :{ty} $Ipc.nullable")],
        Presence::Flag => {
            let flag = format!("has{} :Bool", crate::model::capitalized(name));
            // What is called `result` is the last that C++ peers expect, but for its flag.
            vec![format!("{name} :{ty}"), flag]
        }
    })
}

/// The name in the schema, which has to lead back to the one in Rust.
pub(super) fn schema_name(
    rust: &str,
    at: &proc_macro2::Ident,
    errors: &mut Errors,
) -> Option<String> {
    let name = rust.trim_end_matches('_').to_lower_camel_case();
    let is_name = name.starts_with(|first: char| first.is_ascii_lowercase()) && name.is_ascii();
    if is_name && names::word(&name) == rust {
        return Some(name);
    }
    let message = format!("`{rust}` has no counterpart in schemas, where it would be `{name}`");
    let help = format!("call it `{}`", names::word(&name));
    errors.push(at, message, help);
    None
}
