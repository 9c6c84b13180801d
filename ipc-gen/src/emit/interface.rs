//! The trait that an interface becomes.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Emitter;
use super::docs::docs;
use super::structs::field_ident;
use super::values::Absent;
use crate::model::{Interface, Method};
use crate::names;

/// Clippy's limit on the parameters of a function, `self` among them.
const MANY_ARGUMENTS: usize = 7;

impl Emitter<'_> {
    /// The trait, and the structs that hold the results of its methods.
    pub(super) fn interface(&self, item: &Interface) -> Vec<TokenStream> {
        let name = names::ident(&item.name);
        let docs = docs(&item.docs, &format!("The interface `{}`.", item.name));
        let (send, sync) = (self.paths.prelude("Send"), self.paths.prelude("Sync"));
        let methods = item.calls().map(|method| self.trait_method(item, method));
        let mut items = vec![quote! {
            #docs
            pub trait #name: #send + #sync + 'static {
                #(#methods)*
            }
        }];
        let several = item
            .calls()
            .filter(|method| method.results.fields.len() > 1);
        items.extend(several.map(|method| self.results_struct(item, method)));
        items
    }

    fn trait_method(&self, item: &Interface, method: &Method) -> TokenStream {
        let docs = method_docs(item, method);
        let name = method_ident(method);
        let allow = allowed_lints(method, &name);
        let params = method.params.fields.iter().map(|field| {
            let name = field_ident(field);
            let ty = self.owned(field);
            quote!(#name: #ty)
        });
        let (future, send) = (self.paths.prelude("Future"), self.paths.prelude("Send"));
        let result = self.paths.result(&self.output(item, method));
        quote! {
            #docs
            #allow
            fn #name(&self #(, #params)*) -> impl #future<Output = #result> + #send;
        }
    }

    /// What a method returns: nothing, its result, or a struct of its results.
    pub(super) fn output(&self, item: &Interface, method: &Method) -> TokenStream {
        match method.results.fields.as_slice() {
            [] => quote!(()),
            [result] => self.owned(result),
            _ => {
                let name = results_ident(item, method);
                quote!(#name)
            }
        }
    }

    fn results_struct(&self, item: &Interface, method: &Method) -> TokenStream {
        let name = results_ident(item, method);
        let method_name = method_ident(method);
        let trait_name = names::ident(&item.name);
        let docs = format!(
            " What [`{trait_name}::{}`] returns.",
            method_name.to_string().trim_start_matches("r#")
        );
        let fields = self.fields(&method.results, "result");
        // Handles on objects cannot be compared.
        let comparable = method
            .results
            .fields
            .iter()
            .all(|field| self.model.is_comparable(&field.ty));
        let comparison = comparable.then(|| quote!(, PartialEq));
        quote! {
            #[doc = #docs]
            #[derive(Clone, Debug #comparison)]
            pub struct #name { #fields }
        }
    }

    /// Reads the results of a method: the body of a closure that returns a `Result`.
    pub(super) fn read_output(
        &self,
        item: &Interface,
        method: &Method,
        reader: &Ident,
    ) -> TokenStream {
        match method.results.fields.as_slice() {
            [] => quote!(Ok(())),
            [result] => self.read(reader, result, Absent::IsError).result(),
            results => {
                let name = results_ident(item, method);
                let fields = results.iter().map(|field| {
                    let name = field_ident(field);
                    let value = self.read(reader, field, Absent::IsError).value();
                    quote!(#name: #value,)
                });
                quote!(Ok(#name { #(#fields)* }))
            }
        }
    }
}

pub(super) fn method_docs(item: &Interface, method: &Method) -> TokenStream {
    docs(
        &method.docs,
        &format!("The method `{}.{}`.", item.name, method.name),
    )
}

pub(super) fn method_ident(method: &Method) -> Ident {
    names::ident(&names::snake(&method.name))
}

fn results_ident(item: &Interface, method: &Method) -> Ident {
    names::ident(&names::results_struct(&item.name, &method.name))
}

/// Keeps Clippy from blaming a method for what its schema decided: its name and its parameters.
pub(super) fn allowed_lints(method: &Method, name: &Ident) -> TokenStream {
    let many = method.params.fields.len() + 1 > MANY_ARGUMENTS;
    let name = name.to_string();
    let conversion = name == "new" || name.starts_with("from_") || name.starts_with("into_");
    let mut lints = Vec::new();
    if many {
        lints.push(quote!(clippy::too_many_arguments));
    }
    if conversion {
        lints.push(quote!(clippy::wrong_self_convention));
    }
    if matches!(name.as_str(), "clone" | "cmp") {
        lints.push(quote!(clippy::should_implement_trait));
    }
    if lints.is_empty() {
        return quote!();
    }
    quote!(#[allow(#(#lints,)* reason = "the schema has it so")])
}
