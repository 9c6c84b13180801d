//! Lets tools and messages lead from generated code to the user's words.

use std::collections::BTreeMap;

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use syn::{ItemTrait, TraitItem};

use super::expand::handles;
use crate::model::Interface;

/// Where names are declared that the user has written.
pub(super) struct Spans(BTreeMap<String, Span>);

impl Spans {
    pub(super) fn new(item: &ItemTrait, interface: &Interface) -> Self {
        let at = |span: Span| Span::call_site().located_at(span);
        let mut spans = BTreeMap::from([(interface.name.clone(), at(item.ident.span()))]);
        for name in handles(&item.ident) {
            spans.insert(name, at(item.ident.span()));
        }
        for member in &item.items {
            if let TraitItem::Fn(method) = member {
                let ident = &method.sig.ident;
                spans.insert(ident.to_string(), at(ident.span()));
            }
        }
        Self(spans)
    }

    /// Says of each name in generated code where it comes from.
    pub(super) fn set(&self, tokens: TokenStream) -> TokenStream {
        let set = tokens.into_iter().map(|token| match token {
            TokenTree::Ident(mut ident) => {
                if let Some(span) = self.0.get(&ident.to_string()) {
                    ident.set_span(*span);
                }
                TokenTree::Ident(ident)
            }
            TokenTree::Group(group) => {
                let mut new = Group::new(group.delimiter(), self.set(group.stream()));
                new.set_span(group.span());
                TokenTree::Group(new)
            }
            token => token,
        });
        set.collect()
    }
}
