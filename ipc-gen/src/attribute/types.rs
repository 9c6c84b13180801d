//! Holds the types that a user wrote against those of the schema.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::PathArguments;
use syn::ext::IdentExt;

use super::describe::{in_rust, in_schema};
use super::errors::Errors;
use super::syntax::{argument_of, as_type, in_words, is_unit, kept, name_of, plain};
use crate::model::types::Scalar;
use crate::model::{Custom, Field, Named, Presence, Type};
use crate::names;

/// Types that mean the same everywhere, and so are no types of the user's own.
const STANDARD: &[&str] = &[
    "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "str", "u8", "u16",
    "u32", "u64", "u128", "usize", "Option", "Result", "String", "Vec",
];

/// Numbers that Rust has and messages do not.
const NOT_IN_MESSAGES: &[&str] = &["char", "i128", "isize", "u128", "usize"];

/// Why a type is not the schema's, said of the token that is wrong.
pub(super) struct Mismatch {
    pub(super) at: TokenStream,
    pub(super) message: String,
    pub(super) help: String,
}

/// How a value of a type of the user's own is made.
#[derive(Default)]
pub(super) struct Conversion<'a> {
    pub(super) with: Option<&'a syn::Path>,
    pub(super) from: Option<&'a syn::Type>,
}

/// A comparison of one member.
pub(super) struct Types<'a> {
    /// What the schema's files declare, by their names in Rust.
    pub(super) declared: &'a BTreeSet<String>,
    pub(super) conversion: Conversion<'a>,
    /// What has the type, in words: "the parameter `echo`".
    pub(super) whose: String,
}

