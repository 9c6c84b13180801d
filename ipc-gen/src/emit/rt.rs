//! Every path by which generated code reaches the runtime and the standard library.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use crate::names::ident;

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

    /// The imports at the top of a module.
    pub(super) fn imports(&self) -> TokenStream {
        let root = &self.root;
        quote! {
            use #root::rt;
            use #root::rt::prelude::*;
        }
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
    pub(super) fn type_parameter(&self) -> proc_macro2::Ident {
        ident(if self.declares("T") {
            "Implementation"
        } else {
            "T"
        })
    }
}

/// Where a name of the runtime's prelude comes from.
fn rooted(name: &str) -> TokenStream {
    let ident = ident(name);
    match name {
        "Call" | "Exception" => quote!(rt::#ident),
        "Arc" => quote!(::std::sync::Arc),
        "AsRef" => quote!(::core::convert::AsRef),
        "From" => quote!(::core::convert::From),
        "Fn" => quote!(::core::ops::Fn),
        "Default" => quote!(::core::default::Default),
        "Future" => quote!(::core::future::Future),
        "Option" => quote!(::core::option::Option),
        "Result" => quote!(::core::result::Result),
        "Send" | "Sync" => quote!(::core::marker::#ident),
        "String" => quote!(::std::string::String),
        "Vec" => quote!(::std::vec::Vec),
        _ => quote!(#ident),
    }
}
