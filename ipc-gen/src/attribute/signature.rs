//! Reads a trait as its user wrote it, and refuses what no method of an interface can be.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{FnArg, ItemTrait, Pat, ReceiverKind, ReturnType, TraitItem, TraitItemFn};

use super::arguments::Marks;
use super::errors::Errors;
use super::syntax::{name_of, plain};

/// A method of the user's trait.
pub(super) struct Signature<'t> {
    pub(super) item: &'t TraitItemFn,
    /// The name without `r#`.
    pub(super) name: String,
    pub(super) marks: Marks,
    pub(super) parameters: Vec<Parameter<'t>>,
    /// What it returns, without the future around it.
    pub(super) result: &'t syn::Type,
    /// The types in `Result<T, E>`, of which an alias may leave the second out.
    pub(super) output: &'t syn::Type,
    pub(super) error: Option<&'t syn::Type>,
    /// Whether implementations answer at once.
    pub(super) immediate: bool,
}

pub(super) struct Parameter<'t> {
    pub(super) item: &'t FnArg,
    pub(super) ident: &'t Ident,
    pub(super) name: String,
    pub(super) ty: &'t syn::Type,
    pub(super) marks: Marks,
}

impl Signature<'_> {
    /// Whether all parameters could be read; what is wrong with the others was told.
    pub(super) fn is_complete(&self) -> bool {
        let inputs = self.item.sig.inputs.iter();
        let typed = inputs.filter(|input| matches!(input, FnArg::Typed(_)));
        typed.count() == self.parameters.len()
    }
}

const OF_METHODS: &[&str] = &[
    "nullable",
    "with",
    "from",
    "enum",
    "cancel_with",
    "ordinal",
    "context",
    "exception",
];
const OF_PARAMETERS: &[&str] = &["nullable", "with", "from", "enum"];

/// The methods of a trait, as far as they can be methods of an interface.
pub(super) fn methods<'t>(item: &'t ItemTrait, errors: &mut Errors) -> Vec<Signature<'t>> {
    if let Some(unsafety) = &item.unsafety {
        errors.push(
            unsafety,
            "the trait of an interface cannot be unsafe",
            "leave `unsafe` out",
        );
    }
    if let Some(clause) = &item.generics.where_clause {
        let help = "leave it out: type parameters get the bounds that messages ask for";
        errors.push(
            clause,
            "the trait of an interface has no bounds of its own",
            help,
        );
    }
    let mut methods = Vec::new();
    for member in &item.items {
        match member {
            TraitItem::Fn(method) => methods.extend(signature(method, errors)),
            other => errors.push(
                other,
                "the trait of an interface has methods only",
                "move this to another trait",
            ),
        }
    }
    methods
}

fn signature<'t>(item: &'t TraitItemFn, errors: &mut Errors) -> Option<Signature<'t>> {
    let sig = &item.sig;
    let name = sig.ident.unraw().to_string();
    if !sig.generics.params.is_empty() || sig.generics.where_clause.is_some() {
        let message = format!("`{name}` cannot have type parameters or lifetimes of its own");
        let at = sig.generics.to_token_stream();
        let help = "methods of interfaces take and return values of the schema's types; give the trait \
                    the type parameters that its interface has in the schema";
        errors.push(at, message, help);
        return None;
    }
    let conditional = item.attrs.iter().find(|one| one.path().is_ident("cfg"));
    if let Some(conditional) = conditional {
        let message = format!("`{name}` cannot be left out of some builds: peers call it");
        errors.push(
            conditional,
            message,
            "have it in every build; it can fail with `Exception::failed`",
        );
    }
    if let Some(constness) = &sig.constness {
        errors.push(
            constness,
            format!("`{name}` cannot be const"),
            "leave `const` out",
        );
    }
    if !matches!(sig.safety, syn::Safety::Default) {
        let message = format!("`{name}` cannot be unsafe: peers call it");
        errors.push(&sig.safety, message, "leave `unsafe` out");
    }
    if let Some(abi) = &sig.abi {
        errors.push(
            abi,
            format!("`{name}` cannot have an ABI"),
            "leave `extern` out",
        );
    }
    if let Some(variadic) = &sig.variadic {
        errors.push(
            variadic,
            format!("`{name}` cannot be variadic"),
            "name its parameters",
        );
    }
    let marks = marks(&item.attrs, OF_METHODS, errors);
    let mut inputs = sig.inputs.iter();
    match inputs.next() {
        Some(FnArg::Receiver(receiver)) => {
            if !matches!(receiver.kind, ReceiverKind::Reference(_, None, None)) {
                let message = format!("`{name}` has to take `&self`: many calls can run at once");
                let help = "write `&self`, and keep what changes behind a lock or an atomic";
                errors.push(receiver, message, help);
            }
        }
        _ => errors.push(
            &sig.ident,
            format!("`{name}` takes no `&self`: every method is called on an object"),
            "make `&self` its first parameter",
        ),
    }
    let typed = sig
        .inputs
        .iter()
        .filter(|input| !matches!(input, FnArg::Receiver(_)));
    let parameters = typed
        .filter_map(|input| parameter(&name, input, errors))
        .collect();
    let (result, is_future) = returned(item, &name, errors)?;
    let (output, error) = parts(result, &name, errors)?;
    Some(Signature {
        item,
        name,
        marks,
        parameters,
        result,
        output,
        error,
        immediate: sig.asyncness.is_none() && !is_future,
    })
}

