//! What a proxy tells the runtime: its methods, and which of them the runtime itself calls.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Emitter;
use crate::model::{Interface, Member, Record, Role, Type};
use crate::names;

impl Emitter<'_> {
    pub(super) fn proxy_impl(&self, item: &Interface, constants: &Constants<'_>) -> TokenStream {
        let proxy = self.branded(&item.named(), &names::proxy(&item.name));
        let generics = self.generics(&item.parameters).bounded;
        let phantom = self.phantom(item).value;
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
        let also_destroy =
            (!others.is_empty()).then(|| quote!(.also_destroy(&[#(Self::#others),*])));
        quote! {
            impl #generics rt::Proxy for #proxy {
                const INTERFACE: &'static rt::Interface =
                    &rt::Interface::new(#name, #id, &[#(Self::#methods),*])
                        #construct #destroy #also_destroy;

                fn from_object(object: rt::Object) -> Self {
                    Self(object #phantom)
                }

                fn object(&self) -> &rt::Object {
                    &self.0
                }
            }
        }
    }
}

/// The constants that describe the methods of an interface to the runtime.
pub(super) struct Constants<'m>(Vec<(Member<'m>, Ident)>);

impl<'m> Constants<'m> {
    pub(super) fn new(members: Vec<Member<'m>>) -> Self {
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

    pub(super) fn iter(&self) -> impl Iterator<Item = &(Member<'m>, Ident)> {
        self.0.iter()
    }

    pub(super) fn name(&self, member: Member<'_>) -> Ident {
        let known = self.iter().find(|(other, _)| other.is(&member));
        match known {
            Some((_, name)) => name.clone(),
            None => names::ident(&names::shouty(&member.method.name)),
        }
    }

    pub(super) fn declaration(&self, member: Member<'m>, constant: &Ident) -> TokenStream {
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
        let object = match method.results.fields.as_slice() {
            [result] if may_be_object(&result.ty) => {
                let pointer = names::number(result.offset);
                Some(quote!(.object(#pointer)))
            }
            _ => None,
        };
        let cancel_with = self.canceller(member).map(|canceller| {
            let canceller = self.name(canceller);
            quote!(.cancel_with(Self::#canceller))
        });
        let streaming = method.streaming.then(|| quote!(.streaming()));
        quote! {
            const #constant: &rt::Method =
                &rt::Method::new(#id, #ordinal, #name)
                    #params #results #context #thread_map #object #streaming #cancel_with;
        }
    }

    /// The method that ends calls of this one: one of the same interface, before one that it inherits.
    fn canceller(&self, member: Member<'m>) -> Option<Member<'m>> {
        let name = member.method.cancel_with.as_ref()?;
        let namesakes = self.iter().map(|(other, _)| *other);
        let mut namesakes: Vec<_> = namesakes
            .filter(|other| other.method.name == *name)
            .collect();
        namesakes.sort_by_key(|other| other.interface.id != member.interface.id);
        namesakes.first().copied()
    }
}

/// Whether a result can be an object that is called before it is there.
fn may_be_object(ty: &Type) -> bool {
    match ty {
        Type::Interface(_) | Type::Parameter(_) | Type::AnyPointer | Type::Capability => true,
        Type::Bound(ty) => may_be_object(ty),
        _ => false,
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

/// An interface id as schemas write it.
pub(super) fn hex(id: u64) -> TokenStream {
    // Sixteen hexadecimal digits are always a literal.
    format!("{id:#018x}").parse().unwrap_or_default()
}
