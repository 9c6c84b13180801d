//! Questions to the compiler about the user's types, asked where the user wrote them.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::types::wire_name;
use crate::model::{Interface, Type};

/// Code that compiles if all types of the user's own are what they have to be.
pub(super) fn assertions(interface: &Interface, runtime: &TokenStream) -> TokenStream {
    let mut found = Vec::new();
    for method in &interface.methods {
        for field in method.params.fields.iter().chain(&method.results.fields) {
            collect(&field.ty, runtime, &mut found);
        }
    }
    if found.is_empty() || !interface.parameters.is_empty() {
        return TokenStream::new();
    }
    quote!(const _: () = { #(#found)* };)
}

fn collect(ty: &Type, runtime: &TokenStream, found: &mut Vec<TokenStream>) {
    match ty {
        Type::List(element) | Type::Bound(element) => collect(element, runtime, found),
        Type::Custom(custom) if custom.with.is_none() => {
            let rust = &custom.rust;
            let wire = match &custom.wire {
                Type::Struct(named) | Type::Enum(named) => named.written.clone(),
                wire => wire_name(wire).parse().ok(),
            };
            found.extend(wire.map(|wire| {
                quote_spanned! {rust.span()=>
                    const _: fn() = #runtime::rt::is_custom_value::<#wire, #rust>;
                }
            }));
        }
        Type::Struct(named) | Type::Union(named) if named.arguments.is_empty() => {
            found.extend(named.written.as_ref().map(|path| {
                quote_spanned!(path.span()=> const _: fn() = #runtime::rt::is_struct::<#path>;)
            }));
        }
        Type::Interface(named) if named.arguments.is_empty() => {
            found.extend(named.written.as_ref().map(|path| {
                quote_spanned!(path.span()=> const _: fn() = #runtime::rt::is_proxy::<#path>;)
            }));
        }
        _ => {}
    }
}
