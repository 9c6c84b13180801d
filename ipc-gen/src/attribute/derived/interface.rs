//! The schema of a trait.

use std::fmt::Write;

use heck::ToLowerCamelCase;
use syn::ItemTrait;

use super::super::arguments::Marks;
use super::super::errors::Errors;
use super::super::signature::Signature;
use super::ordinals::ordinals;
use super::types::{Kind, Mentioned, Presence, Types, Written};
use super::{Declaration, comment};
use crate::names;

/// A method's text, and what stands below.
struct Method {
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
    let numbers = ordinals(item, methods, errors);
    for (signature, ordinal) in methods.iter().zip(numbers) {
        let mut types = Types {
            own: name,
            parameters: &parameters,
            mentioned: &mut mentioned,
            is_enum: false,
        };
        written.extend(method(signature, ordinal, &mut types, errors));
    }
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

fn method(
    signature: &Signature<'_>,
    ordinal: u16,
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
    Some(Method {
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
