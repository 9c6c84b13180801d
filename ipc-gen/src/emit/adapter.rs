//! The adapter: takes the calls of peers to an implementation of the trait.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Emitter;
use super::interface::method_ident;
use super::proxy::hex;
use super::structs::{field_ident, mentions};
use super::values::{Absent, Source, body};
use crate::model::{Interface, Method};
use crate::names;

impl Emitter<'_> {
    pub(super) fn adapter(&self, item: &Interface) -> Vec<TokenStream> {
        let interface = names::ident(&item.name);
        let proxy = names::ident(&names::proxy(&item.name));
        let adapter = names::ident(&names::adapter(&item.name));
        let article = if item.name.starts_with(['A', 'E', 'I', 'O', 'U']) {
            "an"
        } else {
            "a"
        };
        let docs = format!(" Serves {article} [`{interface}`] to peers.");
        let arc = self.paths.prelude("Arc");
        let implementation = self.paths.type_parameter();
        let dispatch = self.dispatch(item);
        // Without methods nobody asks the implementation for anything; it is only kept alive.
        let unread = item
            .calls()
            .next()
            .is_none()
            .then(|| quote!(#[allow(dead_code, reason = "the interface has no methods")]));
        vec![
            quote! {
                #[doc = #docs]
                #[derive(Debug)]
                pub struct #adapter<#implementation>(#unread #arc<#implementation>);
            },
            quote! {
                impl<#implementation: #interface> #adapter<#implementation> {
                    /// Wraps the implementation that answers the calls.
                    pub fn new(implementation: #implementation) -> Self {
                        Self(#arc::new(implementation))
                    }
                }
            },
            quote! {
                impl<#implementation: #interface> rt::Adapter for #adapter<#implementation> {
                    fn interface(&self) -> &'static rt::Interface {
                        <#proxy as rt::Proxy>::INTERFACE
                    }

                    fn dispatch(&self, call: rt::ServerCall) -> rt::Dispatched {
                        #dispatch
                    }
                }
            },
            quote! {
                impl<#implementation: #interface> rt::Serve<#proxy> for #arc<#implementation> {
                    fn serve(self) -> #proxy {
                        #proxy(rt::Object::local(#adapter(self)))
                    }
                }
            },
        ]
    }

    fn dispatch(&self, item: &Interface) -> TokenStream {
        if item.calls().next().is_none() {
            return quote!(call.unimplemented());
        }
        let taken: Vec<_> = item
            .calls()
            .flat_map(|method| method.params.fields.iter().map(field_ident))
            .collect();
        let this = names::fresh("this", &taken);
        let arc = self.paths.prelude("Arc");
        // By the plain name, `clone` could also be a method of the interface.
        let ambiguous =
            self.paths.declares("Clone") || item.calls().any(|method| method.name == "clone");
        let clone = if ambiguous {
            quote!(::core::clone::Clone::clone)
        } else {
            quote!(#arc::clone)
        };
        let arms = item.calls().map(|method| self.arm(item, method, &this));
        quote! {
            let #this = #clone(&self.0);
            match call.method() {
                #(#arms)*
                _ => call.unimplemented(),
            }
        }
    }

    fn arm(&self, item: &Interface, method: &Method, this: &Ident) -> TokenStream {
        let id = hex(item.id);
        let ordinal = names::number(method.ordinal);
        let name = method_ident(method);
        let implementation = self.paths.type_parameter();
        let arguments: Vec<_> = method.params.fields.iter().map(field_ident).collect();
        let pattern = match arguments.as_slice() {
            [] => quote!(()),
            [argument] => quote!(#argument),
            arguments => quote!((#(#arguments),*)),
        };
        let decode = self.decode(method);
        let encode = self.encode(method);
        quote! {
            (#id, #ordinal) => call.serve(
                #decode,
                move |#pattern| async move { #implementation::#name(&#this #(, #arguments)*).await },
                #encode,
            ),
        }
    }

    /// The closure that reads the parameters.
    fn decode(&self, method: &Method) -> TokenStream {
        let params = names::ident("params");
        let read = |field| self.read(&params, field, Absent::IsDefault);
        let decoded = match method.params.fields.as_slice() {
            [] => quote!(Ok(())),
            [field] => read(field).result(),
            fields => {
                let values = fields.iter().map(|field| read(field).value());
                quote!(Ok((#(#values),*)))
            }
        };
        if mentions(&decoded, &params) {
            quote!(|params| #decoded)
        } else {
            quote!(|_| #decoded)
        }
    }

    /// The closure that writes what the implementation returned.
    fn encode(&self, method: &Method) -> TokenStream {
        let results = names::ident("results");
        let writes: Vec<_> = match method.results.fields.as_slice() {
            [] => return quote!(|_, ()| ()),
            [field] => vec![self.write(&results, field, &Source::Owned(quote!(result)))],
            fields => (fields.iter())
                .map(|field| {
                    let name = field_ident(field);
                    self.write(&results, field, &Source::Owned(quote!(result.#name)))
                })
                .collect(),
        };
        let writes: Vec<_> = (writes.into_iter())
            .filter(|write| !write.is_empty())
            .collect();
        if writes.is_empty() {
            return quote!(|_, _| ());
        }
        let write = body(&method.results, &writes);
        quote!(|results, result| #write)
    }
}
