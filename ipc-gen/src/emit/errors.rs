//! Errors that a schema declares: what a caller can match on instead of reading a message.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Emitter;
use super::docs::docs;
use super::interface::method_link;
use super::values::{Absent, Source};
use crate::model::{DeclaredError, Field, Member, Presence, Type};
use crate::names;

impl Emitter<'_> {
    /// What a method fails with: an exception, or a type of its own where the schema declares more.
    pub(super) fn error(&self, member: Member<'_>) -> TokenStream {
        if member.method.has_error_type() {
            let name = self.error_name(member);
            let arguments = member.arguments(&member.method.errors_parameters);
            let arguments = self.arguments(arguments);
            quote!(#name #arguments)
        } else {
            self.paths.prelude("Exception")
        }
    }

    /// The enum's path without type arguments.
    fn error_name(&self, member: Member<'_>) -> TokenStream {
        let name = names::error_type(&member.interface.name, &member.method.name);
        self.path_to(&member.interface.named(), &name)
    }

    /// The enum of a method's declared errors, with its conversions, if it has one.
    pub(super) fn error_type(&self, member: Member<'_>) -> Vec<TokenStream> {
        if !member.method.has_error_type() {
            return Vec::new();
        }
        let (name, path) = (self.error(member), self.error_name(member));
        let used = member.method.errors_parameters.iter();
        let used = used.filter_map(|index| member.interface.parameters.get(*index).cloned());
        let generics = self.generics(&used.collect::<Vec<_>>()).bounded;
        let enum_docs = format!(" Why {} failed.", method_link(member));
        let method = format!("{}.{}", member.interface.name, member.method.name);
        let exception = self.paths.prelude("Exception");
        let from = self.paths.prelude("From");
        let errors: Vec<_> = own_arms(member).collect();
        let arms = errors.iter().map(|error| {
            let docs = docs(&error.docs, &format!("The error `{}`.", error.name));
            let arm = arm(error);
            let ty = self.owned(&required(error));
            quote!(#docs #arm(#ty),)
        });
        let texts = errors.iter().map(|error| {
            let arm = arm(error);
            let text = match error.ty {
                Type::Text => format!("{}: {{error}}", error.name),
                _ => format!("{}: {{error:?}}", error.name),
            };
            quote!(Self::#arm(error) => ::core::write!(f, #text),)
        });
        vec![
            quote! {
                #[doc = #enum_docs]
                #[derive(Clone, Debug)]
                pub enum #name {
                    #(#arms)*
                    /// Anything else: the call itself, or what the implementation did not declare.
                    Exception(#exception),
                }
            },
            quote! {
                impl #generics ::core::fmt::Display for #name {
                    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                        match self {
                            #(#texts)*
                            Self::Exception(exception) => ::core::fmt::Display::fmt(exception, f),
                        }
                    }
                }
            },
            quote!(impl #generics ::core::error::Error for #name {}),
            quote! {
                impl #generics #from<#exception> for #name {
                    fn from(exception: #exception) -> Self {
                        Self::Exception(exception)
                    }
                }
            },
            quote! {
                impl #generics #from<#name> for #exception {
                    fn from(error: #name) -> Self {
                        match error {
                            #path::Exception(exception) => exception,
                            declared => rt::declared(declared, #method),
                        }
                    }
                }
            },
        ]
    }

    /// Statements that fail if the results carry an error.
    pub(super) fn read_errors(&self, member: Member<'_>, reader: &Ident) -> Vec<TokenStream> {
        let errors = member.method.errors.iter();
        let statements = errors.map(|DeclaredError { field, standard }| {
            if *standard {
                let (at, name) = (names::number(field.offset), &field.name);
                return quote!(#reader.throw(#at, #name)?;);
            }
            let present = match field.presence {
                Presence::Flag(bit) => {
                    let bit = names::number(bit);
                    quote!(#reader.scalar(#bit, false))
                }
                _ => {
                    let at = names::number(field.offset);
                    quote!(!#reader.is_null(#at))
                }
            };
            let error = self.error_name(member);
            let arm = arm(field);
            let value = self
                .read(reader, &required(field), Absent::IsDefault)
                .value();
            quote! {
                if #present {
                    return Ok(Err(#error::#arm(#value)));
                }
            }
        });
        statements.collect()
    }

    /// The arms of a `match` that write what an implementation failed with.
    pub(super) fn write_errors(&self, member: Member<'_>, builder: &Ident) -> TokenStream {
        let declared = own_arms(member).map(|field| {
            let error = self.error_name(member);
            let arm = arm(field);
            let write = self.write(builder, &required(field), &Source::Owned(quote!(error)));
            let flag = match field.presence {
                Presence::Flag(bit) => {
                    let bit = names::number(bit);
                    quote!(#builder.set_scalar(#bit, true, false);)
                }
                _ => quote!(),
            };
            quote! {
                Err(#error::#arm(error)) => {
                    #flag
                    #write;
                    Ok(())
                }
            }
        });
        let standard = (member.method.errors.iter()).find(|error| error.standard);
        let other = match standard {
            Some(DeclaredError { field, .. }) => {
                let at = names::number(field.offset);
                quote!(#builder.declare(#at, exception))
            }
            None => quote!(Err(exception)),
        };
        let pattern = if member.method.has_error_type() {
            let error = self.error_name(member);
            quote!(#error::Exception(exception))
        } else {
            quote!(exception)
        };
        quote!(#(#declared)* Err(#pattern) => #other,)
    }
}

/// The errors that are arms of the method's own type.
pub(super) fn own_arms(member: Member<'_>) -> impl Iterator<Item = &Field> {
    (member.method.errors.iter())
        .filter(|error| !error.standard)
        .map(|error| &error.field)
}

pub(super) fn arm(field: &Field) -> Ident {
    names::ident(&names::camel(field.rust_name()))
}

/// The field where its presence is settled.
fn required(field: &Field) -> Field {
    Field {
        presence: Presence::Always,
        ..field.clone()
    }
}
