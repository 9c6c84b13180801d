//! What the derives of structs and enums have in common.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;

use super::arguments::Arguments;
use super::errors::Errors;
use super::load::{self, Schema};
use super::{derived, number};
use crate::emit::{Beside, Options, idents};
use crate::model::Item;

/// The arguments of a type, and its schema, which is `derived` where the type is its own source.
pub(super) fn read(
    attributes: &[syn::Attribute],
    ident: &Ident,
    errors: &mut Errors,
    derived: impl FnOnce(u64, &str, &mut Errors) -> derived::Declaration,
) -> Option<(Arguments, Schema)> {
    let arguments = match Arguments::of_type(attributes) {
        Ok(arguments) => arguments,
        Err(error) => {
            errors.add(error);
            return None;
        }
    };
    let schema = match (&arguments.id, &arguments.schema) {
        (Some(id), _) => {
            let name =
                (arguments.name.as_ref()).map_or_else(|| ident.to_string(), syn::LitStr::value);
            let declared = derived(number(id), &name, errors);
            if !errors.is_empty() {
                return None;
            }
            load::derive(&arguments, declared, ident, errors)?
        }
        (None, Some(path)) => load::load(&arguments, path, errors)?,
        (None, None) => {
            let help = "add `#[ipc(schema = \"schema/….capnp\")]`, and `name = \"…\"` where the schema calls it \
                        otherwise; or `#[ipc(id = 0x…)]` where this type is the source";
            errors.push(ident, "nothing says which schema declares this type", help);
            return None;
        }
    };
    Some((arguments, schema))
}

pub(super) fn find<'s, T>(
    arguments: &Arguments,
    ident: &Ident,
    schema: &'s Schema,
    what: &str,
    errors: &mut Errors,
    of: impl Fn(&'s Item) -> Option<(&'s str, T)>,
) -> Option<T> {
    let name = arguments
        .name
        .as_ref()
        .map_or_else(|| ident.to_string(), syn::LitStr::value);
    match schema.find(&name, what, of) {
        Ok(found) => Some(found),
        Err((message, help)) => {
            match &arguments.name {
                Some(name) => errors.push(name, message, help),
                None => errors.push(
                    ident,
                    message,
                    format!("{help} Or say by `name = \"…\"` which one it is"),
                ),
            }
            None
        }
    }
}

pub(super) fn options(
    arguments: &Arguments,
    name: &str,
    item: TokenStream,
    schema: &Schema,
    span: Span,
) -> Options {
    let mut taken = schema.type_names();
    idents(&item, &mut taken);
    Options {
        runtime: arguments.runtime.clone(),
        serde: false,
        json_rpc: None,
        beside: Some(Beside {
            own: None,
            name: Some(name.to_owned()),
            types: arguments.types.as_ref().map(ToTokens::to_token_stream),
            taken,
            span: Span::call_site().located_at(span),
        }),
    }
}

pub(super) fn refuse_generics(generics: &syn::Generics, errors: &mut Errors) {
    if !generics.params.is_empty() {
        let help = "generate types that have parameters with `ipc-gen`";
        errors.push(
            &generics.params,
            "types with parameters cannot be derived",
            help,
        );
    }
}

/// What a message about a whole item points at.
pub(super) fn first(item: TokenStream) -> TokenStream {
    let after_attributes = item
        .into_iter()
        .filter(|token| matches!(token, proc_macro2::TokenTree::Ident(_)));
    after_attributes.take(1).collect()
}
