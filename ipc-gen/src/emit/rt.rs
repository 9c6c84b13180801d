//! Every path by which generated code reaches the runtime and the standard library.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

use super::json;
use crate::names::ident;

/// What the runtime's prelude brings: its names, and the methods of its traits.
pub(super) const PRELUDE: &[&str] = &[
    "Arc",
    "AsRef",
    "Box",
    "Call",
    "Clone",
    "Debug",
    "Default",
    "Err",
    "Exception",
    "Fn",
    "From",
    "Future",
    "None",
    "Ok",
    "Option",
    "PartialEq",
    "PhantomData",
    "Result",
    "Send",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "Vec",
    "as_ref",
    "clone",
    "to_owned",
];

/// The paths as one generated module writes them.
#[derive(Debug)]
pub(super) struct Paths {
    root: TokenStream,
    /// The names that the module declares itself: its own meaning wins there.
    declared: BTreeSet<String>,
}

impl Paths {
    pub(super) fn new(root: &TokenStream, declared: BTreeSet<String>) -> Self {
        Self {
            root: root.clone(),
            declared,
        }
    }

    /// The imports that these items of a module need.
    pub(super) fn imports<'t>(
        &self,
        items: impl IntoIterator<Item = &'t TokenStream>,
    ) -> TokenStream {
        let mut used = BTreeSet::new();
        for item in items {
            idents(item, &mut used);
        }
        let root = &self.root;
        let runtime = used.contains("rt").then(|| quote!(use #root::rt;));
        let prelude = PRELUDE.iter().any(|name| used.contains(*name));
        let prelude = prelude.then(|| quote!(use #root::rt::prelude::*;));
        let json = used.contains(json::ALIAS).then(json::import);
        quote!(#json #runtime #prelude)
    }

    /// A name of the prelude, or its full path where the module declares a type of that name.
    pub(super) fn prelude(&self, name: &str) -> TokenStream {
        if self.declares(name) {
            return rooted(name);
        }
        let name = ident(name);
        quote!(#name)
    }

    /// `Result<T, Exception>`.
    pub(super) fn result(&self, value: &TokenStream) -> TokenStream {
        self.result_or(value, &self.prelude("Exception"))
    }

    /// `Result<T, E>`.
    pub(super) fn result_or(&self, value: &TokenStream, error: &TokenStream) -> TokenStream {
        let result = self.prelude("Result");
        quote!(#result<#value, #error>)
    }

    /// Whether the module has a type of that name itself.
    pub(super) fn declares(&self, name: &str) -> bool {
        self.declared.contains(name)
    }

    /// The type parameter that tells how a parameter becomes a proxy, which the compiler finds out.
    pub(super) fn marker(&self, index: usize) -> proc_macro2::Ident {
        self.type_name(&match index {
            0 => "By".to_owned(),
            index => format!("By{}", index + 1),
        })
    }

    /// A name for a type parameter that hides no type of the module.
    pub(super) fn type_name(&self, wanted: &str) -> proc_macro2::Ident {
        let mut name = wanted.to_owned();
        while self.declares(&name) {
            name.push('_');
        }
        ident(&name)
    }

    /// The type parameter of adapters, which stands for the implementation.
    /// It is none of the interface's own.
    pub(super) fn type_parameter(&self, own: &[String]) -> proc_macro2::Ident {
        let mut names = ["T", "I"].into_iter();
        let free = names.find(|name| !self.declares(name) && !own.iter().any(|own| own == name));
        ident(free.unwrap_or("Implementation"))
    }
}

/// Every identifier in the tokens.
pub(crate) fn idents(tokens: &TokenStream, found: &mut BTreeSet<String>) {
    for token in tokens.clone() {
        match token {
            TokenTree::Ident(ident) => {
                found.insert(ident.to_string());
            }
            TokenTree::Group(group) => idents(&group.stream(), found),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// Where a name of the runtime's prelude comes from.
fn rooted(name: &str) -> TokenStream {
    let ident = ident(name);
    match name {
        "Call" | "Exception" => quote!(rt::#ident),
        "Arc" => quote!(::std::sync::Arc),
        "Box" => quote!(::std::boxed::Box),
        "ToOwned" => quote!(::std::borrow::ToOwned),
        "AsRef" => quote!(::core::convert::AsRef),
        "From" => quote!(::core::convert::From),
        "Fn" => quote!(::core::ops::Fn),
        "Default" => quote!(::core::default::Default),
        "Future" => quote!(::core::future::Future),
        "Option" => quote!(::core::option::Option),
        "Result" => quote!(::core::result::Result),
        "PhantomData" | "Send" | "Sync" => quote!(::core::marker::#ident),
        "String" => quote!(::std::string::String),
        "Vec" => quote!(::std::vec::Vec),
        _ => quote!(#ident),
    }
}
