//! Interfaces as methods of JSON-RPC, and clients that implement their traits.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Case, mentioned};
use crate::emit::Emitter;
use crate::emit::descriptions::hex;
use crate::emit::interface::{allowed_lints, method_ident};
use crate::emit::proxy::article;
use crate::emit::structs::field_ident;
use crate::model::{Field, Interface, Member, Type};
use crate::names;

impl Emitter<'_> {
    /// All of an interface in JSON-RPC.
    pub(in crate::emit) fn json_interface(&self, item: &Interface, case: Case) -> Vec<TokenStream> {
        let proxy = names::ident(&names::proxy(&item.name));
        if !self.has_json(item) {
            return vec![self.json_opaque(item)];
        }
        let mut items = vec![
            self.json_impl(
                &quote!(#proxy),
                &[],
                &quote!(json_rt::object_to_json(self, side)),
                &quote!(json_rt::object_from_json(value, side)),
            ),
            self.json_methods(item, case),
        ];
        items.extend(self.json_client(item, case));
        let results = item
            .calls()
            .filter(|member| member.method.results.fields.len() > 1);
        items.extend(results.map(|member| self.json_results(member)));
        items.extend(item.calls().filter_map(|member| self.json_failure(member)));
        items
    }

    /// For an interface that cannot be called by JSON-RPC, so that what mentions it compiles.
    fn json_opaque(&self, item: &Interface) -> TokenStream {
        let proxy = names::ident(&names::proxy(&item.name));
        let name = &item.name;
        let error = quote!(Err(json_rt::no_json(#name)));
        self.json_impl(&quote!(#proxy), &item.parameters, &error, &error)
    }

    fn json_methods(&self, item: &Interface, case: Case) -> TokenStream {
        let proxy = names::ident(&names::proxy(&item.name));
        let client = client_ident(item);
        let (name, prefix) = (&item.name, self.json_prefix(item, case));
        let ancestors = self.model.ancestors(item);
        let ids = [item]
            .into_iter()
            .chain(ancestors.iter().copied())
            .map(|item| item.id);
        let ids = ids.map(hex);
        let bases = ancestors.iter().map(|base| {
            let base = self.branded(&base.named(), &names::proxy(&base.name));
            quote!(methods.base::<#base>();)
        });
        let calls = item.calls().map(|member| self.json_method(member, case));
        let destroy = format!("{prefix}_destroy");
        let mentioned = mentioned::interfaces(self.model, item.calls().map(|member| member.method));
        let mentioned = mentioned
            .into_iter()
            .filter(|item| self.has_json(item))
            .map(|item| {
                let proxy = self.branded(&item.named(), &names::proxy(&item.name));
                quote!(methods.interface::<#proxy>();)
            });
        quote! {
            impl json_rt::JsonObject for #proxy {
                const NAME: &'static str = #prefix;
                const INTERFACE_NAME: &'static str = #name;
                const IDS: &'static [u64] = &[#(#ids),*];

                fn methods(methods: &mut json_rt::Methods<'_, Self>) {
                    #(#bases)*
                    #(#calls)*
                    methods.destroy(#destroy);
                    #(#mentioned)*
                }

                fn remote(remote: json_rt::Remote) -> Self {
                    Self::new(#client(remote))
                }
            }
        }
    }

    fn json_method(&self, member: Member<'_>, case: Case) -> TokenStream {
        let method = member.method;
        let name = self.json_name(member.interface, method, case);
        let function = match method_ident(method) {
            name if name == "new" => names::ident("new_"),
            name => name,
        };
        let fields = method.params.fields.as_slice();
        let names = fields.iter().map(|field| &field.name);
        let takes = fields.iter().map(|field| {
            let ty = self.owned(field);
            if may_be_left_out(field) {
                let default = self.default_value(field);
                quote!(params.take_or::<#ty>(#default)?)
            } else {
                quote!(params.take::<#ty>()?)
            }
        });
        let params = match fields {
            [] => quote!(_),
            _ => quote!(params),
        };
        quote! {
            methods.method(#name, &[#(#names),*], |object, #params| Ok(object.#function(#(#takes),*)));
        }
    }

    /// The client, which implements the trait of the interface and those of its bases.
    fn json_client(&self, item: &Interface, case: Case) -> Vec<TokenStream> {
        let client = client_ident(item);
        let interface = names::ident(&item.name);
        let article = match article(&item.name) {
            "a" => "A",
            _ => "An",
        };
        let docs = format!(" {article} [`{interface}`] that a server of JSON-RPC has.");
        // It is kept alive all the same.
        let unread = (self.model.members(item).iter())
            .all(|member| !member.is_call())
            .then(|| quote!(#[allow(dead_code, reason = "the interface has no methods")]));
        let own = quote! {
            #[doc = #docs]
            #[derive(Debug)]
            pub struct #client(#unread json_rt::Remote);
        };
        let new = quote! {
            impl #client {
                /// The object that the server serves first, which is taken for one of this interface.
                pub fn new(client: &json_rt::Client) -> Self {
                    Self(json_rt::Remote::root(client))
                }
            }
        };
        let mut items = vec![own, new];
        for implemented in [item].into_iter().chain(self.model.ancestors(item)) {
            let path = self.branded(&implemented.named(), &implemented.name);
            let methods = implemented
                .calls()
                .map(|member| self.json_call(member, case));
            items.push(quote! {
                impl #path for #client {
                    #(#methods)*
                }
            });
        }
        items
    }

    fn json_call(&self, member: Member<'_>, case: Case) -> TokenStream {
        let method = member.method;
        let json_name = self.json_name(member.interface, method, case);
        let name = method_ident(method);
        let allow = allowed_lints(method, &name);
        let fields = method.params.fields.as_slice();
        let params = fields.iter().map(|field| {
            let (name, ty) = (field_ident(field), self.owned(field));
            quote!(#name: #ty)
        });
        let puts = fields.iter().map(|field| {
            let (name, rust) = (&field.name, field_ident(field));
            quote!(.put(#name, &#rust)?)
        });
        let result = self
            .paths
            .result_or(&self.output(member), &self.error(member));
        quote! {
            #allow
            async fn #name(&self #(, #params)*) -> #result {
                let params = self.0.params() #(#puts)*;
                self.0.call(#json_name, params).await
            }
        }
    }
}

/// Whether a parameter has a value that the schema, or each field of its struct, says.
fn may_be_left_out(field: &Field) -> bool {
    let has_default =
        !field.default.is_zero() || matches!(field.ty, Type::Struct(_) | Type::Group(_));
    has_default && !field.starts_as_none()
}

fn client_ident(item: &Interface) -> proc_macro2::Ident {
    names::ident(&names::json_client(&item.name))
}
