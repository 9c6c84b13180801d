//! Unions: enums with a variant for each member, and one for the members of newer schemas.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Emitter;
use super::docs;
use super::values::{Absent, Source};
use crate::model::{Field, Type, Union};
use crate::names;

impl Emitter<'_> {
    pub(super) fn union(&self, item: &Union) -> Vec<TokenStream> {
        let name = names::ident(&item.name);
        let generics = self.generics(&item.parameters);
        let (generics, arguments) = (&generics.bounded, &generics.plain);
        let type_docs = self.type_docs(&item.docs, "union", &item.name, &item.record);
        let first = item.numbers.iter().position(|number| *number == 0);
        let first = first.and_then(|first| item.record.fields.get(first));
        let plain = first.filter(|first| matches!(first.ty, Type::Void));
        let comparison = self.comparison(&item.record);
        let default = plain.is_some().then(|| quote!(, Default));
        let serde = self.serde_enum(&item.record, &item.parameters);
        let variants = item.record.fields.iter().map(|member| {
            let docs = docs::docs(&member.docs, &format!("The member `{}`.", member.name));
            let default = plain
                .is_some_and(|plain| plain.name == member.name)
                .then(|| quote!(#[default]));
            let variant = variant_ident(member);
            let rename = self.serde_name(&item.record, &member.name, &variant);
            let payload = payload(member).then(|| {
                let ty = self.owned(member);
                quote!((#ty))
            });
            quote!(#docs #rename #default #variant #payload,)
        });
        let unknown = unknown_ident(item.record.fields.iter().map(variant_ident));
        let large = (item.record.fields.iter()).any(|field| {
            matches!(field.ty, Type::Struct(_) | Type::Group(_) | Type::Custom(_)) && !field.boxed
        });
        let allow = large
            .then(|| quote!(#[allow(clippy::large_enum_variant, reason = "the schema has it so")]));
        let mut items = vec![quote! {
            #type_docs
            #[derive(Clone, Debug #comparison #default)]
            #serde
            #allow
            pub enum #name #arguments {
                #(#variants)*
                /// A member that the schema does not name: the peer's schema is newer.
                #unknown(u16),
            }
        }];
        if plain.is_none() {
            let default = self.paths.prelude("Default");
            let value = match first {
                Some(first) => {
                    let variant = variant_ident(first);
                    let value = self.default_value(first);
                    quote!(Self::#variant(#value))
                }
                None => quote!(Self::#unknown(0)),
            };
            items.push(quote! {
                impl #generics #default for #name #arguments {
                    fn default() -> Self {
                        #value
                    }
                }
            });
        }
        items.push(self.union_impl(item, &unknown));
        items
    }

    fn union_impl(&self, item: &Union, unknown: &Ident) -> TokenStream {
        let name = names::ident(&item.name);
        let generics = self.generics(&item.parameters);
        let (generics, arguments) = (&generics.bounded, &generics.plain);
        let (data_words, pointers) = (
            names::number(item.record.data_words),
            names::number(item.record.pointers),
        );
        let (reader, builder) = (names::ident("reader"), names::ident("builder"));
        let tag = names::number(item.tag);
        let result = self.paths.result(&quote!(Self));
        let reads = item
            .record
            .fields
            .iter()
            .zip(&item.numbers)
            .map(|(member, number)| {
                let (number, variant) = (names::number(*number), variant_ident(member));
                if payload(member) {
                    let value = self.read(&reader, member, Absent::IsDefault).value();
                    quote!(#number => Self::#variant(#value),)
                } else {
                    quote!(#number => Self::#variant,)
                }
            });
        let writes = item
            .record
            .fields
            .iter()
            .zip(&item.numbers)
            .map(|(member, number)| {
                let (number, variant) = (names::suffixed(*number), variant_ident(member));
                if payload(member) {
                    let source = Source::Reference(quote!(value));
                    let write = self.write(&builder, member, &source);
                    quote! {
                        Self::#variant(value) => {
                            #builder.set_scalar(#tag, #number, 0);
                            #write;
                        }
                    }
                } else {
                    quote!(Self::#variant => #builder.set_scalar(#tag, #number, 0),)
                }
            });
        quote! {
            impl #generics rt::Struct for #name #arguments {
                const DATA_WORDS: u16 = #data_words;
                const POINTERS: u16 = #pointers;

                fn read(#reader: &rt::StructReader<'_>) -> #result {
                    Ok(match #reader.scalar(#tag, 0u16) {
                        #(#reads)*
                        number => Self::#unknown(number),
                    })
                }

                fn write(&self, #builder: &mut rt::StructBuilder<'_>) {
                    match self {
                        #(#writes)*
                        Self::#unknown(number) => #builder.set_scalar(#tag, *number, 0),
                    }
                }
            }
        }
    }
}

/// The variant of a union's member.
pub(super) fn variant_ident(member: &Field) -> Ident {
    names::ident(&names::camel(member.rust_name()))
}

/// The variant for what the schema does not name, unless the schema names one so.
pub(crate) fn unknown_ident(named: impl Iterator<Item = Ident>) -> Ident {
    names::fresh("Unknown", &named.collect::<Vec<_>>())
}

fn payload(member: &Field) -> bool {
    !matches!(member.ty, Type::Void)
}
