//! Structs, and the enums that count among them.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Emitter;
use super::consts::plain_literal;
use super::docs::docs;
use super::values::{Absent, Source};
use crate::model::{Enum, Field, Item, Named, Record, Struct, Type};
use crate::names;

impl Emitter<'_> {
    pub(super) fn structure(&self, item: &Struct) -> Vec<TokenStream> {
        let name = names::ident(&item.name);
        let docs = docs(&item.docs, &format!("The struct `{}`.", item.name));
        let fields = self.fields(&item.record, "field");
        let zero = item
            .record
            .fields
            .iter()
            .all(|field| field.is_optional() || starts_at_zero(field));
        let default = zero.then(|| quote!(, Default));
        let mut items = vec![quote! {
            #docs
            #[derive(Clone, Debug, PartialEq #default)]
            pub struct #name { #fields }
        }];
        if !zero {
            items.push(self.default_impl(&name, &item.record));
        }
        items.push(self.struct_impl(&name, &item.record));
        items
    }

    /// The fields of a struct that stands for a record.
    pub(super) fn fields(&self, record: &Record, kind: &str) -> TokenStream {
        let fields = record.fields.iter().map(|field| {
            let docs = docs(&field.docs, &format!("The {kind} `{}`.", field.name));
            let name = field_ident(field);
            let ty = self.owned(field);
            quote!(#docs pub #name: #ty,)
        });
        quote!(#(#fields)*)
    }

    fn default_impl(&self, name: &Ident, record: &Record) -> TokenStream {
        let default = self.paths.prelude("Default");
        let fields = record.fields.iter().map(|field| {
            let name = field_ident(field);
            let value = match &field.ty {
                _ if field.is_optional() => quote!(None),
                Type::Scalar(scalar, value) if !value.is_zero() => {
                    plain_literal(value, scalar.rust())
                }
                Type::Enum(named, number) => self.enumerant(named, *number),
                _ => quote!(#default::default()),
            };
            quote!(#name: #value,)
        });
        quote! {
            impl #default for #name {
                fn default() -> Self {
                    Self { #(#fields)* }
                }
            }
        }
    }

    fn struct_impl(&self, name: &Ident, record: &Record) -> TokenStream {
        let (data_words, pointers) = (
            names::number(record.data_words),
            names::number(record.pointers),
        );
        let result = self.paths.result(&quote!(Self));
        let (mut reader, mut builder) = (names::ident("reader"), names::ident("builder"));
        let reads = record.fields.iter().map(|field| {
            let name = field_ident(field);
            let value = self.read(&reader, field, Absent::IsDefault).value();
            quote!(#name: #value,)
        });
        let reads: Vec<_> = reads.collect();
        let writes = record.fields.iter().map(|field| {
            let name = field_ident(field);
            self.write(&builder, field, &Source::Owned(quote!(self.#name)))
        });
        let writes: Vec<_> = writes.collect();
        if record.fields.is_empty() {
            (reader, builder) = (names::ident("_reader"), names::ident("_builder"));
        }
        quote! {
            impl rt::Struct for #name {
                const DATA_WORDS: u16 = #data_words;
                const POINTERS: u16 = #pointers;

                fn read(#reader: &rt::StructReader<'_>) -> #result {
                    Ok(Self { #(#reads)* })
                }

                fn write(&self, #builder: &mut rt::StructBuilder<'_>) {
                    #(#writes;)*
                }
            }
        }
    }

    pub(super) fn enumeration(&self, item: &Enum) -> Vec<TokenStream> {
        let name = names::ident(&item.name);
        let enum_docs = docs(&item.docs, &format!("The enum `{}`.", item.name));
        let idents: Vec<_> = item
            .enumerants
            .iter()
            .map(|one| enumerant_ident(&one.name))
            .collect();
        let numbers: Vec<_> = (0u32..).take(idents.len()).map(names::number).collect();
        let variants =
            item.enumerants
                .iter()
                .zip(&idents)
                .enumerate()
                .map(|(number, (one, ident))| {
                    let docs = docs(&one.docs, &format!("The enumerant `{}`.", one.name));
                    let default = (number == 0).then(|| quote!(#[default]));
                    quote!(#docs #default #ident,)
                });
        let declaration = quote! {
            #enum_docs
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
            pub enum #name {
                #(#variants)*
                /// A number that the schema does not name: the peer's schema is newer.
                Unknown(u16),
            }
        };
        let conversions = quote! {
            impl #name {
                /// The value that a message means by a number.
                pub const fn from_number(number: u16) -> Self {
                    match number {
                        #(#numbers => Self::#idents,)*
                        _ => Self::Unknown(number),
                    }
                }

                /// The number that stands for the value in messages.
                pub const fn number(self) -> u16 {
                    match self {
                        #(Self::#idents => #numbers,)*
                        Self::Unknown(number) => number,
                    }
                }
            }
        };
        vec![declaration, conversions]
    }

    /// An enum's value by its number.
    fn enumerant(&self, named: &Named, number: u16) -> TokenStream {
        let ty = self.path_to(named, &named.name);
        let items = self
            .model
            .file_of(named)
            .map(|file| file.items.as_slice())
            .unwrap_or_default();
        let known = items.iter().find_map(|item| match item {
            Item::Enum(item) if item.name == named.name => item.enumerants.get(usize::from(number)),
            _ => None,
        });
        match known {
            Some(known) => {
                let known = enumerant_ident(&known.name);
                quote!(#ty::#known)
            }
            None => {
                let number = names::number(number);
                quote!(#ty::from_number(#number))
            }
        }
    }
}

/// The Rust name of a field, parameter or result.
pub(super) fn field_ident(field: &Field) -> Ident {
    names::ident(&names::snake(&field.name))
}

fn enumerant_ident(name: &str) -> Ident {
    names::ident(&names::camel(name))
}

fn starts_at_zero(field: &Field) -> bool {
    match &field.ty {
        Type::Scalar(_, default) => default.is_zero(),
        Type::Enum(_, default) => *default == 0,
        _ => true,
    }
}
