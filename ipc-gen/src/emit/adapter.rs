//! The adapter: takes the calls of peers to an implementation of the trait.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Emitter;
use super::descriptions::hex;
use super::interface::method_ident;
use super::proxy::article;
use super::structs::{field_ident, mentions};
use super::values::{Absent, Source, body};
use crate::model::{Interface, Member, Method};
use crate::names;

impl Emitter<'_> {
    pub(super) fn adapter(&self, item: &Interface) -> Vec<TokenStream> {
        let interface = names::ident(&item.name);
        let proxy = names::ident(&names::proxy(&item.name));
        let adapter = names::ident(&names::adapter(&item.name));
        let docs = format!(" Serves {} [`{interface}`] to peers.", article(&item.name));
        let arc = self.paths.prelude("Arc");
        let implementation = self.paths.type_parameter(&item.parameters);
        let plain = self.generics(&item.parameters).plain;
        let bounds = self.bounds(&item.parameters);
        let bounded = quote!(<#implementation: #interface #plain #(, #bounds)*>);
        let arguments = self.arguments_after(&quote!(#implementation), item);
        let phantom = self.phantom(item);
        let (phantom_type, phantom_value) = (phantom.ty, phantom.value);
        let proxy_type = quote!(#proxy #plain);
        let dispatch = self.dispatch(item);
        // Without methods nobody asks the implementation for anything; it is only kept alive.
        let unread = self
            .calls(item)
            .is_empty()
            .then(|| quote!(#[allow(dead_code, reason = "the interface has no methods")]));
        vec![
            quote! {
                #[doc = #docs]
                #[derive(Debug)]
                pub struct #adapter #arguments(#unread #arc<#implementation> #phantom_type);
            },
            quote! {
                impl #bounded #adapter #arguments {
                    /// Wraps the implementation that answers the calls.
                    pub fn new(implementation: #implementation) -> Self {
                        Self(#arc::new(implementation) #phantom_value)
                    }
                }
            },
            quote! {
                impl #bounded rt::Adapter for #adapter #arguments {
                    fn interface(&self) -> &'static rt::Interface {
                        <#proxy_type as rt::Proxy>::INTERFACE
                    }

                    fn dispatch(&self, call: rt::ServerCall) -> rt::Dispatched {
                        #dispatch
                    }
                }
            },
            quote! {
                impl #bounded rt::Serve<#proxy_type> for #arc<#implementation> {
                    fn serve(self) -> #proxy_type {
                        #proxy(rt::Object::local(#adapter(self #phantom_value)) #phantom_value)
                    }
                }
            },
        ]
    }

    fn dispatch(&self, item: &Interface) -> TokenStream {
        let calls = self.calls(item);
        if calls.is_empty() {
            return quote!(call.unimplemented());
        }
        let taken: Vec<_> = calls
            .iter()
            .flat_map(|member| member.method.params.fields.iter().map(field_ident))
            .collect();
        let this = names::fresh("this", &taken);
        let arc = self.paths.prelude("Arc");
        // By the plain name, `clone` could also be a method of the interface.
        let ambiguous = self.paths.declares("Clone")
            || calls.iter().any(|member| member.rust_name() == "clone");
        let clone = if ambiguous {
            quote!(::core::clone::Clone::clone)
        } else {
            quote!(#arc::clone)
        };
        let names: Vec<_> = calls.iter().map(Member::rust_name).collect();
        let arms = calls.iter().zip(&names).map(|(member, name)| {
            let namesakes = names.iter().filter(|other| *other == name);
            let ambiguous = namesakes.count() > 1;
            self.arm(item, *member, ambiguous, &this)
        });
        quote! {
            let #this = #clone(&self.0);
            match call.method() {
                #(#arms)*
                _ => call.unimplemented(),
            }
        }
    }

    /// What peers can call, with what is inherited.
    fn calls<'m>(&'m self, item: &'m Interface) -> Vec<Member<'m>> {
        let members = self.model.members(item).into_iter();
        members.filter(Member::is_call).collect()
    }

    fn arm(
        &self,
        item: &Interface,
        member: Member<'_>,
        ambiguous: bool,
        this: &Ident,
    ) -> TokenStream {
        let Member { interface, method } = member;
        let id = hex(interface.id);
        let ordinal = names::number(method.ordinal);
        let name = method_ident(method);
        let implementation = self.paths.type_parameter(&item.parameters);
        // An implementation can have a generic base in several ways.
        let branded = interface.id != item.id && !interface.arguments.is_empty();
        let function = if ambiguous || branded {
            let interface = self.branded(&interface.named(), &interface.name);
            quote!(<#implementation as #interface>::#name)
        } else {
            quote!(#implementation::#name)
        };
        let arguments: Vec<_> = method.params.fields.iter().map(field_ident).collect();
        let pattern = match arguments.as_slice() {
            [] => quote!(()),
            [argument] => quote!(#argument),
            arguments => quote!((#(#arguments),*)),
        };
        let decode = self.decode(method);
        let (serve, encode) = if method.errors.is_empty() {
            (quote!(serve), self.encode(method))
        } else {
            (quote!(serve_declaring), self.encode_outcome(member))
        };
        let wait = (!method.immediate).then(|| quote!(.await));
        quote! {
            (#id, #ordinal) => call.#serve(
                #decode,
                move |#pattern| async move { #function(&#this #(, #arguments)*) #wait },
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
        if method.results.fields.is_empty() {
            return quote!(|_, ()| ());
        }
        let writes = self.write_output(method, &names::ident("results"));
        if writes.is_empty() {
            return quote!(|_, _| ());
        }
        let write = body(&method.results, &writes);
        quote!(|results, result| #write)
    }

    /// The closure that writes what the implementation returned or failed with.
    fn encode_outcome(&self, member: Member<'_>) -> TokenStream {
        let results = names::ident("results");
        let writes = self.write_output(member.method, &results);
        let pattern = match member.method.results.fields.as_slice() {
            [] => quote!(()),
            _ if writes.is_empty() => quote!(_),
            _ => quote!(result),
        };
        let errors = self.write_errors(member, &results);
        quote! {
            |results, outcome| match outcome {
                Ok(#pattern) => {
                    #(#writes;)*
                    Ok(())
                }
                #errors
            }
        }
    }

    /// The statements that write what the implementation returned.
    fn write_output(&self, method: &Method, results: &Ident) -> Vec<TokenStream> {
        let fields = method.results.fields.as_slice();
        let writes = fields.iter().map(|field| {
            let result = if fields.len() == 1 {
                quote!(result)
            } else {
                let name = field_ident(field);
                quote!(result.#name)
            };
            self.write(results, field, &Source::Owned(result))
        });
        writes.filter(|write| !write.is_empty()).collect()
    }
}