impl Types<'_> {
    /// Makes a member an `Option` that the schema does not.
    pub(super) fn nullable(&self, field: &mut Field, mark: Option<&Ident>, errors: &mut Errors) {
        let (Some(mark), whose) = (mark, &self.whose) else {
            return;
        };
        if !field.ty.is_pointer() {
            let message = format!("{whose} is a number, Bool, Void or enum, and never null");
            let help = "leave `nullable` out; a schema can put a `hasX :Bool` beside it";
            errors.push(mark, message, help);
        } else if field.presence == Presence::Always {
            field.presence = Presence::Pointer;
        } else {
            let message = format!("the schema says already that {whose} may be missing");
            errors.push(mark, message, "leave `nullable` out");
        }
    }

    /// The type of a member as the user wrote it, if it can stand for the schema's.
    pub(super) fn member(&self, field: &Field, user: &syn::Type) -> Result<Type, Mismatch> {
        let mut user = plain(user);
        match (field.is_optional(), argument_of(user, "Option")) {
            (true, Some(inner)) => user = plain(inner),
            (true, None) => {
                let why = match &field.presence {
                    Presence::Flag(_) => format!(
                        "a `has{}` beside it says whether it is there",
                        crate::model::capitalized(&field.name)
                    ),
                    Presence::Asked(flag) => format!("it is there only where `{flag}` asks for it"),
                    _ => "the schema lets it be null".to_owned(),
                };
                return Err(Mismatch {
                    at: user.to_token_stream(),
                    message: format!("{} may be missing: {why}", self.whose),
                    help: format!("write `Option<{}>`", in_words(user)),
                });
            }
            (false, Some(inner)) => {
                let help = if field.ty.is_pointer() {
                    format!(
                        "write `{}`; or mark the member as `nullable`, in the schema by `$Ipc.nullable` \
                         or here by `#[ipc(nullable)]`",
                        in_words(inner)
                    )
                } else {
                    format!(
                        "write `{}`; a schema says that a number may be missing by a `has{} :Bool` beside it",
                        in_words(inner),
                        crate::model::capitalized(&field.name)
                    )
                };
                return Err(Mismatch {
                    at: user.to_token_stream(),
                    message: format!("{} is never missing in the schema", self.whose),
                    help,
                });
            }
            (false, None) => {}
        }
        if field.boxed {
            match argument_of(user, "Box") {
                Some(inner) => user = plain(inner),
                None => {
                    return Err(Mismatch {
                        at: user.to_token_stream(),
                        message: format!("{} contains the struct that it is part of", self.whose),
                        help: format!("write `Box<{}>`", in_words(user)),
                    });
                }
            }
        }
        self.compare(&field.ty, user)
    }

    fn compare(&self, expected: &Type, user: &syn::Type) -> Result<Type, Mismatch> {
        let user = plain(user);
        if let Type::Custom(custom) = expected {
            let said = syn::parse2::<syn::Type>(custom.rust.clone()).ok();
            if said.as_ref().and_then(name_of) == name_of(user) {
                return Ok(Type::Custom(Box::new(Custom {
                    rust: kept(user.to_token_stream()),
                    ..(**custom).clone()
                })));
            }
            return match self.compare(&custom.wire, user)? {
                Type::Custom(own) => Ok(Type::Custom(Box::new(Custom {
                    with: own.with.or_else(|| custom.with.clone()),
                    ..*own
                }))),
                plain => Ok(plain),
            };
        }
        let name = name_of(user);
        let name = name.as_deref();
        match expected {
            Type::Scalar(scalar) if name == Some(scalar.rust()) => Ok(expected.clone()),
            Type::Text if name == Some("String") => Ok(Type::Text),
            Type::Void if is_unit(user) => Ok(Type::Void),
            Type::AnyPointer if name == Some("AnyPointer") => Ok(Type::AnyPointer),
            Type::Capability if name == Some("AnyProxy") => Ok(Type::Capability),
            Type::Parameter(parameter) if name == Some(parameter) => Ok(expected.clone()),
            Type::Bound(ty) => Ok(Type::Bound(Box::new(self.element(ty, user)?))),
            Type::Data => match argument_of(user, "Vec") {
                Some(item) if name_of(plain(item)).as_deref() == Some("u8") => Ok(Type::Data),
                Some(_) => Err(self.mismatch(expected, user)),
                None => self.own(expected, user),
            },
            Type::List(element) => match argument_of(user, "Vec") {
                Some(item) => Ok(Type::List(Box::new(self.element(element, item)?))),
                None => self.own(expected, user),
            },
            Type::Interface(named) => self.object(named, expected, user),
            Type::Enum(named) => Ok(match self.declared(named, expected, user)? {
                Ok(named) => Type::Enum(named),
                Err(custom) => custom,
            }),
            Type::Struct(named) => Ok(match self.declared(named, expected, user)? {
                Ok(named) => Type::Struct(named),
                Err(custom) => custom,
            }),
            Type::Union(named) => self
                .declared(named, expected, user)?
                .map(Type::Union)
                .or_else(Ok),
            Type::Group(named) => self
                .declared(named, expected, user)?
                .map(Type::Group)
                .or_else(Ok),
            Type::Scalar(_) | Type::Text | Type::AnyPointer => self.own(expected, user),
            _ => Err(self.mismatch(expected, user)),
        }
    }

    /// The type of what a list holds or a type parameter is bound to, where objects can be missing.
    fn element(&self, expected: &Type, user: &syn::Type) -> Result<Type, Mismatch> {
        let user = plain(user);
        if !matches!(expected, Type::Interface(_) | Type::Capability) {
            return self.compare(expected, user);
        }
        match argument_of(user, "Option") {
            Some(inner) => self.compare(expected, inner),
            None => Err(Mismatch {
                at: user.to_token_stream(),
                message: "objects in lists and type arguments may be missing".to_owned(),
                help: format!("write `Option<{}>`", in_words(user)),
            }),
        }
    }

    /// A type of the user's own that is converted.
    fn own(&self, expected: &Type, user: &syn::Type) -> Result<Type, Mismatch> {
        let is_own = match user {
            syn::Type::Array(_) => matches!(expected, Type::Data | Type::List(_)),
            syn::Type::Path(path) => {
                let last = path.path.segments.last();
                let name = last
                    .map(|last| last.ident.unraw().to_string())
                    .unwrap_or_default();
                !STANDARD.contains(&name.as_str()) && !self.declared.contains(&name)
            }
            _ => false,
        };
        if !is_own || expected.is_open() {
            return Err(self.mismatch(expected, user));
        }
        Ok(self.custom(expected.clone(), user))
    }

    fn custom(&self, wire: Type, user: &syn::Type) -> Type {
        Type::Custom(Box::new(Custom {
            wire,
            rust: kept(user.to_token_stream()),
            with: self
                .conversion
                .with
                .map(|with| kept(with.to_token_stream())),
        }))
    }

    /// An object, which goes by its proxy.
    fn object(&self, named: &Named, expected: &Type, user: &syn::Type) -> Result<Type, Mismatch> {
        let proxy = names::proxy(&named.place.name);
        let Some(name) = name_of(user) else {
            return Err(self.mismatch(expected, user));
        };
        let own_name = name.ends_with("Proxy") && !self.declared.contains(&name);
        if name != proxy && !own_name {
            return Err(self.mismatch(expected, user));
        }
        Ok(Type::Interface(self.written(named, user)?))
    }

    /// A struct or enum: the schema's, or a type of the user's own in its place.
    fn declared(
        &self,
        named: &Named,
        expected: &Type,
        user: &syn::Type,
    ) -> Result<Result<Named, Type>, Mismatch> {
        let from = self.conversion.from;
        if from.is_some() || self.conversion.with.is_some() {
            let mut wire = expected.clone();
            if let (Some(from), Type::Struct(named) | Type::Enum(named)) = (from, &mut wire) {
                *named = self.written(named, plain(from))?;
            }
            return Ok(Err(self.custom(wire, user)));
        }
        let Some(name) = name_of(user) else {
            return Err(self.mismatch(expected, user));
        };
        let other = STANDARD.contains(&name.as_str()) || self.declared.contains(&name);
        if name != named.place.name && other {
            return Err(self.mismatch(expected, user));
        }
        Ok(Ok(self.written(named, user)?))
    }

    /// The declaration, by the path that the user wrote.
    fn written(&self, named: &Named, user: &syn::Type) -> Result<Named, Mismatch> {
        let syn::Type::Path(path) = user else {
            return Ok(named.clone());
        };
        let mut path = path.clone();
        let last = path.path.segments.last_mut();
        let given = last.map(|last| std::mem::take(&mut last.arguments));
        let given: Vec<_> = match &given {
            Some(PathArguments::AngleBracketed(list)) => {
                list.args.iter().filter_map(as_type).collect()
            }
            _ => Vec::new(),
        };
        if given.len() != named.arguments.len() {
            let (expected, found) = (named.arguments.len(), given.len());
            return Err(Mismatch {
                at: user.to_token_stream(),
                message: format!(
                    "`{}` takes {expected} type arguments, not {found}",
                    named.place.name
                ),
                help: format!("write `{}`", in_rust(&Type::Struct(named.clone()))),
            });
        }
        let pairs = named.arguments.iter().zip(given);
        let arguments = pairs.map(|(expected, user)| self.element(expected, user));
        Ok(Named {
            place: named.place.clone(),
            arguments: arguments.collect::<Result<_, _>>()?,
            written: Some(kept(path.to_token_stream())),
        })
    }

    fn mismatch(&self, expected: &Type, user: &syn::Type) -> Mismatch {
        let (wanted, schema) = (in_rust(expected), in_schema(expected));
        let mut help = format!("write `{wanted}`");
        let name = name_of(user).unwrap_or_default();
        let mut message = format!(
            "{} is {schema} in the schema, not `{}`",
            self.whose,
            in_words(user)
        );
        match (expected, scalar(&name)) {
            (Type::Scalar(wanted), Some(found)) => message.push_str(difference(*wanted, found)),
            (Type::Scalar(_), None) if NOT_IN_MESSAGES.contains(&name.as_str()) => {
                message.push_str(": messages have no numbers of that size");
            }
            (Type::Interface(named), _) if name == named.place.name => {
                message.push_str(": that is the trait of those who implement it");
            }
            (Type::Text | Type::Data | Type::List(_), _)
                if matches!(user, syn::Type::Reference(_)) =>
            {
                message.push_str(": implementations own what they are given");
            }
            _ => {}
        }
        let is_custom = matches!(
            expected,
            Type::Scalar(_) | Type::Text | Type::Data | Type::List(_)
        );
        let is_number = scalar(&name).is_some() || NOT_IN_MESSAGES.contains(&name.as_str());
        if is_custom && !(is_number && matches!(expected, Type::Scalar(_))) {
            help.push_str(", or a type of your own that implements ");
            help.push_str(&format!("`CustomValue<{}>`", wire_name(expected)));
        }
        Mismatch {
            at: user.to_token_stream(),
            message,
            help,
        }
    }
}

