//! The proxy: the handle that callers of an interface hold.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Emitter;
use super::interface::{allowed_lints, method_docs, method_ident};
use super::structs::{field_ident, mentions};
use super::values::body;
use crate::model::{Interface, Method, Role, Type};
use crate::names;

impl Emitter<'_> {
    pub(super) fn proxy(&self, item: &Interface) -> Vec<TokenStream> {
        let interface = names::ident(&item.name);
        let proxy = names::ident(&names::proxy(&item.name));
        let adapter = names::ident(&names::adapter(&item.name));
        let article = if item.name.starts_with(['A', 'E', 'I', 'O', 'U']) {
            "an"
        } else {
            "a"
        };
        let docs =
            format!(" A handle on {article} [`{interface}`] object, in this process or another.");
        let declaration = quote! {
            #[doc = #docs]
            #[derive(Clone, Debug)]
            pub struct #proxy(rt::Object);
        };

        let constants = item.methods.iter().map(|method| method_const(item, method));
        let methods = item.calls().map(|method| self.proxy_method(item, method));
        let inherent = quote! {
            impl #proxy {
                #(#constants)*

                /// Wraps an implementation in this process.
                pub fn new(implementation: impl #interface) -> Self {
                    Self(rt::Object::local(#adapter::new(implementation)))
                }

                #(#methods)*
            }
        };
        vec![declaration, inherent, self.proxy_impl(item, &proxy)]
    }

    fn proxy_impl(&self, item: &Interface, proxy: &Ident) -> TokenStream {
        let name = &item.name;
        let id = hex(item.id);
        let methods = item.methods.iter().map(const_ident);
        let run_by_runtime = item.methods.iter().map(|method| {
            let constant = const_ident(method);
            match method.role {
                Role::Call => quote!(),
                Role::Construct { .. } => quote!(.construct(Self::#constant)),
                Role::Destroy => quote!(.destroy(Self::#constant)),
            }
        });
        quote! {
            impl rt::Proxy for #proxy {
                const INTERFACE: &'static rt::Interface =
                    &rt::Interface::new(#name, #id, &[#(Self::#methods),*]) #(#run_by_runtime)*;

                fn from_object(object: rt::Object) -> Self {
                    Self(object)
                }

                fn object(&self) -> &rt::Object {
                    &self.0
                }
            }
        }
    }

    fn proxy_method(&self, item: &Interface, method: &Method) -> TokenStream {
        let docs = method_docs(item, method);
        let constant = const_ident(method);
        let name = match method_ident(method) {
            // Where the proxy itself is made.
            name if name == "new" => names::ident("new_"),
            name => name,
        };
        let allow = allowed_lints(method, &name);
        let names: Vec<_> = method.params.fields.iter().map(field_ident).collect();
        let arguments = method
            .params
            .fields
            .iter()
            .zip(&names)
            .map(|(field, name)| {
                let ty = self.argument(field);
                // There is nothing in a Void to write.
                let unused = matches!(field.ty, Type::Void)
                    .then(|| quote!(#[allow(unused_variables, reason = "Void")]));
                quote!(#unused #name: #ty)
            });
        let call = self.paths.prelude("Call");
        let output = self.output(item, method);

        let params = names::fresh("params", &names);
        let writes = method
            .params
            .fields
            .iter()
            .zip(&names)
            .map(|(field, name)| self.write(&params, field, &Self::argument_source(field, name)));
        let writes: Vec<_> = writes.filter(|write| !write.is_empty()).collect();
        let write = body(&method.params, &writes);
        let params = if writes.is_empty() {
            quote!(_)
        } else {
            quote!(#params)
        };
        let results = names::ident("results");
        let read = self.read_output(item, method, &results);
        let results = if mentions(&read, &results) {
            quote!(#results)
        } else {
            quote!(_)
        };
        quote! {
            #docs
            #allow
            pub fn #name(&self #(, #arguments)*) -> #call<#output> {
                self.0.call(Self::#constant, |#params| #write, |#results| #read)
            }
        }
    }
}

/// The constant that describes a method to the runtime.
fn method_const(item: &Interface, method: &Method) -> TokenStream {
    let constant = const_ident(method);
    let id = hex(item.id);
    let ordinal = names::number(method.ordinal);
    let name = format!("{}.{}", item.name, method.name);
    let layout = |set: &str, data_words: u16, pointers: u16| {
        let set = names::ident(set);
        let (data, pointer) = (names::number(data_words), names::number(pointers));
        (data_words > 0 || pointers > 0).then(|| quote!(.#set(#data, #pointer)))
    };
    let params = layout("params", method.params.data_words, method.params.pointers);
    let results = layout(
        "results",
        method.results.data_words,
        method.results.pointers,
    );
    let context = method.context.map(|pointer| {
        let pointer = names::number(pointer);
        quote!(.context(#pointer))
    });
    let thread_map = match method.role {
        Role::Construct { param, result } => {
            let (param, result) = (names::number(param), names::number(result));
            quote!(.thread_map(#param, #result))
        }
        Role::Call | Role::Destroy => quote!(),
    };
    quote! {
        const #constant: &rt::Method =
            &rt::Method::new(#id, #ordinal, #name) #params #results #context #thread_map;
    }
}

fn const_ident(method: &Method) -> Ident {
    names::ident(&names::shouty(&method.name))
}

/// An interface id as schemas write it.
pub(super) fn hex(id: u64) -> TokenStream {
    // Sixteen hexadecimal digits are always a literal.
    format!("{id:#018x}").parse().unwrap_or_default()
}
