//! The front for Rust code: a trait held against the interface of a schema.
//!
//! It is no stable interface of this crate: the macros of `ipc-runtime` are what to use.

mod arguments;
mod assertions;
mod declaration;
mod declared;
mod derive;
pub(crate) mod derived;
mod describe;
mod errors;
mod expand;
mod hold;
mod load;
mod members;
mod respan;
mod signature;
mod spelling;
mod syntax;
mod types;

use proc_macro2::TokenStream;
use quote::quote;
use syn::ItemTrait;

use arguments::Arguments;
pub(crate) use declared::declared_in;
pub use derive::{enumeration, structure};
use errors::Errors;
use hold::Held;
use signature::Signature;

use crate::model::Item;

/// What `#[ipc_interface(…)]` makes of a trait: the trait, its proxy and its adapter, or messages about all
/// that is wrong.
#[must_use]
pub fn interface(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let declared: ItemTrait = match syn::parse2(item.clone()) {
        Ok(declared) => declared,
        Err(error) => {
            let message = format!("`#[ipc_interface]` is for traits: {error}");
            let error = syn::Error::new(error.span(), message).to_compile_error();
            return quote!(#error #item);
        }
    };
    let mut errors = Errors::default();
    let methods = signature::methods(&declared, &mut errors);
    let expanded = match Arguments::read(arguments, "interface") {
        Ok(arguments) => against_schema(&declared, &arguments, &methods, &mut errors),
        Err(error) => {
            errors.add(error);
            None
        }
    };
    expanded.filter(|_| errors.is_empty()).unwrap_or_else(|| {
        let errors = errors.tokens();
        let item = expand::trait_item(&declared, None, &methods);
        quote!(#errors #item)
    })
}

fn against_schema(
    item: &ItemTrait,
    arguments: &Arguments,
    methods: &[Signature<'_>],
    errors: &mut Errors,
) -> Option<TokenStream> {
    let name = (arguments.name.as_ref()).map_or_else(|| item.ident.to_string(), syn::LitStr::value);
    let schema = match (&arguments.id, &arguments.schema) {
        (Some(id), _) => {
            let declared = derived::interface(item, number(id), &name, methods, errors);
            if !errors.is_empty() {
                return None;
            }
            load::derive(arguments, declared, &item.ident, errors)?
        }
        (None, Some(path)) => {
            only_without_schema(methods, errors);
            load::load(arguments, path, errors)?
        }
        (None, None) => {
            let help = "write `#[ipc_interface(schema = \"schema/echo.capnp\")]` for the interface of a \
                        schema, or `#[ipc_interface(id = 0x…)]` for one of this trait's own";
            errors.push(
                &item.ident,
                "nothing says which interface the trait is",
                help,
            );
            return None;
        }
    };
    let interface = schema.find(&name, "interface", |item| match item {
        Item::Interface(item) => Some((item.name.as_str(), item)),
        _ => None,
    });
    let interface = match interface {
        Ok(interface) => interface,
        Err((message, help)) => {
            match &arguments.name {
                Some(name) => errors.push(name, message, help),
                None => {
                    let help =
                        format!("{help} Or say by `interface = \"…\"` which one this trait is");
                    errors.push(&item.ident, message, help);
                }
            }
            return None;
        }
    };
    let declared = schema.type_names();
    let held = Held {
        item,
        file: schema.name(),
        declared: &declared,
        errors,
    }
    .hold(interface, methods);
    Some(expand::expand(item, arguments, &schema, &held, methods))
}

/// Refuses what a schema says better.
fn only_without_schema(methods: &[Signature<'_>], errors: &mut Errors) {
    let help = "leave it out; it is for traits that have no schema";
    for method in methods {
        let marks = &method.marks;
        if let Some(ordinal) = &marks.ordinal {
            errors.push(ordinal, "the schema numbers the methods", help);
        }
        if let Some(context) = &marks.context {
            errors.push(
                context,
                "the schema says which methods have a Context",
                help,
            );
        }
        if let Some(exception) = &marks.exception {
            errors.push(exception, "the schema says how methods fail", help);
        }
        let parameters = method.parameters.iter().map(|parameter| &parameter.marks);
        for mark in parameters
            .chain([marks])
            .filter_map(|marks| marks.enumeration.as_ref())
        {
            errors.push(mark, "the schema says which types are enums", help);
        }
    }
}

fn number(id: &syn::LitInt) -> u64 {
    // Its range was checked when it was read.
    id.base10_parse().unwrap_or(1 << 63)
}