fn parameter<'t>(method: &str, item: &'t FnArg, errors: &mut Errors) -> Option<Parameter<'t>> {
    let FnArg::Typed(typed) = item else {
        return None;
    };
    let marks = marks(&typed.attrs, OF_PARAMETERS, errors);
    match &*typed.pat {
        Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => {
            if let Some(mutability) = &pat.mutability {
                let help = "leave it out here; implementations can have it";
                errors.push(mutability, "`mut` says nothing in a trait", help);
            }
            Some(Parameter {
                item,
                ident: &pat.ident,
                name: pat.ident.unraw().to_string(),
                ty: &typed.ty,
                marks,
            })
        }
        pat => {
            let message = format!("a parameter of `{method}` has no name");
            errors.push(
                pat,
                message,
                "give it the name that it has in the schema, in snake case",
            );
            None
        }
    }
}

/// What a method returns, and whether it says by itself that this is a future's output.
fn returned<'t>(
    item: &'t TraitItemFn,
    name: &str,
    errors: &mut Errors,
) -> Option<(&'t syn::Type, bool)> {
    let ReturnType::Type(_, ty) = &item.sig.output else {
        let message = format!("`{name}` does not return a `Result`, though every call can fail");
        errors.push(&item.sig.ident, message, "add `-> Result<(), Exception>`");
        return None;
    };
    let ty = plain(ty);
    if let syn::Type::ImplTrait(future) = ty
        && let Some(output) = output_of(future)
    {
        return Some((plain(output), true));
    }
    Some((ty, false))
}

/// The `T` of `impl Future<Output = T> + Send`.
fn output_of(future: &syn::TypeImplTrait) -> Option<&syn::Type> {
    future.bounds.iter().find_map(|bound| {
        let syn::TypeParamBound::Trait(bound) = bound else {
            return None;
        };
        let last = bound
            .path
            .segments
            .last()
            .filter(|last| last.ident == "Future")?;
        let syn::PathArguments::AngleBracketed(list) = &last.arguments else {
            return None;
        };
        list.args.iter().find_map(|argument| match argument {
            syn::GenericArgument::AssocType(output) if output.ident == "Output" => Some(&output.ty),
            _ => None,
        })
    })
}

/// The types in a `Result`.
fn parts<'t>(
    result: &'t syn::Type,
    name: &str,
    errors: &mut Errors,
) -> Option<(&'t syn::Type, Option<&'t syn::Type>)> {
    if let syn::Type::Path(path) = result
        && let Some(last) = path.path.segments.last()
        && last.ident == "Result"
        && let syn::PathArguments::AngleBracketed(list) = &last.arguments
    {
        let mut types = list.args.iter().filter_map(|argument| match argument {
            syn::GenericArgument::Type(ty) => Some(plain(ty)),
            _ => None,
        });
        if let Some(output) = types.next() {
            return Some((output, types.next()));
        }
    }
    let message = format!("`{name}` does not return a `Result`, though every call can fail");
    let ty = match name_of(result).as_deref() {
        Some("Result") => "()".to_owned(),
        _ => result.to_token_stream().to_string(),
    };
    errors.push(result, message, format!("write `Result<{ty}, Exception>`"));
    None
}

fn marks(attributes: &[syn::Attribute], keys: &[&str], errors: &mut Errors) -> Marks {
    Marks::read(attributes, keys).unwrap_or_else(|error| {
        errors.add(error);
        Marks::default()
    })
}
