//! The types of fields, and how their values are read from and written to messages.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::Emitter;
use super::consts::literal;
use crate::model::types::Value;
use crate::model::{Field, Named, Presence, Record, Type};
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
        let mut ty = self.owned_type(&field.ty);
        if field.boxed {
            let boxed = self.paths.prelude("Box");
            ty = quote!(#boxed<#ty>);
        }
        if field.is_optional() {
            let option = self.paths.prelude("Option");
            ty = quote!(#option<#ty>);
        }
        ty
    }

    pub(super) fn owned_type(&self, ty: &Type) -> TokenStream {
        let vec = self.paths.prelude("Vec");
        match ty {
            Type::Void => quote!(()),
            Type::Scalar(scalar) => {
                let scalar = names::ident(scalar.rust());
                quote!(#scalar)
            }
            Type::Text => self.paths.prelude("String"),
            Type::Data => quote!(#vec<u8>),
            Type::List(element) => {
                let element = self.element(element);
                quote!(#vec<#element>)
            }
            Type::Enum(named) | Type::Struct(named) | Type::Group(named) | Type::Union(named) => {
                self.branded(named, &named.place.name)
            }
            Type::Interface(named) => self.branded(named, &names::proxy(&named.place.name)),
            Type::Bound(ty) => self.element(ty),
            Type::Parameter(name) => {
                let name = names::ident(name);
                quote!(#name)
            }
            Type::AnyPointer => quote!(rt::AnyPointer),
            Type::Capability => quote!(rt::AnyProxy),
            Type::Custom(custom) => custom.rust.clone(),
        }
    }

    /// The path to a generated type with its type arguments.
    pub(super) fn branded(&self, named: &Named, type_name: &str) -> TokenStream {
        let path = self.path_to(named, type_name);
        let arguments = self.arguments(&named.arguments);
        quote!(#path #arguments)
    }

    /// `<String, T>`, or nothing.
    pub(super) fn arguments<'t>(
        &self,
        arguments: impl IntoIterator<Item = &'t Type>,
    ) -> Option<TokenStream> {
        let arguments: Vec<_> = arguments.into_iter().map(|ty| self.element(ty)).collect();
        (!arguments.is_empty()).then(|| quote!(<#(#arguments),*>))
    }

    /// The type of what a list holds or a type parameter is bound to, where objects can be missing.
    fn element(&self, ty: &Type) -> TokenStream {
        let owned = self.owned_type(ty);
        if matches!(ty, Type::Interface(_) | Type::Capability) {
            let option = self.paths.prelude("Option");
            quote!(#option<#owned>)
        } else {
            owned
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

    /// Reads a field from a message.
    pub(super) fn read(&self, reader: &Ident, field: &Field, absent: Absent) -> Read {
        let at = names::number(field.offset);
        let (condition, is_present) = match &field.presence {
            Presence::Always => return self.read_or_default(reader, field, absent),
            Presence::Flag(bit) => {
                let bit = names::number(*bit);
                (quote!(#reader.scalar(#bit, false)), true)
            }
            Presence::Pointer => {
                let method = match &field.ty {
                    Type::Struct(_) if field.boxed => quote!(boxed),
                    Type::Struct(_) => quote!(optional_structure),
                    Type::Interface(_) | Type::Capability => quote!(optional_object),
                    _ => quote!(),
                };
                if !method.is_empty() {
                    let (ty, name) = (self.owned_type(&field.ty), &field.name);
                    let tokens = quote!(#reader.#method::<#ty>(#at, #name));
                    if field.starts_as_none() {
                        return Read {
                            tokens,
                            fallible: true,
                        };
                    }
                    let default = self.default_value(field);
                    return Read {
                        tokens: quote!(if #reader.is_null(#at) { #default } else { #tokens? }),
                        fallible: false,
                    };
                }
                (quote!(#reader.is_null(#at)), false)
            }
            Presence::Asked(parameter) => {
                let parameter = names::ident(&names::snake(parameter));
                (quote!(#parameter), true)
            }
        };
        let mut value = self
            .read_or_default(reader, field, Absent::IsDefault)
            .value();
        if field.boxed {
            let boxed = self.paths.prelude("Box");
            value = quote!(#boxed::new(#value));
        }
        let tokens = if is_present {
            quote!(if #condition { Some(#value) } else { None })
        } else {
            quote!(if #condition { None } else { Some(#value) })
        };
        Read {
            tokens,
            fallible: false,
        }
    }

    /// Reads a field whose null pointer stands for its default.
    fn read_or_default(&self, reader: &Ident, field: &Field, absent: Absent) -> Read {
        let (at, name) = (names::number(field.offset), &field.name);
        let with_default = |method: &str| {
            let method = names::ident(method);
            let default = literal(&field.default, "");
            Read {
                tokens: quote!(#reader.#method(#at, #name, #default)),
                fallible: true,
            }
        };
        let tokens = match &field.ty {
            _ if field.default.is_zero() => return self.read_present(reader, field, absent),
            Type::Text => return with_default("text_or"),
            Type::Data if matches!(field.default, Value::Data(_)) => {
                return with_default("data_or");
            }
            Type::Custom(_) => return self.read_present(reader, field, absent),
            ty if ty.is_pointer() => {
                let value = self.read_present(reader, field, Absent::IsDefault).value();
                let default = self.value(&field.ty, &field.default);
                quote!(if #reader.is_null(#at) { #default } else { #value })
            }
            _ => return self.read_present(reader, field, absent),
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
            ty if ty.is_converted() => self.read_converted(reader, field, absent),
            Type::Void => {
                return Read {
                    tokens: quote!(()),
                    fallible: false,
                };
            }
            Type::Scalar(scalar) => {
                let default = literal(&field.default, scalar.rust());
                return Read {
                    tokens: quote!(#reader.scalar(#at, #default)),
                    fallible: false,
                };
            }
            Type::Enum(named) => {
                let ty = self.path_to(named, &named.place.name);
                let default = number(&field.default);
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
            Type::Group(_) => quote!(#reader.group(#name)),
            Type::Union(_) => quote!(#reader.union()),
            Type::Interface(_) | Type::Capability => {
                let ty = self.owned_type(&field.ty);
                quote!(#reader.object::<#ty>(#at, #name))
            }
            Type::Parameter(_) | Type::Bound(_) | Type::AnyPointer | Type::Custom(_) => {
                let ty = self.owned_type(&field.ty);
                quote!(#reader.value::<#ty>(#at, #name))
            }
        };
        Read {
            tokens,
            fallible: true,
        }
    }

    /// Writes a field to a message: a statement without its semicolon, or nothing.
    pub(super) fn write(&self, builder: &Ident, field: &Field, source: &Source) -> TokenStream {
        let at = names::number(field.offset);
        let option = match source {
            Source::Owned(value) => quote!(&#value),
            Source::Reference(value) | Source::AsRef(value) => value.clone(),
        };
        let flag = match &field.presence {
            Presence::Always => return self.write_present(builder, field, source),
            Presence::Flag(bit) => {
                let bit = names::number(*bit);
                Some(quote!(#builder.set_scalar(#bit, true, false);))
            }
            Presence::Pointer => match &field.ty {
                Type::Struct(_) if field.boxed => {
                    return quote!(#builder.set_boxed(#at, #option));
                }
                Type::Struct(_) => return quote!(#builder.set_optional_structure(#at, #option)),
                Type::Interface(_) | Type::Capability => {
                    return quote!(#builder.set_optional_object(#at, #option));
                }
                _ => None,
            },
            Presence::Asked(_) => None,
        };
        if matches!(field.ty, Type::Void) {
            let (Source::Owned(option) | Source::Reference(option) | Source::AsRef(option)) =
                source;
            return quote!(if #option.is_some() { #flag });
        }
        let write = self.write_present(builder, field, &Source::Reference(quote!(value)));
        quote! {
            if let Some(value) = #option {
                #flag
                #write;
            }
        }
    }

    fn write_present(&self, builder: &Ident, field: &Field, source: &Source) -> TokenStream {
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
            Type::Void => quote!(),
            ty if ty.is_converted() => self.write_converted(builder, field, &reference),
            Type::Scalar(scalar) => {
                let default = literal(&field.default, scalar.rust());
                quote!(#builder.set_scalar(#at, #copy, #default))
            }
            Type::Enum(_) => {
                let default = number(&field.default);
                let (Source::Reference(value) | Source::Owned(value) | Source::AsRef(value)) =
                    source;
                quote!(#builder.set_scalar(#at, #value.number(), #default))
            }
            Type::Text => quote!(#builder.set_text(#at, #reference)),
            Type::Data => quote!(#builder.set_data(#at, #reference)),
            Type::List(_) => quote!(#builder.set_list(#at, #reference)),
            Type::Struct(_) if field.boxed => quote!(#builder.set_structure(#at, &**#reference)),
            Type::Struct(_) => quote!(#builder.set_structure(#at, #reference)),
            Type::Group(_) | Type::Union(_) => quote!(#builder.set_group(#reference)),
            Type::Interface(_) | Type::Capability => quote!(#builder.set_object(#at, #reference)),
            Type::Parameter(_) | Type::Bound(_) | Type::AnyPointer | Type::Custom(_) => {
                quote!(#builder.set_value(#at, #reference))
            }
        }
    }
}

/// An enum's default, by its number.
pub(super) fn number(default: &Value) -> Literal {
    names::suffixed(match default {
        Value::Enum(number) => *number,
        _ => 0,
    })
}

/// Whether a parameter takes whatever can be made a proxy.
pub(super) fn is_object(field: &Field) -> bool {
    matches!(field.ty, Type::Interface(_)) && !field.is_optional()
}

/// A closure's body from its statements.
pub(super) fn body(record: &Record, statements: &[TokenStream]) -> TokenStream {
    match (statements, record.fields.as_slice()) {
        ([statement], [field]) if !field.is_optional() => statement.clone(),
        ([], _) => quote!(()),
        _ => quote!({ #(#statements;)* }),
    }
}
