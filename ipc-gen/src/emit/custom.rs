//! Values of the user's own types: how they are read and written, by their type or a module's functions.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::Emitter;
use super::consts::{bytes, literal, plain_literal};
use super::values::{Absent, number};
use crate::model::types::Value;
use crate::model::{Custom, Field, Presence, Type};
use crate::names;

impl Type {
    /// Whether it is a custom type, or a list of one.
    pub(super) fn is_converted(&self) -> bool {
        match self {
            Self::Custom(_) => true,
            Self::List(element) => element.is_converted(),
            _ => false,
        }
    }
}

impl Emitter<'_> {
    /// Reads a field that is there, or whose absence means the schema's default.
    pub(super) fn read_converted(
        &self,
        reader: &Ident,
        field: &Field,
        absent: Absent,
    ) -> TokenStream {
        let (at, name) = (names::number(field.offset), &field.name);
        let custom = match &field.ty {
            Type::Custom(custom) => custom,
            ty => {
                let (method, read) = self.list_reader(ty);
                return quote!(#reader.#method(#at, #name, #read));
            }
        };
        let from_wire = self.function(custom, "from_wire");
        let default = literal(&field.default, "");
        match &custom.wire {
            Type::Scalar(scalar) => {
                let default = literal(&field.default, scalar.rust());
                quote!(#reader.scalar_as(#at, #name, #default, #from_wire))
            }
            Type::Text => {
                quote!(#reader.text_as(#at, #name, #default, #from_wire))
            }
            Type::Data => {
                let default = Literal::byte_string(&bytes(&field.default));
                quote!(#reader.data_as(#at, #name, #default, #from_wire))
            }
            wire => {
                let plain = Field {
                    ty: wire.clone(),
                    presence: Presence::Always,
                    boxed: false,
                    ..field.clone()
                };
                let value = self.read(reader, &plain, absent).value();
                quote!(#reader.convert(#name, #value, #from_wire))
            }
        }
    }

    /// How the elements of a list are read: a method, and what it takes.
    fn list_reader(&self, list: &Type) -> (Ident, TokenStream) {
        let Type::List(element) = list else {
            return (names::ident("value"), quote!());
        };
        let inner = names::ident("element");
        let read = match &**element {
            Type::Custom(custom) => {
                let from_wire = self.function(custom, "from_wire");
                match custom.wire {
                    Type::Text => quote!(#inner.text_as(#from_wire)),
                    Type::Data => quote!(#inner.data_as(#from_wire)),
                    _ => return (names::ident("list_as"), from_wire),
                }
            }
            list => {
                let (method, read) = self.list_reader(list);
                quote!(#inner.#method(#read))
            }
        };
        (names::ident("list_with"), quote!(|#inner| #read))
    }

    /// Writes a field from a reference to its value.
    pub(super) fn write_converted(
        &self,
        builder: &Ident,
        field: &Field,
        reference: &TokenStream,
    ) -> TokenStream {
        let at = names::number(field.offset);
        let custom = match &field.ty {
            Type::Custom(custom) => custom,
            ty => {
                let (method, write) = self.list_writer(ty);
                return quote!(#builder.#method(#at, #reference, #write));
            }
        };
        let to_wire = self.function(custom, "to_wire");
        let value = if field.boxed {
            quote!(#to_wire(&**#reference))
        } else {
            quote!(#to_wire(#reference))
        };
        match &custom.wire {
            Type::Scalar(scalar) => {
                let default = literal(&field.default, scalar.rust());
                quote!(#builder.set_scalar(#at, #value, #default))
            }
            Type::Enum(_) => {
                let default = number(&field.default);
                quote!(#builder.set_scalar(#at, #value.number(), #default))
            }
            Type::Text => quote!(#builder.set_text(#at, #value.as_ref())),
            Type::Data => quote!(#builder.set_data(#at, #value.as_ref())),
            wire => {
                let ty = self.owned_type(wire);
                quote!(#builder.set_value::<#ty>(#at, &#value))
            }
        }
    }

    /// How the elements of a list are written: a method, and what it takes.
    fn list_writer(&self, list: &Type) -> (Ident, TokenStream) {
        let Type::List(element) = list else {
            return (names::ident("set_value"), quote!());
        };
        let (inner, item) = (names::ident("element"), names::ident("item"));
        let write = match &**element {
            Type::Custom(custom) => {
                let to_wire = self.function(custom, "to_wire");
                match custom.wire {
                    Type::Text => quote!(#inner.set_text(#to_wire(#item).as_ref())),
                    Type::Data => quote!(#inner.set_data(#to_wire(#item).as_ref())),
                    _ => return (names::ident("set_list_as"), to_wire),
                }
            }
            list => {
                let (method, write) = self.list_writer(list);
                quote!(#inner.#method(#item, #write))
            }
        };
        (
            names::ident("set_list_with"),
            quote!(|#inner, #item| #write),
        )
    }

    /// The custom value that a value of the schema becomes, or its type's own default.
    pub(super) fn converted_value(&self, custom: &Custom, value: &Value) -> TokenStream {
        let from_wire = self.function(custom, "from_wire");
        let wire = match (&custom.wire, value) {
            (Type::Text, Value::Text(text)) => quote!(#text),
            (Type::Text, _) => quote!(""),
            (Type::Data, value) => {
                let bytes = Literal::byte_string(&bytes(value));
                quote!(#bytes)
            }
            (Type::Scalar(scalar), value) => plain_literal(value, scalar.rust()),
            (wire, value) if value.is_zero() && wire.is_pointer() => {
                let (ty, default) = (self.owned_type(wire), self.paths.prelude("Default"));
                quote!(<#ty as #default>::default())
            }
            (wire, value) => self.value(wire, value),
        };
        let default = match &custom.with {
            Some(module) => quote!(#module::default),
            None => {
                let default = self.paths.prelude("Default");
                quote!(#default::default)
            }
        };
        quote!(rt::default_or(#from_wire(#wire), #default))
    }

    /// The path of a function that converts.
    fn function(&self, custom: &Custom, name: &str) -> TokenStream {
        let name = names::ident(name);
        if let Some(module) = &custom.with {
            return quote!(#module::#name);
        }
        let wire = match &custom.wire {
            Type::Text => quote!(str),
            Type::Data => quote!([u8]),
            wire => self.owned_type(wire),
        };
        quote!(rt::#name::<#wire, _>)
    }
}
