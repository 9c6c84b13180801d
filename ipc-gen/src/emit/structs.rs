//! Structs, and the enums that count among them.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Emitter;
use super::docs::docs;
use super::rt::idents;
use super::unions::unknown_ident;
use super::values::{Absent, Source};
use crate::model::{Enum, Field, Item, Named, Record, Struct, Type};
use crate::names;

/// From where on Clippy may find a field's type too complex.
const DEEP_TYPE: usize = 5;

impl Emitter<'_> {
    pub(super) fn structure(&self, item: &Struct) -> Vec<TokenStream> {
        let name = names::ident(&item.name);
        let generics = self.generics(&item.parameters);
        let arguments = &generics.plain;
        let docs = self.type_docs(&item.docs, "struct", &item.name, &item.record);
        let fields = self.fields_with(&item.record, "field", |field, name| {
            self.serde_field(&item.record, field, name)
        });
        let serde = self.serde_struct(&item.record, &item.parameters);
        let comparison = self.comparison(&item.record);
        let zero = item.record.fields.iter().all(has_plain_default);
        let default = zero.then(|| quote!(, Default));
        let mut items = vec![quote! {
            #docs
            #[derive(Clone, Debug #comparison #default)]
            #serde
            pub struct #name #arguments { #fields }
        }];
        if !zero {
            items.push(self.default_impl(&name, &generics, &item.record));
        }
        items.push(self.struct_impl(&name, &generics, &item.record));
        items
    }

    /// What stands above a struct or union.
    pub(super) fn type_docs(
        &self,
        comment: &str,
        kind: &str,
        name: &str,
        record: &Record,
    ) -> TokenStream {
        let docs = docs(comment, &format!("The {kind} `{name}`."));
        if self.is_comparable(record) {
            return docs;
        }
        quote! {
            #docs
            ///
            /// It can hold references to objects, so two of it cannot be compared.
        }
    }

    /// The derive for `==`, where every field has it.
    pub(super) fn comparison(&self, record: &Record) -> Option<TokenStream> {
        self.is_comparable(record).then(|| quote!(, PartialEq))
    }

    pub(super) fn is_comparable(&self, record: &Record) -> bool {
        (record.fields.iter()).all(|field| self.model.is_comparable(&field.ty))
    }

    /// The type parameters of a struct or union.
    pub(super) fn generics(&self, parameters: &[String]) -> Generics {
        if parameters.is_empty() {
            return Generics::default();
        }
        let names: Vec<_> = parameters.iter().map(|name| names::ident(name)).collect();
        let bounds = self.bounds(parameters);
        Generics {
            plain: quote!(<#(#names),*>),
            bounded: quote!(<#(#bounds),*>),
        }
    }

    /// Each type parameter with what it has to be.
    pub(super) fn bounds(&self, parameters: &[String]) -> Vec<TokenStream> {
        let names = parameters.iter().map(|name| names::ident(name));
        names.map(|name| quote!(#name: rt::PointerValue)).collect()
    }

    /// The fields of a struct that stands for a record.
    pub(super) fn fields(&self, record: &Record, kind: &str) -> TokenStream {
        self.fields_with(record, kind, |_, _| quote!())
    }

    fn fields_with(
        &self,
        record: &Record,
        kind: &str,
        attributes: impl Fn(&Field, &Ident) -> TokenStream,
    ) -> TokenStream {
        let fields = record.fields.iter().map(|field| {
            let docs = docs(&field.docs, &format!("The {kind} `{}`.", field.name));
            let name = field_ident(field);
            let ty = self.owned(field);
            let attributes = attributes(field, &name);
            let deep = (field.ty.depth() >= DEEP_TYPE).then(
                || quote!(#[allow(clippy::type_complexity, reason = "the schema has it so")]),
            );
            quote!(#docs #deep #attributes pub #name: #ty,)
        });
        quote!(#(#fields)*)
    }

    pub(super) fn default_impl(
        &self,
        name: &Ident,
        generics: &Generics,
        record: &Record,
    ) -> TokenStream {
        let default = self.paths.prelude("Default");
        let (bounded, plain) = (&generics.bounded, &generics.plain);
        let fields = record.fields.iter().map(|field| {
            let name = field_ident(field);
            let value = self.default_value(field);
            quote!(#name: #value,)
        });
        quote! {
            impl #bounded #default for #name #plain {
                fn default() -> Self {
                    Self { #(#fields)* }
                }
            }
        }
    }

    pub(super) fn struct_impl(
        &self,
        name: &Ident,
        generics: &Generics,
        record: &Record,
    ) -> TokenStream {
        let (bounded, plain) = (&generics.bounded, &generics.plain);
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
        let writes = writes.filter(|write| !write.is_empty());
        let writes: Vec<_> = writes.collect();
        if !mentions(&quote!(#(#reads)*), &reader) {
            reader = names::ident("_reader");
        }
        if writes.is_empty() {
            builder = names::ident("_builder");
        }
        let schema_name = self
            .options
            .beside
            .as_ref()
            .and_then(|beside| beside.name.as_ref());
        let schema_name = schema_name.map(|name| {
            let option = self.paths.prelude("Option");
            quote!(const SCHEMA_NAME: #option<&'static str> = Some(#name);)
        });
        quote! {
            impl #bounded rt::Struct for #name #plain {
                #schema_name
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
        let plain = Record::default();
        let numbers: Vec<_> = (0u32..).take(idents.len()).map(names::number).collect();
        let variants =
            item.enumerants
                .iter()
                .zip(&idents)
                .enumerate()
                .map(|(number, (one, ident))| {
                    let docs = docs(&one.docs, &format!("The enumerant `{}`.", one.name));
                    let default = (number == 0).then(|| quote!(#[default]));
                    let rename = self.serde_name(&plain, &one.name, ident);
                    quote!(#docs #rename #default #ident,)
                });
        let unknown = unknown_ident(idents.iter().cloned());
        let serde = self.serde_enum(&plain, &[]);
        let declaration = quote! {
            #enum_docs
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
            #serde
            pub enum #name {
                #(#variants)*
                /// A number that the schema does not name: the peer's schema is newer.
                #unknown(u16),
            }
        };
        let conversions = quote! {
            impl #name {
                /// The value that a message means by a number.
                pub const fn from_number(number: u16) -> Self {
                    match number {
                        #(#numbers => Self::#idents,)*
                        _ => Self::#unknown(number),
                    }
                }

                /// The number that stands for the value in messages.
                pub const fn number(self) -> u16 {
                    match self {
                        #(Self::#idents => #numbers,)*
                        Self::#unknown(number) => number,
                    }
                }
            }
        };
        let vec = self.paths.prelude("Vec");
        let read = self.paths.result(&quote!(#vec<Self>));
        let in_lists = quote! {
            impl rt::ListItem for #name {
                fn read_list(list: rt::PointerReader<'_>) -> #read {
                    list.enums(Self::from_number)
                }

                fn write_list(list: rt::PointerBuilder<'_>, items: &[Self]) {
                    list.set_enums(items, Self::number);
                }
            }
        };
        vec![declaration, conversions, in_lists]
    }

    /// An enum's value by its number.
    pub(super) fn enumerant(&self, named: &Named, number: u16) -> TokenStream {
        let ty = self.path_to(named, &named.place.name);
        let known = match self.model.item(&named.place) {
            Some(Item::Enum(item)) => item.enumerants.get(usize::from(number)),
            _ => None,
        };
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

/// Whether a derived `Default` gives the field its default, with no more to be asked of the struct's type
/// parameters than `Default`.
fn has_plain_default(field: &Field) -> bool {
    let plain = match &field.ty {
        Type::Custom(_) => false,
        Type::Struct(_) | Type::Group(_) | Type::Union(_) => !field.ty.is_open(),
        _ => true,
    };
    field.starts_as_none() || (plain && field.default.is_zero())
}

/// The type parameters of a declaration, as it is declared and as it is used.
#[derive(Default)]
pub(super) struct Generics {
    pub(super) plain: TokenStream,
    pub(super) bounded: TokenStream,
}

/// The Rust name of a field, parameter or result.
pub(super) fn field_ident(field: &Field) -> Ident {
    names::ident(&names::snake(field.rust_name()))
}

pub(crate) fn enumerant_ident(name: &str) -> Ident {
    names::ident(&names::camel(name))
}

/// Whether the tokens use a name.
pub(super) fn mentions(tokens: &TokenStream, name: &Ident) -> bool {
    let mut found = BTreeSet::new();
    idents(tokens, &mut found);
    found.contains(&name.to_string())
}