/// What `CustomValue` calls a type.
pub(super) fn wire_name(ty: &Type) -> String {
    match ty {
        Type::Text => "str".to_owned(),
        Type::Data => "[u8]".to_owned(),
        ty => in_rust(ty),
    }
}

/// How numbers of two types differ.
fn difference(wanted: Scalar, found: Scalar) -> &'static str {
    let kind = |scalar: Scalar| {
        scalar
            .rust()
            .trim_end_matches(|c: char| c.is_ascii_digit())
            .to_owned()
    };
    let bits = |scalar: Scalar| -> u32 {
        let name = scalar.rust();
        name.trim_start_matches(|c: char| !c.is_ascii_digit())
            .parse()
            .unwrap_or_default()
    };
    match (kind(wanted) == kind(found), bits(wanted), bits(found)) {
        (true, wanted, found) if found < wanted => {
            ": that is narrower, and peers send numbers that do not fit"
        }
        (true, wanted, found) if found > wanted => {
            ": that is wider, and has numbers that cannot be sent"
        }
        (false, ..)
            if matches!(
                (
                    wanted.rust().as_bytes().first(),
                    found.rust().as_bytes().first()
                ),
                (Some(b'i'), Some(b'u')) | (Some(b'u'), Some(b'i'))
            ) =>
        {
            ": one has a sign, and the other has none"
        }
        _ => "",
    }
}

fn scalar(name: &str) -> Option<Scalar> {
    let all = [
        Scalar::Bool,
        Scalar::Int8,
        Scalar::Int16,
        Scalar::Int32,
        Scalar::Int64,
        Scalar::UInt8,
        Scalar::UInt16,
        Scalar::UInt32,
        Scalar::UInt64,
        Scalar::Float32,
        Scalar::Float64,
    ];
    all.into_iter().find(|scalar| scalar.rust() == name)
}
