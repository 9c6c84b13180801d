//! The proxy: the handle that callers of an interface hold.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Emitter;
use super::descriptions::Constants;
use super::interface::{allowed_lints, method_docs, method_ident};
use super::structs::{Generics, field_ident, mentions};
use super::values::{body, is_object};
use crate::model::{Field, Interface, Member, Presence, Type};
use crate::names;

impl Emitter<'_> {
    pub(super) fn proxy(&self, item: &Interface) -> Vec<TokenStream> {
        let interface = names::ident(&item.name);
        let proxy = names::ident(&names::proxy(&item.name));
        let adapter = names::ident(&names::adapter(&item.name));
        let docs = format!(
            " A handle on {} [`{interface}`] object, in this process or another.",
            article(&item.name)
        );
        let Generics { plain, bounded } = self.generics(&item.parameters);
        let phantom = self.phantom(item);
        let (phantom_type, phantom_value) = (phantom.ty, phantom.value);
        let declaration = quote! {
            #[doc = #docs]
            #[derive(Clone, Debug)]
            pub struct #proxy #plain(rt::Object #phantom_type);
        };

        let all = Constants::new(self.model.members(item));
        let constants = all
            .iter()
            .map(|(member, name)| all.declaration(*member, name));
        let visible = self.model.visible_calls(item);
        let methods = (visible.iter()).map(|member| self.proxy_method(*member, &all.name(*member)));
        let (upcasts, conversions) = self.upcasts(item, &visible);
        let new = if item.parameters.is_empty() {
            quote!(#adapter::new)
        } else {
            let arguments = self.arguments_after(&quote!(_), item);
            quote!(#adapter::#arguments::new)
        };
        let inherent = quote! {
            impl #bounded #proxy #plain {
                #(#constants)*

                /// Wraps an implementation in this process.
                pub fn new(implementation: impl #interface #plain) -> Self {
                    Self(rt::Object::local(#new(implementation)) #phantom_value)
                }

                #(#methods)*

                #(#upcasts)*
            }
        };
        let mut items = vec![declaration, inherent, self.proxy_impl(item, &all)];
        items.extend(conversions);
        items
    }

    /// The methods and conversions that make handles on the interfaces that this one extends.
    fn upcasts(
        &self,
        item: &Interface,
        visible: &[Member<'_>],
    ) -> (Vec<TokenStream>, Vec<TokenStream>) {
        let mut taken: Vec<_> = visible
            .iter()
            .map(|member| method_ident(member.method))
            .collect();
        taken.push(names::ident("new"));
        let proxy = self.branded(&item.named(), &names::proxy(&item.name));
        let generics = self.generics(&item.parameters).bounded;
        let from = self.paths.prelude("From");
        let (mut methods, mut conversions) = (Vec::new(), Vec::new());
        for base in self.model.ancestors(item) {
            let name = names::fresh(&format!("as_{}", names::snake(&base.name)), &taken);
            taken.push(name.clone());
            let base_proxy = self.branded(&base.named(), &names::proxy(&base.name));
            let docs = format!(
                " The same object as {} `{}`.",
                article(&base.name),
                base.name
            );
            methods.push(quote! {
                #[doc = #docs]
                pub fn #name(&self) -> #base_proxy {
                    self.0.cast()
                }
            });
            conversions.push(quote! {
                impl #generics #from<#proxy> for #base_proxy {
                    fn from(proxy: #proxy) -> Self {
                        proxy.0.cast()
                    }
                }
            });
        }
        (methods, conversions)
    }

    fn proxy_method(&self, member: Member<'_>, constant: &Ident) -> TokenStream {
        let method = member.method;
        let docs = method_docs(member);
        let name = match method_ident(method) {
            // Where the proxy itself is made.
            name if name == "new" => names::ident("new_"),
            name => name,
        };
        let allow = allowed_lints(method, &name);
        let names: Vec<_> = method.params.fields.iter().map(field_ident).collect();
        let mut markers = Vec::new();
        let mut arguments = Vec::new();
        for (field, name) in method.params.fields.iter().zip(&names) {
            let ty = self.argument(field, markers.len());
            // There is nothing in a Void to write.
            let unused = matches!(field.ty, Type::Void)
                .then(|| quote!(#[allow(unused_variables, reason = "Void")]));
            arguments.push(quote!(#unused #name: #ty));
            if is_object(field) {
                markers.push(self.paths.marker(markers.len()));
            }
        }
        let generics = (!markers.is_empty()).then(|| quote!(<#(#markers),*>));
        let call = self.paths.prelude("Call");
        let output = self.output(member);
        let call_type = if method.has_error_type() {
            let error = self.error(member);
            quote!(#call<#output, #error>)
        } else {
            quote!(#call<#output>)
        };

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
        let read = self.read_closure(member);
        let call = if method.has_error_type() {
            quote!(call_declaring)
        } else {
            quote!(call)
        };
        quote! {
            #docs
            #allow
            pub fn #name #generics(&self #(, #arguments)*) -> #call_type {
                self.0.#call(Self::#constant, |#params| #write, #read)
            }
        }
    }

    /// The closure that reads the results.
    fn read_closure(&self, member: Member<'_>) -> TokenStream {
        let method = member.method;
        let results = names::ident("results");
        let errors = self.read_errors(member, &results);
        // What the caller asked for is not in the message.
        let asked = |field: &Field| matches!(field.presence, Presence::Asked(_));
        let captures = method
            .results
            .fields
            .iter()
            .any(asked)
            .then(|| quote!(move));
        let output = self.read_output(member, &results);
        let outcome = if method.has_error_type() {
            let value = output.value();
            quote!(Ok(Ok(#value)))
        } else {
            output.result()
        };
        let read = if errors.is_empty() {
            outcome
        } else {
            quote!({ #(#errors)* #outcome })
        };
        if mentions(&read, &results) {
            quote!(#captures |#results| #read)
        } else {
            quote!(#captures |_| #read)
        }
    }
}

/// The indefinite article for a name.
pub(super) fn article(name: &str) -> &'static str {
    if name.starts_with(['A', 'E', 'I', 'O', 'U']) {
        "an"
    } else {
        "a"
    }
}
