//! The JSON form of the errors that methods declare.

use proc_macro2::TokenStream;
use quote::quote;

use crate::emit::Emitter;
use crate::emit::errors::{arm, own_arms};
use crate::model::Member;

impl Emitter<'_> {
    /// How what a method fails with is written and read, if that is a type of its own.
    pub(super) fn json_failure(&self, member: Member<'_>) -> Option<TokenStream> {
        if !member.method.has_error_type() {
            return None;
        }
        let error = self.error(member);
        let option = self.paths.prelude("Option");
        let written = self.paths.result(&quote!(#option<json_rt::Value>));
        let read = self.paths.result(&quote!(Self));
        let writes = own_arms(member).map(|field| {
            let (arm, name) = (arm(field), &field.name);
            quote!(Self::#arm(error) => json_rt::member(#name, error, side).map(Some),)
        });
        let reads = own_arms(member).map(|field| {
            let (arm, name) = (arm(field), &field.name);
            quote!(#name => Ok(Self::#arm(json_rt::named(#name, value, side)?)),)
        });
        Some(quote! {
            impl json_rt::JsonFailure for #error {
                fn declared(&self, side: json_rt::Side<'_>) -> #written {
                    match self {
                        #(#writes)*
                        Self::Exception(_) => Ok(None),
                    }
                }

                fn from_declared(value: json_rt::Value, side: json_rt::Side<'_>) -> #read {
                    let (name, value) = json_rt::one_member(value)?;
                    match name.as_str() {
                        #(#reads)*
                        other => Err(json_rt::no_member(other)),
                    }
                }
            }
        })
    }
}
