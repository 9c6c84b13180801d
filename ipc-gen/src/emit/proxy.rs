//! The proxy: the handle that callers of an interface hold.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Emitter;
use super::interface::{allowed_lints, method_docs, method_ident};
use super::structs::field_ident;
use super::values::{body, is_object};
use crate::model::{Field, Interface, Member, Presence, Record, Role};
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
        let declaration = quote! {
            #[doc = #docs]
            #[derive(Clone, Debug)]
            pub struct #proxy(rt::Object);
        };

        let all = Constants::new(self.model.members(item));
        let constants = all
            .iter()
            .map(|(member, name)| all.declaration(*member, name));
        let visible = self.model.visible_calls(item);
        let methods = (visible.iter()).map(|member| self.proxy_method(*member, &all.name(*member)));
        let (upcasts, conversions) = self.upcasts(item, &visible);
        let inherent = quote! {
            impl #proxy {
                #(#constants)*

                /// Wraps an implementation in this process.
                pub fn new(implementation: impl #interface) -> Self {
                    Self(rt::Object::local(#adapter::new(implementation)))
                }

                #(#methods)*

                #(#upcasts)*
            }
        };
        let mut items = vec![declaration, inherent, proxy_impl(item, &proxy, &all)];
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
        let proxy = names::ident(&names::proxy(&item.name));
        let from = self.paths.prelude("From");
        let (mut methods, mut conversions) = (Vec::new(), Vec::new());
        for base in self.model.ancestors(item) {
            let name = names::fresh(&format!("as_{}", names::snake(&base.name)), &taken);
            taken.push(name.clone());
            let base_proxy = self.path_to(&base.named(), &names::proxy(&base.name));
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
                impl #from<#proxy> for #base_proxy {
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
            arguments.push(quote!(#name: #ty));
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
        let writes: Vec<_> = writes.collect();
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
        let pattern = if method.results.fields.is_empty() && errors.is_empty() {
            quote!(_)
        } else {
            quote!(#results)
        };
        // What the caller asked for is not in the message.
        let asked = |field: &Field| matches!(field.presence, Presence::Asked(_));
        let captures = method
            .results
            .fields
            .iter()
            .any(asked)
            .then(|| quote!(move));
        if errors.is_empty() {
            let read = self.read_output(member, &results).result();
            return quote!(#captures |#pattern| #read);
        }
        let output = self.read_output(member, &results);
        let outcome = if method.has_error_type() {
            let value = output.value();
            quote!(Ok(Ok(#value)))
        } else {
            output.result()
        };
        quote!(#captures |#pattern| { #(#errors)* #outcome })
    }
}

fn proxy_impl(item: &Interface, proxy: &Ident, constants: &Constants<'_>) -> TokenStream {
    let name = &item.name;
    let id = hex(item.id);
    let methods = constants.iter().map(|(_, constant)| constant);
    let of_role = |role| {
        (constants.iter())
            .filter(move |(member, _)| member.method.role == role)
            .map(|(_, constant)| constant)
    };
    let construct =
        (of_role(Role::Construct).next()).map(|constant| quote!(.construct(Self::#constant)));
    let mut destroys = of_role(Role::Destroy);
    let destroy = destroys
        .next()
        .map(|constant| quote!(.destroy(Self::#constant)));
    let others: Vec<_> = destroys.collect();
    let also_destroy = (!others.is_empty()).then(|| quote!(.also_destroy(&[#(Self::#others),*])));
    quote! {
        impl rt::Proxy for #proxy {
            const INTERFACE: &'static rt::Interface =
                &rt::Interface::new(#name, #id, &[#(Self::#methods),*])
                    #construct #destroy #also_destroy;

            fn from_object(object: rt::Object) -> Self {
                Self(object)
            }

            fn object(&self) -> &rt::Object {
                &self.0
            }
        }
    }
}

/// The constants that describe the methods of an interface to the runtime.
struct Constants<'m>(Vec<(Member<'m>, Ident)>);

impl<'m> Constants<'m> {
    fn new(members: Vec<Member<'m>>) -> Self {
        let mut taken = Vec::new();
        let named = members.into_iter().map(|member| {
            let plain = names::shouty(&member.method.name);
            let name = if taken.iter().any(|other| *other == plain) {
                let interface = names::shouty(&member.interface.name);
                names::fresh(&format!("{interface}_{plain}"), &taken)
            } else {
                names::ident(&plain)
            };
            taken.push(name.clone());
            (member, name)
        });
        Self(named.collect())
    }

    fn iter(&self) -> impl Iterator<Item = &(Member<'m>, Ident)> {
        self.0.iter()
    }

    fn name(&self, member: Member<'_>) -> Ident {
        let known = self.iter().find(|(other, _)| other.is(&member));
        match known {
            Some((_, name)) => name.clone(),
            None => names::ident(&names::shouty(&member.method.name)),
        }
    }

    fn declaration(&self, member: Member<'m>, constant: &Ident) -> TokenStream {
        let Member { interface, method } = member;
        let id = hex(interface.id);
        let ordinal = names::number(method.ordinal);
        let name = format!("{}.{}", interface.name, method.name);
        let params = layout("params", &method.params);
        let results = layout("results", &method.results);
        let context = method.context.map(|pointer| {
            let pointer = names::number(pointer);
            quote!(.context(#pointer))
        });
        let thread_map = method.thread_map.map(|(param, result)| {
            let (param, result) = (names::number(param), names::number(result));
            quote!(.thread_map(#param, #result))
        });
        let cancel_with = self.canceller(member).map(|canceller| {
            let canceller = self.name(canceller);
            quote!(.cancel_with(Self::#canceller))
        });
        quote! {
            const #constant: &rt::Method =
                &rt::Method::new(#id, #ordinal, #name)
                    #params #results #context #thread_map #cancel_with;
        }
    }

    /// The method that ends calls of this one.
    fn canceller(&self, member: Member<'m>) -> Option<Member<'m>> {
        let name = member.method.cancel_with.as_ref()?;
        let canceller = |(other, _): &&(Member<'m>, Ident)| other.method.name == *name;
        self.iter().find(canceller).map(|(member, _)| *member)
    }
}

fn layout(set: &str, record: &Record) -> Option<TokenStream> {
    let set = names::ident(set);
    let (data, pointers) = (
        names::number(record.data_words),
        names::number(record.pointers),
    );
    (record.data_words > 0 || record.pointers > 0).then(|| quote!(.#set(#data, #pointers)))
}

/// The indefinite article for a name.
pub(super) fn article(name: &str) -> &'static str {
    if name.starts_with(['A', 'E', 'I', 'O', 'U']) {
        "an"
    } else {
        "a"
    }
}

/// An interface id as schemas write it.
pub(super) fn hex(id: u64) -> TokenStream {
    // Sixteen hexadecimal digits are always a literal.
    format!("{id:#018x}").parse().unwrap_or_default()
}
