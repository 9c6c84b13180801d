//! Rust types of the user's in the place of the schema's.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::ToTokens;

use super::lower::Lowering;
use super::member::text_of;
use super::selectors::Selectors;
use super::{Place, Type};
use crate::bitcoin_types;
use crate::error::{Problem, Problems};
use crate::schema::{Annotation, Body, Id, SchemaFile};

/// Says which Rust type a value becomes.
const TYPE: Id = 0xc4e3_ca07_d1db_0395;

/// A Rust type of the user's.
#[derive(Clone, Debug)]
pub(crate) struct Custom {
    /// The type of the schema that it stands for.
    pub(crate) wire: Type,
    /// As signatures have it.
    pub(crate) rust: TokenStream,
    /// The module of functions that convert, where the type does not do so by itself.
    pub(crate) with: Option<TokenStream>,
}

/// What says that other types are to be used.
#[derive(Debug)]
pub(crate) struct Overrides {
    /// What the caller said, of members and of declarations.
    selectors: Selectors<String>,
    /// What is known of Bitcoin Core's members, if that is wanted: where nobody says anything else.
    bitcoin: Option<Selectors<String>>,
    /// The types that stand for whole declarations, found before anything refers to them.
    declared: BTreeMap<Place, Override>,
}

impl Overrides {
    pub(crate) fn new(overrides: &[(String, String)], bitcoin: bool) -> Self {
        Self {
            selectors: Selectors::new(overrides.iter().cloned()),
            bitcoin: bitcoin.then(|| Selectors::new(bitcoin_types::overrides())),
            declared: BTreeMap::new(),
        }
    }

    /// Reports the selectors that named nothing.
    pub(crate) fn check(&self, problems: &mut Problems) {
        let help = "name a parameter, result, field, struct or enum, such as \
                    `mining.capnp:Mining.getTip.hash`, `BlockRef.hash` or `mining.capnp:BlockRef`";
        self.selectors.check(problems, help);
        if self.bitcoin.as_ref().is_some_and(Selectors::none_used) {
            let problem = "no schema has a member of Bitcoin Core's that types are known for";
            let help = "give Bitcoin Core's schemas by the names that they have there, such as `mining.capnp`, or \
                        leave out `bitcoin_types`, or `--bitcoin-types`";
            problems.push(Problem::new(problem).help(help));
        }
    }
}

/// The name of a type, and of what converts it.
#[derive(Clone, Debug)]
struct Override {
    /// How many lists the type stands inside of: one for `Vec<T>`.
    lists: usize,
    rust: TokenStream,
    with: Option<TokenStream>,
}

impl Override {
    /// Reads `::bitcoin::Txid`, or `::bitcoin::Txid with crate::convert::txid`.
    fn parse(text: &str) -> Option<Self> {
        let (ty, with) = match text.split_once(" with ") {
            Some((ty, with)) => (ty, Some(syn::parse_str(with).ok().filter(is_rooted)?)),
            None => (text, None),
        };
        let ty: syn::Type = syn::parse_str(ty).ok()?;
        let (mut lists, mut inner) = (0, &ty);
        while let Some(element) = element(inner) {
            lists += 1;
            inner = element;
        }
        is_type(inner).then(|| Self {
            lists,
            rust: inner.to_token_stream(),
            with: with.as_ref().map(ToTokens::to_token_stream),
        })
    }

    /// The type in the place of `wire`.
    fn apply(&self, wire: Type) -> Result<Type, &'static str> {
        self.apply_inside(wire, self.lists)
    }

    /// Whether it stands for Data, or a list of it.
    fn is_for_data(&self, wire: &Type) -> bool {
        let mut inner = wire;
        for _ in 0..self.lists {
            let Type::List(element) = inner else {
                return false;
            };
            inner = element;
        }
        matches!(inner, Type::Data)
    }

    fn apply_inside(&self, wire: Type, lists: usize) -> Result<Type, &'static str> {
        match wire {
            Type::List(element) if lists > 0 => {
                let element = self.apply_inside(*element, lists - 1)?;
                Ok(Type::List(Box::new(element)))
            }
            _ if lists > 0 => Err("`Vec` stands for a list, and this is none"),
            Type::Void => Err("Void has no value that another type could stand for"),
            Type::Group(_) | Type::Union(_) => {
                Err("groups are part of their struct, and keep their types")
            }
            Type::Interface(_) | Type::Capability => Err("objects keep their types"),
            wire if wire.is_open() => Err("what depends on type parameters keeps its type"),
            wire => Ok(Type::Custom(Box::new(Custom {
                wire,
                rust: self.rust.clone(),
                with: self.with.clone(),
            }))),
        }
    }
}

