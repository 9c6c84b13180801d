//! The code that a user's trait becomes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{FnArg, ItemTrait, TraitItem};

use super::arguments::{Arguments, is_ours};
use super::assertions::assertions;
use super::load::Schema;
use super::respan::Spans;
use super::signature::Signature;
use crate::emit::{Beside, Emitter, Kind, Options, idents};
use crate::model::Interface;
use crate::names;

/// The user's trait as it is compiled, and what belongs to it.
pub(super) fn expand(
    item: &ItemTrait,
    arguments: &Arguments,
    schema: &Schema,
    interface: &Interface,
    methods: &[Signature<'_>],
) -> TokenStream {
    let mut taken = schema.type_names();
    idents(&item.to_token_stream(), &mut taken);
    let options = Options {
        runtime: arguments.runtime.clone(),
        serde: false,
        json_rpc: None,
        beside: Some(Beside {
            own: Some(interface.place.clone()),
            name: None,
            types: arguments.types.as_ref().map(ToTokens::to_token_stream),
            taken,
            span: Span::call_site().located_at(item.ident.span()),
        }),
    };
    let emitter = Emitter::beside(&schema.model, &options);
    let mut declarations = Vec::new();
    let mut implementations = Vec::new();
    for placed in emitter.interface_items(interface) {
        match placed {
            Kind::Declaration(item) => declarations.push(item),
            Kind::Implementation(item) => implementations.push(item),
        }
    }
    let visibility = &item.vis;
    let declarations = declarations
        .into_iter()
        .map(|item| with_visibility(item, visibility));
    let declarations: TokenStream = declarations.collect();
    let assertions = assertions(schema, interface, &arguments.runtime);
    let hidden = hidden(&implementations, &arguments.runtime, &schema.read);
    let spans = Spans::new(item, interface);
    let (declarations, hidden) = (spans.set(declarations), spans.set(hidden));
    let item = trait_item(item, Some((&emitter, interface)), methods);
    quote!(#item #declarations #assertions #hidden)
}

/// What needs no name in the user's module, and hides what it imports.
pub(super) fn hidden(
    items: &[TokenStream],
    runtime: &TokenStream,
    read: &BTreeSet<PathBuf>,
) -> TokenStream {
    // The compiler builds the crate again when a file changes that it has included.
    let tracked = read.iter().map(|file| {
        let file = file.display().to_string();
        quote!(
            const _: &[u8] = ::core::include_bytes!(#file);
        )
    });
    quote! {
        const _: () = {
            #[allow(unused_imports, reason = "not every item needs all of them")]
            use #runtime::rt::prelude::{AsRef as _, Clone as _, Err, None, Ok, Some, ToOwned as _};
            #(#tracked)*
            #(#items)*
        };
    }
}

/// The user's trait: each `async fn` with the future spelled out, so that it is `Send`.
pub(super) fn trait_item(
    item: &ItemTrait,
    emitted: Option<(&Emitter<'_>, &Interface)>,
    methods: &[Signature<'_>],
) -> TokenStream {
    let mut item = item.clone();
    item.attrs.retain(|attribute| !is_ours(attribute));
    let docs = match emitted {
        Some((_, interface)) if !has_docs(&item.attrs) => crate::emit::docs(
            &interface.docs,
            &format!("The interface `{}`.", interface.place.name),
        ),
        _ => quote!(),
    };
    if let Some((emitter, interface)) = emitted {
        let parameters = emitter.bounded(&interface.parameters);
        if !interface.parameters.is_empty() {
            item.generics = syn::parse2(parameters).unwrap_or(item.generics);
        }
    }
    let has_bases = emitted.is_some_and(|(_, interface)| !interface.bases.is_empty());
    if !has_bases {
        item.colon_token = Some(syn::Token![:](item.ident.span()));
        item.supertraits.clear();
        for bound in [
            quote!(::core::marker::Send),
            quote!(::core::marker::Sync),
            quote!('static),
        ] {
            item.supertraits
                .extend(syn::parse2::<syn::TypeParamBound>(bound));
        }
    }
    let calls = emitted
        .into_iter()
        .flat_map(|(_, interface)| interface.calls());
    let own: BTreeMap<_, _> = calls
        .map(|member| (names::word(&member.method.name), member))
        .collect();
    for member in &mut item.items {
        let TraitItem::Fn(method) = member else {
            continue;
        };
        let signature = methods
            .iter()
            .find(|one| one.item.sig.ident == method.sig.ident);
        method.attrs.retain(|attribute| !is_ours(attribute));
        for input in &mut method.sig.inputs {
            if let FnArg::Typed(typed) = input {
                typed.attrs.retain(|attribute| !is_ours(attribute));
            }
        }
        let schema = signature.and_then(|signature| {
            let (emitter, _) = emitted?;
            let own = own.get(&signature.name)?;
            Some(emitter.attributes_of(*own, !has_docs(&method.attrs)))
        });
        if let Some(Ok(attributes)) = schema.map(attributes) {
            method.attrs.extend(attributes);
        }
        if let Some(signature) = signature.filter(|signature| !signature.immediate) {
            let result = signature.result;
            let output = quote_spanned!(result.span()=>
                impl ::core::future::Future<Output = #result> + ::core::marker::Send
            );
            if let Ok(output) = syn::parse2(quote!(-> #output)) {
                method.sig.output = output;
            }
            method.sig.asyncness = None;
            if signature.item.sig.asyncness.is_some()
                && let Some(body) = &method.default
            {
                method.default = syn::parse2(quote!({ async move #body })).ok();
            }
        }
    }
    quote!(#docs #item)
}

fn has_docs(attributes: &[syn::Attribute]) -> bool {
    attributes
        .iter()
        .any(|attribute| attribute.path().is_ident("doc"))
}

fn attributes(tokens: TokenStream) -> syn::Result<Vec<syn::Attribute>> {
    syn::parse::Parser::parse2(syn::Attribute::parse_outer, tokens)
}

/// The type as visible as the trait that it belongs to.
fn with_visibility(item: TokenStream, visibility: &syn::Visibility) -> TokenStream {
    let mut done = false;
    let tokens = item.into_iter().map(|token| match token {
        TokenTree::Ident(ident) if ident == "pub" && !done => {
            done = true;
            visibility.to_token_stream()
        }
        token => token.into_token_stream(),
    });
    tokens.collect()
}

/// The names that belong to a trait.
pub(super) fn handles(name: &Ident) -> [String; 2] {
    let name = name.to_string();
    [names::proxy(&name), names::adapter(&name)]
}
