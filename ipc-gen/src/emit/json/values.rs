//! The JSON form of structs, unions and enums.

use proc_macro2::TokenStream;
use quote::quote;

use crate::emit::structs::field_ident;
use crate::emit::unions::variant_ident;
use crate::emit::{Emitter, unknown_ident};
use crate::model::{Enum, Field, Member, Record, Struct, Type, Union};
use crate::names;

impl Emitter<'_> {
    pub(in crate::emit) fn json_struct(&self, item: &Struct) -> TokenStream {
        let name = names::ident(&item.name);
        let default = self.paths.prelude("Default");
        let reads = in_order(&item.record).map(|field| {
            let rust = field_ident(field);
            match &field.ty {
                Type::Union(_) => quote!(fields.take_member(&mut this.#rust)?;),
                _ => {
                    let name = &field.name;
                    quote!(fields.take(#name, &mut this.#rust)?;)
                }
            }
        });
        let mut read = quote! {
            let mut this = <Self as #default>::default();
            #(#reads)*
            fields.end(this)
        };
        let mut fields = quote!(let mut fields);
        if item.record.fields.is_empty() {
            read = quote!(fields.end(Self {}));
            fields = quote!(let fields);
        }
        self.json_impl(
            &quote!(#name),
            &item.parameters,
            &write(&item.record),
            &quote! {
                #fields = json_rt::read(value, side)?;
                #read
            },
        )
    }

    /// What a method returns, if that is several results.
    pub(super) fn json_results(&self, member: Member<'_>) -> TokenStream {
        let results = &member.method.results;
        let reads = in_order(results).map(|field| {
            let (rust, name) = (field_ident(field), &field.name);
            quote!(#rust: fields.need(#name)?,)
        });
        let read = quote! {
            let mut fields = json_rt::read(value, side)?;
            let this = Self { #(#reads)* };
            fields.end(this)
        };
        let name = names::results_struct(&member.interface.name, &member.method.name);
        let name = names::ident(&name);
        self.json_impl(&quote!(#name), &[], &write(results), &read)
    }

    pub(in crate::emit) fn json_union(&self, item: &Union) -> TokenStream {
        let name = names::ident(&item.name);
        let members = || {
            item.record
                .fields
                .iter()
                .map(|member| (&member.name, member))
        };
        let writes = members().map(|(name, member)| {
            let variant = variant_ident(member);
            match member.ty {
                Type::Void => quote!(Self::#variant => json_rt::member(#name, &(), side),),
                _ => quote!(Self::#variant(value) => json_rt::member(#name, value, side),),
            }
        });
        let reads = members().map(|(name, member)| {
            let variant = variant_ident(member);
            let value = quote!(json_rt::named(#name, value, side)?);
            match member.ty {
                Type::Void => quote!(#name => {
                    let () = #value;
                    Ok(Self::#variant)
                }),
                _ => quote!(#name => Ok(Self::#variant(#value)),),
            }
        });
        let unknown = unknown_ident(item.record.fields.iter().map(variant_ident));
        self.json_impl(
            &quote!(#name),
            &item.parameters,
            &quote! {
                match self {
                    #(#writes)*
                    Self::#unknown(_) => Err(json_rt::no_json("a member of a newer schema")),
                }
            },
            &quote! {
                let (name, value) = json_rt::one_member(value)?;
                match name.as_str() {
                    #(#reads)*
                    other => Err(json_rt::no_member(other)),
                }
            },
        )
    }

    pub(in crate::emit) fn json_enum(&self, item: &Enum) -> TokenStream {
        let name = names::ident(&item.name);
        let names = item.enumerants.iter().map(|one| &one.name);
        let implementation = self.json_impl(
            &quote!(#name),
            &[],
            &quote!(Ok(json_rt::enumerant(Self::NAMES, self.number()))),
            &quote!(json_rt::number(Self::NAMES, &value).map(Self::from_number)),
        );
        quote! {
            impl #name {
                /// The schema's names, by number.
                const NAMES: &[&'static str] = &[#(#names),*];
            }

            #implementation
        }
    }

    /// The JSON form of a type of this module, by the bodies of the two functions.
    pub(super) fn json_impl(
        &self,
        name: &TokenStream,
        parameters: &[String],
        write: &TokenStream,
        read: &TokenStream,
    ) -> TokenStream {
        let (mut bounded, mut plain) = (quote!(), quote!());
        if !parameters.is_empty() {
            let names: Vec<_> = parameters.iter().map(|name| names::ident(name)).collect();
            bounded = quote!(<#(#names: rt::PointerValue + json_rt::JsonValue),*>);
            plain = quote!(<#(#names),*>);
        }
        let value = quote!(json_rt::Value);
        let (written, made) = (self.paths.result(&value), self.paths.result(&quote!(Self)));
        let used = |body: &TokenStream, name: &str| {
            let ident = names::ident(name);
            match crate::emit::structs::mentions(body, &ident) {
                true => ident,
                false => names::ident(&format!("_{name}")),
            }
        };
        let (writing, reading, read_value) =
            (used(write, "side"), used(read, "side"), used(read, "value"));
        quote! {
            impl #bounded json_rt::JsonValue for #name #plain {
                fn to_json(&self, #writing: json_rt::Side<'_>) -> #written {
                    #write
                }

                fn from_json(#read_value: #value, #reading: json_rt::Side<'_>) -> #made {
                    #read
                }
            }
        }
    }
}

/// Writes the fields of `self`.
fn write(record: &Record) -> TokenStream {
    let puts = in_order(record).map(|field| {
        let rust = field_ident(field);
        match &field.ty {
            Type::Union(_) => quote!(.put_member(&self.#rust)?),
            _ => {
                let name = &field.name;
                quote!(.put(#name, &self.#rust)?)
            }
        }
    });
    quote!(Ok(json_rt::write(side)#(#puts)*.end()))
}

/// The fields, and last the union that stands among them: it takes what is left.
fn in_order(record: &Record) -> impl Iterator<Item = &Field> {
    let is_union = |field: &&Field| matches!(field.ty, Type::Union(_));
    let fields = record.fields.iter();
    (fields.clone().filter(move |field| !is_union(field))).chain(fields.filter(is_union))
}