impl Lowering<'_> {
    /// Finds the structs and enums that other types stand for.
    pub(super) fn find_overrides(&mut self, files: &[&SchemaFile]) {
        // Places are those of one set of schemas.
        self.overrides.declared.clear();
        for file in files {
            self.overrides_in(&format!("{}:", file.name), file.id);
        }
    }

    fn overrides_in(&mut self, scope: &str, id: Id) {
        let schema = self.schema;
        let children = schema.nodes.get(&id).map(|node| node.nested.as_slice());
        for child in children.unwrap_or_default() {
            let place = format!("{scope}{}", child.name);
            let Some(node) = schema.nodes.get(&child.id) else {
                continue;
            };
            if let Some(found) = self.said(&place, &node.annotations) {
                let declared = self.places.declared.get(&child.id).cloned();
                match (&node.body, declared) {
                    (Body::Struct(_) | Body::Enum(_), Some(declared)) => {
                        self.overrides.declared.insert(declared, found);
                    }
                    _ => self.problem(
                        &place,
                        "only for structs and enums can another type stand everywhere",
                        "name a struct or enum, or a field, parameter or result",
                    ),
                }
            }
            self.overrides_in(&format!("{place}."), child.id);
        }
    }

    /// What the schema or the caller says about the type at a place. The caller knows better.
    fn said(&mut self, place: &str, annotations: &[Annotation]) -> Option<Override> {
        let selected = self.overrides.selectors.select(place);
        let text = match &selected {
            Some(text) => text.as_str(),
            None => text_of(annotations, TYPE)?,
        };
        let found = Override::parse(text);
        if found.is_none() {
            let problem = format!("`{text}` names no Rust type that generated code could use");
            self.problem(
                place,
                problem,
                "begin with `::` or `crate::`, such as `::bitcoin::Txid`, `Vec<crate::Height>` for the \
                 elements of a list, or `::bitcoin::Txid with crate::convert::txid` to name a module of \
                 functions that convert it",
            );
        }
        found
    }

    /// The type of a member, or what stands for it.
    pub(super) fn overridden(&mut self, place: &str, annotations: &[Annotation], ty: Type) -> Type {
        let said = self.said(place, annotations);
        let Some(found) = said.or_else(|| self.bitcoin_type(place, &ty)) else {
            return self.declared_override(place, ty);
        };
        found.apply(ty.clone()).unwrap_or_else(|problem| {
            self.problem(
                place,
                problem,
                "override Text, Data, numbers, enums, structs and lists",
            );
            ty
        })
    }

    /// What is known of a member of Bitcoin Core's, where it is Data.
    fn bitcoin_type(&mut self, place: &str, ty: &Type) -> Option<Override> {
        let text = self.overrides.bitcoin.as_mut()?.select(place)?;
        Override::parse(&text).filter(|known| known.is_for_data(ty))
    }

    /// The type, where another one stands for its struct or enum everywhere.
    fn declared_override(&mut self, place: &str, ty: Type) -> Type {
        if let Type::List(element) = ty {
            return Type::List(Box::new(self.declared_override(place, *element)));
        }
        let declared = match &ty {
            Type::Struct(named) | Type::Enum(named) => &named.place,
            _ => return ty,
        };
        let Some(found) = self.overrides.declared.get(declared).cloned() else {
            return ty;
        };
        found.apply(ty.clone()).unwrap_or_else(|problem| {
            self.problem(place, problem, "override it where it depends on none");
            ty
        })
    }
}

/// A path that means the same in every module, or an array, which is made of such.
fn is_type(ty: &syn::Type) -> bool {
    match ty {
        syn::Type::Path(ty) => ty.qself.is_none() && is_rooted(&ty.path),
        syn::Type::Array(array) => match &*array.elem {
            syn::Type::Path(ty) if ty.path.get_ident().is_some() => true,
            element => is_type(element),
        },
        _ => false,
    }
}

fn is_rooted(path: &syn::Path) -> bool {
    let first = path.segments.first();
    path.leading_colon.is_some() || first.is_some_and(|first| first.ident == "crate")
}

/// The `T` of `Vec<T>`.
fn element(ty: &syn::Type) -> Option<&syn::Type> {
    let syn::Type::Path(ty) = ty else { return None };
    let mut segments = ty.path.segments.iter();
    let only = segments.next().filter(|_| segments.next().is_none())?;
    match &only.arguments {
        syn::PathArguments::AngleBracketed(arguments) if only.ident == "Vec" => {
            match arguments.args.first()? {
                syn::GenericArgument::Type(element) => Some(element),
                _ => None,
            }
        }
        _ => None,
    }
}
