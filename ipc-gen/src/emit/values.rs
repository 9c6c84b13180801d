//! The types of fields, and how their values are read from and written to messages.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Emitter;
use super::consts::literal;
use crate::model::{Element, Field, Presence, Record, Type};
use crate::names;

/// An expression that reads a value.
pub(super) struct Read {
    tokens: TokenStream,
    fallible: bool,
}

impl Read {
    /// A value that is there without further ado.
    pub(super) fn infallible(tokens: TokenStream) -> Self {
        Self {
            tokens,
            fallible: false,
        }
    }

    /// The value itself, where `?` can be used.
    pub(super) fn value(&self) -> TokenStream {
        let Self { tokens, fallible } = self;
        if *fallible {
            quote!(#tokens?)
        } else {
            tokens.clone()
        }
    }

    /// The value as a `Result`.
    pub(super) fn result(&self) -> TokenStream {
        let Self { tokens, fallible } = self;
        if *fallible {
            tokens.clone()
        } else {
            quote!(Ok(#tokens))
        }
    }
}

/// Whether an absent struct is a mistake of the sender, or means a struct of defaults.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Absent {
    IsError,
    IsDefault,
}

/// An expression that holds the value to write.
pub(super) enum Source {
    /// A variable or field of the value's own type.
    Owned(TokenStream),
    /// A variable that refers to a value of that type.
    Reference(TokenStream),
    /// A variable whose type the caller chose: anything that can be seen as the value.
    AsRef(TokenStream),
}

impl Emitter<'_> {
    /// The type of a field as a Rust value owns it.
    pub(super) fn owned(&self, field: &Field) -> TokenStream {
        let ty = self.owned_type(&field.ty);
        if field.is_optional() {
            let option = self.paths.prelude("Option");
            quote!(#option<#ty>)
        } else {
            ty
        }
    }

    fn owned_type(&self, ty: &Type) -> TokenStream {
        match ty {
            Type::Scalar(scalar, _) => {
                let scalar = names::ident(scalar.rust());
                quote!(#scalar)
            }
            Type::Text => self.element(&Element::Text),
            Type::Data => self.element(&Element::Data),
            Type::List(element) => self.element(&Element::List(Box::new(element.clone()))),
            Type::Enum(named, _) | Type::Struct(named) => self.path_to(named, &named.name),
            Type::Interface(named) => self.path_to(named, &names::proxy(&named.name)),
        }
    }

    /// The type of a parameter as a caller may pass it. `objects` counts the parameters before it that
    /// are objects.
    pub(super) fn argument(&self, field: &Field, objects: usize) -> TokenStream {
        let as_ref = self.paths.prelude("AsRef");
        match &field.ty {
            _ if field.is_optional() => self.owned(field),
            Type::Text => quote!(impl #as_ref<str>),
            Type::Data => quote!(impl #as_ref<[u8]>),
            Type::List(element) => {
                let element = self.element(element);
                quote!(impl #as_ref<[#element]>)
            }
            Type::Interface(_) => {
                let proxy = self.owned(field);
                let by = self.paths.marker(objects);
                quote!(impl rt::IntoProxy<#proxy, #by>)
            }
            _ => self.owned(field),
        }
    }

    /// A parameter of [`Self::argument`]'s type, as something to write.
    pub(super) fn argument_source(field: &Field, name: &Ident) -> Source {
        let by_reference = matches!(field.ty, Type::Text | Type::Data | Type::List(_));
        if by_reference && !field.is_optional() {
            Source::AsRef(quote!(#name))
        } else if is_object(field) {
            Source::Owned(quote!(rt::IntoProxy::into_proxy(#name)))
        } else {
            Source::Owned(quote!(#name))
        }
    }

    fn element(&self, element: &Element) -> TokenStream {
        let vec = self.paths.prelude("Vec");
        match element {
            Element::Scalar(scalar) => {
                let scalar = names::ident(scalar.rust());
                quote!(#scalar)
            }
            Element::Text => self.paths.prelude("String"),
            Element::Data => quote!(#vec<u8>),
            Element::List(inner) => {
                let inner = self.element(inner);
                quote!(#vec<#inner>)
            }
            Element::Struct(named) => self.path_to(named, &named.name),
        }
    }

    /// Reads a field from a message.
    pub(super) fn read(&self, reader: &Ident, field: &Field, absent: Absent) -> Read {
        let value = self.read_present(reader, field, Absent::IsDefault).value();
        let tokens = match &field.presence {
            Presence::Always => return self.read_present(reader, field, absent),
            Presence::Flag(bit) => {
                let bit = names::number(*bit);
                quote!(if #reader.scalar(#bit, false) { Some(#value) } else { None })
            }
            Presence::Pointer => {
                let at = names::number(field.offset);
                quote!(if #reader.is_null(#at) { None } else { Some(#value) })
            }
            Presence::Asked(parameter) => {
                let parameter = names::ident(&names::snake(parameter));
                quote!(if #parameter { Some(#value) } else { None })
            }
        };
        Read {
            tokens,
            fallible: false,
        }
    }

    fn read_present(&self, reader: &Ident, field: &Field, absent: Absent) -> Read {
        let at = names::number(field.offset);
        let name = &field.name;
        let tokens = match &field.ty {
            Type::Scalar(scalar, default) => {
                let default = literal(default, scalar.rust());
                return Read {
                    tokens: quote!(#reader.scalar(#at, #default)),
                    fallible: false,
                };
            }
            Type::Enum(named, default) => {
                let ty = self.path_to(named, &named.name);
                let default = names::suffixed(*default);
                let tokens = quote!(#ty::from_number(#reader.scalar(#at, #default)));
                return Read {
                    tokens,
                    fallible: false,
                };
            }
            Type::Text => quote!(#reader.text(#at, #name)),
            Type::Data => quote!(#reader.data(#at, #name)),
            Type::List(element) => {
                let element = self.element(element);
                quote!(#reader.list::<#element>(#at, #name))
            }
            Type::Struct(_) => {
                let ty = self.owned_type(&field.ty);
                match absent {
                    Absent::IsError => quote!(#reader.required_structure::<#ty>(#at, #name)),
                    Absent::IsDefault => quote!(#reader.structure::<#ty>(#at, #name)),
                }
            }
            Type::Interface(_) => {
                let ty = self.owned_type(&field.ty);
                quote!(#reader.object::<#ty>(#at, #name))
            }
        };
        Read {
            tokens,
            fallible: true,
        }
    }

    /// Writes a field to a message: a statement without its semicolon.
    pub(super) fn write(&self, builder: &Ident, field: &Field, source: &Source) -> TokenStream {
        let flag = match &field.presence {
            Presence::Always => return Self::write_present(builder, field, source),
            Presence::Flag(bit) => {
                let bit = names::number(*bit);
                Some(quote!(#builder.set_scalar(#bit, true, false);))
            }
            Presence::Pointer | Presence::Asked(_) => None,
        };
        let option = match source {
            Source::Owned(value) => quote!(&#value),
            Source::Reference(value) | Source::AsRef(value) => value.clone(),
        };
        let write = Self::write_present(builder, field, &Source::Reference(quote!(value)));
        quote! {
            if let Some(value) = #option {
                #flag
                #write;
            }
        }
    }

    fn write_present(builder: &Ident, field: &Field, source: &Source) -> TokenStream {
        let at = names::number(field.offset);
        let reference = match source {
            Source::Owned(value) => quote!(&#value),
            Source::Reference(value) => value.clone(),
            Source::AsRef(value) => quote!(#value.as_ref()),
        };
        let copy = match source {
            Source::Reference(value) => quote!(*#value),
            Source::Owned(value) | Source::AsRef(value) => value.clone(),
        };
        match &field.ty {
            Type::Scalar(scalar, default) => {
                let default = literal(default, scalar.rust());
                quote!(#builder.set_scalar(#at, #copy, #default))
            }
            Type::Enum(_, default) => {
                let default = names::suffixed(*default);
                let number = match source {
                    Source::Reference(value) | Source::Owned(value) | Source::AsRef(value) => value,
                };
                quote!(#builder.set_scalar(#at, #number.number(), #default))
            }
            Type::Text => quote!(#builder.set_text(#at, #reference)),
            Type::Data => quote!(#builder.set_data(#at, #reference)),
            Type::List(_) => quote!(#builder.set_list(#at, #reference)),
            Type::Struct(_) => quote!(#builder.set_structure(#at, #reference)),
            Type::Interface(_) => quote!(#builder.set_object(#at, #reference)),
        }
    }
}

/// Whether a parameter takes whatever can be made a proxy.
pub(super) fn is_object(field: &Field) -> bool {
    matches!(field.ty, Type::Interface(_)) && !field.is_optional()
}

/// A closure's body from its statements.
pub(super) fn body(record: &Record, statements: &[TokenStream]) -> TokenStream {
    match (statements, record.fields.as_slice()) {
        ([], _) => quote!(()),
        ([statement], [field]) if !field.is_optional() => statement.clone(),
        _ => quote!({ #(#statements;)* }),
    }
}
