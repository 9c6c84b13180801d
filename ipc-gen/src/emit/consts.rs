//! Constants and the literals of defaults.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::Emitter;
use super::docs::docs;
use crate::model::types::Value;
use crate::model::{Const, ConstType};
use crate::names;

impl Emitter<'_> {
    pub(super) fn constant(&self, item: &Const) -> TokenStream {
        let docs = docs(&item.docs, &format!("The constant `{}`.", item.name));
        let name = names::ident(&names::shouty(&item.name));
        let (ty, suffix) = match item.ty {
            ConstType::Scalar(scalar) => {
                let suffix = scalar.rust();
                let scalar = names::ident(suffix);
                (quote!(#scalar), suffix)
            }
            ConstType::Text => (quote!(&str), ""),
            ConstType::Data => (quote!(&[u8]), ""),
        };
        let value = plain_literal(&item.value, suffix);
        quote! {
            #docs
            pub const #name: #ty = #value;
        }
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
