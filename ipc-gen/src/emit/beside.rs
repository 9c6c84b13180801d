//! Code that stands beside a user's own: it imports nothing into the user's module, and finds what the user
//! has named by the user's own words.

use std::collections::BTreeSet;

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use super::interface::{allowed_lints, method_docs, method_ident};
use super::rt::{PRELUDE, Paths};
use super::structs::{Generics, enumerant_ident};
use super::{Emitter, Options};
use crate::model::{Enum, Interface, Member, Model, Named, Place, Struct};
use crate::names;

/// Where code goes that stands beside a user's.
#[derive(Debug)]
pub(crate) struct Beside {
    /// The interface that the user's trait is.
    pub(crate) own: Option<Place>,
    /// What the schema calls the user's struct.
    pub(crate) name: Option<String>,
    /// The module of generated code that has the schema's other declarations; otherwise they go by their plain
    /// names.
    pub(crate) types: Option<TokenStream>,
    /// The names that the user uses, which mean something already.
    pub(crate) taken: BTreeSet<String>,
    /// What the plain names of other declarations point at in messages.
    pub(crate) span: Span,
}

/// An item, and where it goes.
#[derive(Debug)]
pub(crate) enum Kind {
    /// A type, which stands in the user's module.
    Declaration(TokenStream),
    /// An implementation, for which it does not matter where it stands.
    Implementation(TokenStream),
}

impl<'a> Emitter<'a> {
    /// Writes items for a user's module.
    pub(crate) fn beside(model: &'a Model, options: &'a Options) -> Self {
        let mut declared: BTreeSet<_> = PRELUDE.iter().map(|name| (*name).to_owned()).collect();
        if let Some(beside) = &options.beside {
            declared.extend(beside.taken.iter().cloned());
        }
        Self {
            model,
            options,
            path: Vec::new(),
            items: &[],
            paths: Paths::new(&options.runtime, declared),
        }
    }

    /// Everything that belongs to an interface, but for the trait.
    pub(crate) fn interface_items(&self, item: &Interface) -> Vec<Kind> {
        let items = [
            self.beside_trait(item),
            self.proxy(item),
            self.adapter(item),
        ]
        .concat();
        items.into_iter().map(|item| self.placed(item)).collect()
    }

    /// What makes the user's struct one of the schema.
    pub(crate) fn struct_items(&self, item: &Struct) -> Vec<TokenStream> {
        let (name, generics) = (names::ident(&item.name), Generics::default());
        let items = [
            self.default_impl(&name, &generics, &item.record),
            self.struct_impl(&name, &generics, &item.record),
        ];
        items.into_iter().map(|item| self.rooted(item)).collect()
    }

    /// What makes the user's enum one of the schema.
    pub(crate) fn enum_items(&self, item: &Enum) -> Vec<TokenStream> {
        let name = names::ident(&item.name);
        let default = self.paths.prelude("Default");
        let first = item
            .enumerants
            .first()
            .map(|first| enumerant_ident(&first.name));
        let default = first.map(|first| {
            quote! {
                impl #default for #name {
                    fn default() -> Self {
                        Self::#first
                    }
                }
            }
        });
        let items = self.enumeration(item).into_iter().skip(1).chain(default);
        items.map(|item| self.rooted(item)).collect()
    }

    /// Type parameters with what they have to be, for the trait.
    pub(crate) fn bounded(&self, parameters: &[String]) -> TokenStream {
        self.rooted(self.generics(parameters).bounded)
    }

    /// The attributes that a method of the user's trait gets.
    pub(crate) fn attributes_of(&self, member: Member<'_>, docs: bool) -> TokenStream {
        let docs = docs.then(|| method_docs(member));
        let allow = allowed_lints(member.method, &method_ident(member.method));
        quote!(#docs #allow)
    }

    fn rooted(&self, item: TokenStream) -> TokenStream {
        rooted(item, &self.options.runtime)
    }

    fn placed(&self, item: TokenStream) -> Kind {
        let has = |word: &str| {
            let mut tokens = item.clone().into_iter();
            tokens.any(|token| matches!(token, TokenTree::Ident(ident) if ident == word))
        };
        let is_type = !has("impl") && (has("struct") || has("enum"));
        let item = self.rooted(item);
        if is_type {
            Kind::Declaration(item)
        } else {
            Kind::Implementation(item)
        }
    }

    /// The path of a declaration where code stands beside a user's.
    pub(super) fn written_path(&self, named: &Named, type_name: &str) -> Option<TokenStream> {
        if let Some(written) = &named.written {
            return Some(written.clone());
        }
        let beside = self.options.beside.as_ref()?;
        let type_name = names::ident(type_name);
        let root = (beside.types.as_ref()).filter(|_| beside.own.as_ref() != Some(&named.place));
        let file = self.model.file_of(named);
        Some(match (root, file) {
            (Some(root), Some(file)) => {
                let modules = file.module.iter().chain(&named.place.modules);
                let modules = modules.map(|part| names::ident(part));
                quote!(#root::#(#modules::)*#type_name)
            }
            _ => {
                let mut type_name = type_name;
                type_name.set_span(beside.span);
                type_name.to_token_stream()
            }
        })
    }
}

/// Names the runtime by its whole path, and derives by theirs.
fn rooted(tokens: TokenStream, root: &TokenStream) -> TokenStream {
    let mut written = TokenStream::new();
    let mut after_path = false;
    let mut after_derive = false;
    for token in tokens {
        let is_derive = matches!(&token, TokenTree::Ident(ident) if ident == "derive");
        match token {
            TokenTree::Ident(ident) if ident == "rt" && !after_path => {
                after_path = false;
                written.extend(quote!(#root::rt));
            }
            TokenTree::Group(group) => {
                after_path = false;
                let inner = if after_derive {
                    derives(group.stream())
                } else {
                    rooted(group.stream(), root)
                };
                let mut new = Group::new(group.delimiter(), inner);
                new.set_span(group.span());
                written.extend([TokenTree::Group(new)]);
            }
            TokenTree::Punct(punct) => {
                after_path = matches!(punct.as_char(), ':' | '.')
                    && (after_path
                        || punct.spacing() == proc_macro2::Spacing::Joint
                        || punct.as_char() == '.');
                written.extend([TokenTree::Punct(punct)]);
            }
            token => {
                after_path = false;
                written.extend([token]);
            }
        }
        after_derive = is_derive;
    }
    written
}

fn derives(list: TokenStream) -> TokenStream {
    let rooted = list.into_iter().map(|token| match token {
        TokenTree::Ident(ident) => derive_path(&ident),
        token => token.into_token_stream(),
    });
    rooted.collect()
}

fn derive_path(name: &Ident) -> TokenStream {
    match name.to_string().as_str() {
        "Clone" => quote!(::core::clone::Clone),
        "Copy" => quote!(::core::marker::Copy),
        "Debug" => quote!(::core::fmt::Debug),
        "Default" => quote!(::core::default::Default),
        "PartialEq" | "Eq" => quote!(::core::cmp::#name),
        _ => name.to_token_stream(),
    }
}
