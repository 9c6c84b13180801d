//! Constants and the literals of defaults.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::Emitter;
use super::docs::docs;
use super::structs::field_ident;
use super::unions::variant_ident;
use crate::model::types::Value;
use crate::model::{Const, Field, Item, Named, Presence, Type, Union, capitalized};
use crate::names;

impl Emitter<'_> {
    pub(super) fn constant(&self, item: &Const) -> TokenStream {
        let docs = docs(&item.docs, &format!("The constant `{}`.", item.name));
        let name = names::ident(&item.rust_name());
        if item.is_function() {
            let ty = self.owned_type(&item.ty);
            let value = self.value(&item.ty, &item.value);
            return quote! {
                #docs
                pub fn #name() -> #ty { #value }
            };
        }
        let (ty, value) = match (&item.ty, &item.value) {
            (Type::Scalar(scalar), value) => {
                let literal = plain_literal(value, scalar.rust());
                let scalar = names::ident(scalar.rust());
                (quote!(#scalar), literal)
            }
            (Type::Text, value) => (quote!(&str), literal(value, "")),
            (Type::Data, value) => {
                let bytes = Literal::byte_string(&bytes(value));
                (quote!(&[u8]), quote!(#bytes))
            }
            (ty, value) => (self.owned_type(ty), self.value(ty, value)),
        };
        quote! {
            #docs
            pub const #name: #ty = #value;
        }
    }

    /// The value that a field has by default.
    pub(super) fn default_value(&self, field: &Field) -> TokenStream {
        if field.starts_as_none() {
            return quote!(None);
        }
        let value = self.initial_value(field);
        if field.boxed {
            let boxed = self.paths.prelude("Box");
            quote!(Some(#boxed::new(#value)))
        } else {
            value
        }
    }

    /// The value of a field that is there, where nothing else is said.
    fn initial_value(&self, field: &Field) -> TokenStream {
        if field.default.is_zero() && !matches!(field.ty, Type::Void | Type::Custom(_)) {
            let default = self.paths.prelude("Default");
            return quote!(#default::default());
        }
        self.value(&field.ty, &field.default)
    }

    /// An expression for a value.
    pub(super) fn value(&self, ty: &Type, value: &Value) -> TokenStream {
        match (ty, value) {
            (Type::Void, _) => quote!(()),
            (Type::Custom(custom), value) => self.converted_value(custom, value),
            (Type::Scalar(scalar), value) => plain_literal(value, scalar.rust()),
            (Type::Enum(named), Value::Enum(number)) => self.enumerant(named, *number),
            (Type::Text, Value::Text(text)) => {
                if self.paths.declares("ToOwned") {
                    quote!(::std::borrow::ToOwned::to_owned(#text))
                } else {
                    quote!(#text.to_owned())
                }
            }
            (Type::Data, Value::Data(_) | Value::List(_)) => {
                let bytes = Literal::byte_string(&bytes(value));
                quote!(#bytes.to_vec())
            }
            (Type::List(element), Value::List(values)) if !values.is_empty() => {
                let values = values.iter().map(|value| self.value(element, value));
                let vec = self.paths.prelude("Vec");
                if self.paths.declares("From") {
                    quote!(<[_]>::to_vec(&[#(#values),*]))
                } else {
                    quote!(#vec::from([#(#values),*]))
                }
            }
            (Type::Struct(named) | Type::Group(named) | Type::Union(named), Value::Struct(_)) => {
                self.struct_value(named, value)
            }
            _ => {
                let default = self.paths.prelude("Default");
                quote!(#default::default())
            }
        }
    }

    fn struct_value(&self, named: &Named, value: &Value) -> TokenStream {
        let path = self.path_to(named, &named.place.name);
        match self.model.item(&named.place) {
            Some(Item::Struct(item)) => {
                let fields = item.record.fields.iter().map(|field| {
                    let name = field_ident(field);
                    let value = self.field_value(field, value);
                    quote!(#name: #value)
                });
                quote!(#path { #(#fields),* })
            }
            Some(Item::Union(item)) => self.union_value(&path, item, value),
            _ => quote!(#path::default()),
        }
    }

    fn union_value(&self, path: &TokenStream, item: &Union, value: &Value) -> TokenStream {
        let Value::Struct(values) = value else {
            return quote!(#path::default());
        };
        let member = item
            .record
            .fields
            .iter()
            .find(|field| values.contains_key(&field.name));
        match member {
            Some(member) => {
                let variant = variant_ident(member);
                if matches!(member.ty, Type::Void) {
                    quote!(#path::#variant)
                } else {
                    let payload = self.field_value(member, value);
                    quote!(#path::#variant(#payload))
                }
            }
            None => quote!(#path::default()),
        }
    }

    /// The value of a field of a struct whose value is known.
    fn field_value(&self, field: &Field, of: &Value) -> TokenStream {
        let Value::Struct(values) = of else {
            return self.default_value(field);
        };
        if matches!(field.ty, Type::Union(_)) {
            return self.value(&field.ty, of);
        }
        let value = values.get(&field.name).unwrap_or(&Value::Nothing);
        let present = match &field.presence {
            Presence::Always => true,
            Presence::Flag(_) => {
                let flag = values.get(&format!("has{}", capitalized(&field.name)));
                matches!(flag, Some(Value::Bool(true)))
            }
            Presence::Pointer | Presence::Asked(_) => !matches!(value, Value::Nothing),
        };
        if !present {
            return quote!(None);
        }
        let value = if matches!(value, Value::Nothing) {
            self.initial_value(field)
        } else {
            self.value(&field.ty, value)
        };
        let value = if field.boxed {
            let boxed = self.paths.prelude("Box");
            quote!(#boxed::new(#value))
        } else {
            value
        };
        if field.is_optional() {
            quote!(Some(#value))
        } else {
            value
        }
    }
}

/// The bytes of Data, or of a list of bytes.
pub(super) fn bytes(value: &Value) -> Vec<u8> {
    match value {
        Value::Data(bytes) => bytes.clone(),
        Value::List(values) => (values.iter())
            .map(|value| match value {
                Value::Integer(value) => u8::try_from(*value).unwrap_or_default(),
                _ => 0,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// The value as a literal where its type is known from elsewhere.
pub(super) fn plain_literal(value: &Value, ty: &str) -> TokenStream {
    // What has no literal is a constant of its type.
    literal(value, if value.is_finite() { "" } else { ty })
}

/// The value as a literal. Numbers get the suffix, which may be empty.
pub(super) fn literal(value: &Value, suffix: &str) -> TokenStream {
    match value {
        Value::Bool(value) => quote!(#value),
        Value::Integer(value) => signed(*value < 0, &format!("{}{suffix}", value.unsigned_abs())),
        Value::Float32(value) => float(
            f64::from(*value),
            &format!("{:?}{suffix}", value.abs()),
            suffix,
        ),
        Value::Float64(value) => float(*value, &format!("{:?}{suffix}", value.abs()), suffix),
        Value::Enum(value) => {
            let value = names::number(*value);
            quote!(#value)
        }
        Value::Text(value) => quote!(#value),
        Value::Data(value) => {
            let value = Literal::byte_string(value);
            quote!(#value)
        }
        Value::List(_) | Value::Struct(_) | Value::Nothing => quote!(()),
    }
}

fn float(value: f64, magnitude: &str, suffix: &str) -> TokenStream {
    let ty = names::ident(if suffix.is_empty() { "f64" } else { suffix });
    if value.is_nan() {
        quote!(#ty::NAN)
    } else if value == f64::INFINITY {
        quote!(#ty::INFINITY)
    } else if value == f64::NEG_INFINITY {
        quote!(#ty::NEG_INFINITY)
    } else {
        signed(value.is_sign_negative(), magnitude)
    }
}

fn signed(negative: bool, magnitude: &str) -> TokenStream {
    // Digits, a point, an exponent and a suffix are always a literal.
    let magnitude: TokenStream = magnitude.parse().unwrap_or_default();
    if negative {
        quote!(-#magnitude)
    } else {
        magnitude
    }
}
