//! The attributes by which serde reads and writes generated types, with the schema's names.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Emitter;
use crate::model::{Field, Record, Type};

impl Emitter<'_> {
    /// What a struct derives; missing fields have the schema's defaults. Objects cannot be written.
    pub(super) fn serde_struct(&self, record: &Record, parameters: &[String]) -> TokenStream {
        let derive = self.serde_enum(record, parameters);
        if derive.is_empty() {
            return derive;
        }
        quote!(#derive #[serde(default)])
    }

    /// What an enum or union derives.
    pub(super) fn serde_enum(&self, record: &Record, parameters: &[String]) -> TokenStream {
        if !self.has_serde(record) {
            return quote!();
        }
        let derive = quote!(#[derive(::serde::Serialize, ::serde::Deserialize)]);
        if parameters.is_empty() {
            return derive;
        }
        // Where a field is missing, its default is needed.
        let bounds: Vec<_> = (parameters.iter())
            .map(|name| format!("{name}: rt::PointerValue + ::serde::Deserialize<'de>"))
            .collect();
        let bounds = bounds.join(", ");
        quote!(#derive #[serde(bound(deserialize = #bounds))])
    }

    /// What a field of a struct carries. An unnamed union's member stands among the fields.
    pub(super) fn serde_field(&self, record: &Record, field: &Field, rust: &Ident) -> TokenStream {
        match field.ty {
            _ if !self.has_serde(record) => quote!(),
            Type::Union(_) => quote!(#[serde(flatten)]),
            _ => self.serde_name(record, &field.name, rust),
        }
    }

    /// The schema's name, where Rust has another one.
    pub(super) fn serde_name(&self, record: &Record, name: &str, rust: &Ident) -> TokenStream {
        if !self.has_serde(record) || rust.to_string().trim_start_matches("r#") == name {
            return quote!();
        }
        quote!(#[serde(rename = #name)])
    }

    fn has_serde(&self, record: &Record) -> bool {
        self.options.serde && self.is_comparable(record)
    }
}
