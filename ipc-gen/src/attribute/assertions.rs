//! Questions to the compiler about the user's types, asked where the user wrote them.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::load::Schema;
use super::types::wire_name;
use crate::model::{Custom, Interface, Item, Named, Type};

/// Code that compiles if all types of the user's own are what they have to be.
pub(super) fn assertions(
    schema: &Schema,
    interface: &Interface,
    runtime: &TokenStream,
) -> TokenStream {
    let mut questions = Questions {
        schema,
        own: interface.id,
        runtime,
        found: Vec::new(),
    };
    for method in &interface.methods {
        for field in method.params.fields.iter().chain(&method.results.fields) {
            questions.ask(&field.ty);
        }
    }
    let found = questions.found;
    if found.is_empty() || !interface.parameters.is_empty() {
        return TokenStream::new();
    }
    quote!(const _: () = { #(#found)* };)
}

struct Questions<'a> {
    schema: &'a Schema,
    /// The id of the interface that the trait is.
    own: u64,
    runtime: &'a TokenStream,
    found: Vec<TokenStream>,
}

impl Questions<'_> {
    fn ask(&mut self, ty: &Type) {
        match ty {
            Type::List(element) | Type::Bound(element) => self.ask(element),
            Type::Custom(custom) if custom.with.is_none() => self.conversion(custom),
            Type::Struct(named) | Type::Union(named) if named.arguments.is_empty() => {
                self.structure(named);
            }
            Type::Interface(named) if named.arguments.is_empty() => self.proxy(named),
            _ => {}
        }
    }

    fn conversion(&mut self, custom: &Custom) {
        let (rust, runtime) = (&custom.rust, self.runtime);
        let wire: Option<TokenStream> = match &custom.wire {
            Type::Struct(named) | Type::Enum(named) => named.written.clone(),
            Type::List(element) if element.named().is_some() => None,
            wire => wire_name(wire).parse().ok(),
        };
        self.found.extend(wire.map(|wire| {
            quote_spanned!(rust.span()=> const _: fn() = #runtime::rt::is_custom_value::<#wire, #rust>;)
        }));
    }

    fn structure(&mut self, named: &Named) {
        let (name, runtime) = (&named.place.name, self.runtime);
        let Some(path) = &named.written else { return };
        let message =
            format!("the schema has its struct `{name}` here, and this type is another's");
        let asked = quote_spanned!(path.span()=> #runtime::rt::is_struct::<#path>(#name));
        self.found
            .push(quote_spanned!(path.span()=> const _: () = ::core::assert!(#asked, #message);));
    }

    fn proxy(&mut self, named: &Named) {
        let (name, runtime) = (&named.place.name, self.runtime);
        let Some(path) = &named.written else { return };
        let Some(Item::Interface(item)) = self.schema.model.item(&named.place) else {
            return;
        };
        let id = item.id;
        let asked = quote_spanned!(path.span()=> #runtime::rt::is_proxy::<#path>(#id));
        // A trait without a schema knows the ids of others by no means.
        let is_known = !self.schema.is_derived || id == self.own;
        self.found.push(if is_known {
            let message =
                format!("the schema has its interface `{name}` here, and this proxy is another's");
            quote_spanned!(path.span()=> const _: () = ::core::assert!(#asked, #message);)
        } else {
            quote_spanned!(path.span()=> const _: bool = #asked;)
        });
    }
}
