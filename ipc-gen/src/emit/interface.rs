//! The trait that an interface becomes.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Emitter;
use super::docs::docs;
use super::structs::field_ident;
use super::values::{Absent, Read};
use crate::model::{Interface, Member, Method};
use crate::names;

/// Clippy's limit on the parameters of a function, `self` among them.
const MANY_ARGUMENTS: usize = 7;
/// From where on Clippy may find a type too complex, inside of those that methods wrap it in.
const DEEP_TYPE: usize = 4;

impl Emitter<'_> {
    /// The trait, and the types that hold the results and errors of its methods.
    pub(super) fn interface(&self, item: &Interface) -> Vec<TokenStream> {
        let name = names::ident(&item.name);
        let docs = docs(&item.docs, &format!("The interface `{}`.", item.name));
        let methods = item.calls().map(|member| self.trait_method(member));
        let generics = self.generics(&item.parameters).bounded;
        let bounds = self.supertraits(item);
        let partial = item.is_partial().then(|| {
            quote! {
                ///
                /// Methods that an implementation leaves out answer that they are not implemented.
                #[allow(unused_variables, reason = "methods that are left out use nothing")]
            }
        });
        let declaration = quote! {
            #docs
            #partial
            pub trait #name #generics: #bounds {
                #(#methods)*
            }
        };
        let mut items = vec![declaration];
        items.extend(self.beside_trait(item));
        items
    }

    /// What stands beside the trait: its implementation for closures, and the types that hold the results and
    /// errors of its methods.
    pub(super) fn beside_trait(&self, item: &Interface) -> Vec<TokenStream> {
        let mut items = Vec::new();
        let closure = item.closure().filter(|call| !call.method.immediate);
        items.extend(closure.map(|call| self.closure_impl(item, call)));
        for member in item.calls() {
            if member.method.results.fields.len() > 1 {
                items.push(self.results_struct(member));
            }
            items.extend(self.error_type(member));
        }
        items
    }

    fn supertraits(&self, item: &Interface) -> TokenStream {
        if item.bases.is_empty() {
            let (send, sync) = (self.paths.prelude("Send"), self.paths.prelude("Sync"));
            return quote!(#send + #sync + 'static);
        }
        let bases =
            (item.bases.iter()).map(|base| self.branded(&base.named, &base.named.place.name));
        quote!(#(#bases)+*)
    }

    fn trait_method(&self, member: Member<'_>) -> TokenStream {
        let method = member.method;
        let docs = method_docs(member);
        let name = method_ident(method);
        let allow = allowed_lints(method, &name);
        let params = self.params(method);
        let future = self.future(member);
        let send = self.paths.prelude("Send");
        let body = match member.interface.is_partial() {
            true => {
                let text = format!("{}.{}", member.interface.name, method.name);
                quote!({ rt::unimplemented(#text) })
            }
            false => quote!(;),
        };
        quote! {
            #docs
            #allow
            fn #name(&self #(, #params)*) -> impl #future + #send #body
        }
    }

    /// The parameters as an implementation takes them.
    fn params(&self, method: &Method) -> Vec<TokenStream> {
        let fields = method.params.fields.iter();
        let params = fields.map(|field| {
            let name = field_ident(field);
            let ty = self.owned(field);
            quote!(#name: #ty)
        });
        params.collect()
    }

    /// `Future<Output = Result<T, E>>`.
    fn future(&self, member: Member<'_>) -> TokenStream {
        let future = self.paths.prelude("Future");
        let result = (self.paths).result_or(&self.output(member), &self.error(member));
        quote!(#future<Output = #result>)
    }

    /// Lets a closure be an implementation, where one method is all that there is to implement.
    fn closure_impl(&self, item: &Interface, member: Member<'_>) -> TokenStream {
        let interface = self.branded(&item.named(), &item.name);
        let parameters = self.bounds(&item.parameters);
        let name = method_ident(member.method);
        let allow = allowed_lints(member.method, &name);
        let params = self.params(member.method);
        let types = (member.method.params.fields.iter()).map(|field| self.owned(field));
        let arguments = member.method.params.fields.iter().map(field_ident);
        let future = self.future(member);
        let function = self.paths.type_name("F");
        let returned = self.paths.type_name("Fut");
        let (send, sync) = (self.paths.prelude("Send"), self.paths.prelude("Sync"));
        let call = self.paths.prelude("Fn");
        quote! {
            impl<#function, #returned #(, #parameters)*> #interface for #function
            where
                #function: #call(#(#types),*) -> #returned + #send + #sync + 'static,
                #returned: #future + #send + 'static,
            {
                #allow
                fn #name(&self #(, #params)*) -> impl #future + #send {
                    self(#(#arguments),*)
                }
            }
        }
    }

    /// What a method returns: nothing, its result, or a struct of its results.
    pub(super) fn output(&self, member: Member<'_>) -> TokenStream {
        match member.method.results.fields.as_slice() {
            [] => quote!(()),
            [result] => self.owned(result),
            _ => self.results_path(member),
        }
    }

    fn results_path(&self, member: Member<'_>) -> TokenStream {
        let name = self.results_name(member);
        let arguments = member.arguments(&member.method.results_parameters);
        let arguments = self.arguments(arguments);
        quote!(#name #arguments)
    }

    fn results_name(&self, member: Member<'_>) -> TokenStream {
        let name = names::results_struct(&member.interface.name, &member.method.name);
        self.path_to(&member.interface.named(), &name)
    }

    fn results_struct(&self, member: Member<'_>) -> TokenStream {
        let name = self.results_path(member);
        let docs = format!(" What {} returns.", method_link(member));
        let fields = self.fields(&member.method.results, "result");
        // Handles on objects cannot be compared.
        let comparable =
            (member.method.results.fields.iter()).all(|field| self.model.is_comparable(&field.ty));
        let comparison = comparable.then(|| quote!(, PartialEq));
        quote! {
            #[doc = #docs]
            #[derive(Clone, Debug #comparison)]
            pub struct #name { #fields }
        }
    }

    /// Reads the results of a method.
    pub(super) fn read_output(&self, member: Member<'_>, reader: &Ident) -> Read {
        match member.method.results.fields.as_slice() {
            [] => Read::infallible(quote!(())),
            [result] => self.read(reader, result, Absent::IsError),
            results => {
                let name = self.results_name(member);
                let fields = results.iter().map(|field| {
                    let name = field_ident(field);
                    let value = self.read(reader, field, Absent::IsError).value();
                    quote!(#name: #value,)
                });
                Read::infallible(quote!(#name { #(#fields)* }))
            }
        }
    }
}

pub(super) fn method_docs(member: Member<'_>) -> TokenStream {
    let Member { interface, method } = member;
    let docs = docs(
        &method.docs,
        &format!("The method `{}.{}`.", interface.name, method.name),
    );
    let docs = if method.streaming {
        quote! {
            #docs
            ///
            /// Its calls are parts of a stream: an object takes one after the other, and callers may go on
            /// before it has. The first that fails makes all later ones fail as it did.
        }
    } else {
        docs
    };
    if !method.generic {
        return docs;
    }
    quote! {
        #docs
        ///
        /// In the schema it has type parameters of its own. Messages do not tell what a caller binds them
        /// to, so their values are `AnyPointer`.
    }
}

/// A link to the trait's method, for documentation.
pub(super) fn method_link(member: Member<'_>) -> String {
    let method = method_ident(member.method).to_string();
    let interface = names::ident(&member.interface.name);
    format!("[`{interface}::{}`]", method.trim_start_matches("r#"))
}

pub(super) fn method_ident(method: &Method) -> Ident {
    names::ident(&names::snake(&method.name))
}

/// Keeps Clippy from blaming a method for what its schema decided: its name and its parameters.
pub(super) fn allowed_lints(method: &Method, name: &Ident) -> TokenStream {
    let many = method.params.fields.len() + 1 > MANY_ARGUMENTS;
    let deep = (method.params.fields.iter().chain(&method.results.fields))
        .any(|field| field.ty.depth() >= DEEP_TYPE);
    let name = name.to_string();
    let conversion = name == "new" || name.starts_with("from_") || name.starts_with("into_");
    let mut lints = Vec::new();
    if many {
        lints.push(quote!(clippy::too_many_arguments));
    }
    if deep {
        lints.push(quote!(clippy::type_complexity));
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
