//! From Rust's types to the language of schemas.

use std::collections::BTreeMap;

use quote::ToTokens;

use super::super::syntax::{argument_of, arguments_of, in_words, name_of, plain};
use crate::model::types::Scalar;

/// What a name that the user has declared elsewhere is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Struct,
    Enum,
    Interface,
}

/// The declarations that schemas refer to.
pub(super) type Mentioned = BTreeMap<String, Kind>;

/// A member's type.
#[derive(Debug)]
pub(super) struct Written {
    /// As schemas have it.
    pub(super) ty: String,
    pub(super) presence: Presence,
}

/// What tells whether a member is there.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Presence {
    Always,
    /// Null stands for what is missing.
    Nullable,
    /// A Bool beside it.
    Flag,
}

/// Why a type has no schema.
#[derive(Debug)]
pub(super) struct Unknown {
    pub(super) at: proc_macro2::TokenStream,
    pub(super) message: String,
    pub(super) help: String,
}

/// A walk over the types of one declaration.
pub(super) struct Types<'a> {
    /// The declaration's name.
    pub(super) own: &'a str,
    pub(super) parameters: &'a [String],
    pub(super) mentioned: &'a mut Mentioned,
    /// Whether what is named is an enum, where it is declared elsewhere.
    pub(super) is_enum: bool,
}

impl Types<'_> {
    /// A parameter, result or field.
    pub(super) fn member(&mut self, ty: &syn::Type) -> Result<Written, Unknown> {
        let ty = plain(ty);
        let inner = argument_of(ty, "Option").map(plain);
        let value = inner.unwrap_or(ty);
        let value = argument_of(value, "Box").unwrap_or(value);
        let text = self.value(value)?;
        let is_pointer = !self.is_enum && !is_scalar(&text) && text != "Void";
        let presence = match inner {
            None => Presence::Always,
            Some(_) if is_pointer => Presence::Nullable,
            Some(_) => Presence::Flag,
        };
        Ok(Written { ty: text, presence })
    }

    fn value(&mut self, ty: &syn::Type) -> Result<String, Unknown> {
        let ty = plain(ty);
        if matches!(ty, syn::Type::Tuple(tuple) if tuple.elems.is_empty()) {
            return Ok("Void".to_owned());
        }
        if let Some(element) = argument_of(ty, "Vec").map(plain) {
            if name_of(element).as_deref() == Some("u8") {
                return Ok("Data".to_owned());
            }
            // Objects in lists can be missing, and so are options in Rust.
            let object = argument_of(element, "Option");
            let object = object.filter(|inner| name_of(inner).is_some_and(|name| is_object(&name)));
            return Ok(format!("List({})", self.value(object.unwrap_or(element))?));
        }
        if let syn::Type::Reference(reference) = ty {
            let mut unknown = unknown(ty, "");
            let owned = match name_of(&reference.elem).as_deref() {
                Some("str") => "`String`".to_owned(),
                Some(name) => format!("`{name}`"),
                None => "a `Vec`".to_owned(),
            };
            unknown.help = format!("implementations own what they are given: write {owned}");
            return Err(unknown);
        }
        let Some(name) = name_of(ty) else {
            return Err(unknown(
                ty,
                "write a type of its own for it, such as a struct with a derive",
            ));
        };
        let arguments = arguments_of(ty);
        Ok(match name.as_str() {
            "String" => "Text".to_owned(),
            "AnyPointer" => "AnyPointer".to_owned(),
            "AnyProxy" => "Capability".to_owned(),
            name if scalar(name).is_some() => scalar(name).unwrap_or_default().to_owned(),
            "str" | "char" | "i128" | "u128" | "isize" | "usize" | "Option" | "Result" => {
                return Err(unknown(ty, "messages have no such type; take another"));
            }
            name if self.parameters.iter().any(|parameter| parameter == name) => name.to_owned(),
            _ if arguments.is_empty() => self.declared(&name),
            // How many parameters others have is not known here.
            _ if name == crate::names::proxy(self.own) => {
                let arguments = arguments.into_iter().map(|argument| self.value(argument));
                let arguments = arguments.collect::<Result<Vec<_>, _>>()?;
                format!("{}({})", self.own, arguments.join(", "))
            }
            _ => {
                let help = "types with arguments need a schema: declare them there";
                return Err(unknown(ty, help));
            }
        })
    }

    fn declared(&mut self, name: &str) -> String {
        let (name, kind) = match name.strip_suffix("Proxy") {
            Some(interface) if !interface.is_empty() => (interface, Kind::Interface),
            _ if self.is_enum => (name, Kind::Enum),
            _ => (name, Kind::Struct),
        };
        self.mentioned.entry(name.to_owned()).or_insert(kind);
        name.to_owned()
    }
}

fn unknown(ty: &syn::Type, help: &str) -> Unknown {
    Unknown {
        at: ty.to_token_stream(),
        message: format!("`{}` is no type of schemas", in_words(ty)),
        help: help.to_owned(),
    }
}

fn is_object(name: &str) -> bool {
    name.ends_with("Proxy")
}

fn scalar(name: &str) -> Option<&'static str> {
    SCALARS
        .iter()
        .find(|(rust, _)| rust.rust() == name)
        .map(|(_, schema)| *schema)
}

fn is_scalar(text: &str) -> bool {
    SCALARS.iter().any(|(_, schema)| *schema == text)
}

const SCALARS: &[(Scalar, &str)] = &[
    (Scalar::Bool, "Bool"),
    (Scalar::Int8, "Int8"),
    (Scalar::Int16, "Int16"),
    (Scalar::Int32, "Int32"),
    (Scalar::Int64, "Int64"),
    (Scalar::UInt8, "UInt8"),
    (Scalar::UInt16, "UInt16"),
    (Scalar::UInt32, "UInt32"),
    (Scalar::UInt64, "UInt64"),
    (Scalar::Float32, "Float32"),
    (Scalar::Float64, "Float64"),
];
