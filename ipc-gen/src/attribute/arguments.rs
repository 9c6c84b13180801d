//! What stands in the parentheses of `#[ipc_interface(…)]` and of `#[ipc(…)]`.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{LitInt, LitStr, Token};

use crate::compiler::suggest::choice;

/// The arguments of an attribute that names a declaration of a schema.
pub(super) struct Arguments {
    pub(super) schema: Option<LitStr>,
    /// The name of the declaration in the schema.
    pub(super) name: Option<LitStr>,
    pub(super) id: Option<LitInt>,
    pub(super) import_paths: Vec<LitStr>,
    pub(super) src_prefixes: Vec<LitStr>,
    pub(super) types: Option<syn::Path>,
    pub(super) runtime: TokenStream,
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            schema: None,
            name: None,
            id: None,
            import_paths: Vec::new(),
            src_prefixes: Vec::new(),
            types: None,
            runtime: quote!(::ipc_runtime),
        }
    }
}

impl Arguments {
    /// Reads the arguments; `name` is the key that names the declaration.
    pub(super) fn read(tokens: TokenStream, name: &str) -> syn::Result<Self> {
        let mut read = Self::default();
        read.parse(tokens, name, &mut Vec::new())?;
        Ok(read)
    }

    /// Reads the arguments of a type from its `#[ipc(…)]` attributes.
    pub(super) fn of_type(attributes: &[syn::Attribute]) -> syn::Result<Self> {
        let mut read = Self::default();
        let mut seen = Vec::new();
        for attribute in attributes.iter().filter(|one| is_ours(one)) {
            let tokens = attribute.meta.require_list()?.tokens.clone();
            read.parse(tokens, "name", &mut seen)?;
        }
        Ok(read)
    }

    fn parse(
        &mut self,
        tokens: TokenStream,
        name: &str,
        seen: &mut Vec<String>,
    ) -> syn::Result<()> {
        let keys = [
            "schema",
            name,
            "id",
            "import_path",
            "src_prefix",
            "types",
            "crate",
        ];
        let parse = |input: ParseStream<'_>| {
            while !input.is_empty() {
                let key = input.call(Ident::parse_any)?;
                known(&key, &keys, seen)?;
                input.parse::<Token![=]>()?;
                match key.to_string().as_str() {
                    "schema" => self.schema = Some(text(&key, input)?),
                    "id" => self.id = Some(id(input)?),
                    "import_path" => self.import_paths = paths(input)?,
                    "src_prefix" => self.src_prefixes = paths(input)?,
                    "types" => self.types = Some(input.parse()?),
                    "crate" => self.runtime = input.parse::<syn::Path>()?.to_token_stream(),
                    _ => self.name = Some(text(&key, input)?),
                }
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };
        parse.parse2(tokens)
    }
}

/// What `#[ipc(…)]` says of a method, parameter or field.
#[derive(Default)]
pub(super) struct Marks {
    /// Null is a value like others.
    pub(super) nullable: Option<Ident>,
    /// The module of functions that convert a value.
    pub(super) with: Option<syn::Path>,
    /// The type that a value is converted from.
    pub(super) from: Option<syn::Type>,
    /// The method that ends calls of this one.
    pub(super) cancel_with: Option<LitStr>,
    /// The number of a method, where the trait is the source.
    pub(super) ordinal: Option<LitInt>,
    /// Whether a method has a Context, where the trait is the source.
    pub(super) context: Option<Ident>,
    /// Whether failures of a method are results, as in libmultiprocess, where the trait is the source.
    pub(super) exception: Option<Ident>,
    /// Whether a type is an enum, where the trait is the source.
    pub(super) enumeration: Option<Ident>,
}

impl Marks {
    /// Reads the attributes that are ours.
    pub(super) fn read(attributes: &[syn::Attribute], keys: &[&str]) -> syn::Result<Self> {
        let mut read = Self::default();
        let mut seen = Vec::new();
        for attribute in attributes.iter().filter(|one| is_ours(one)) {
            let list = attribute.meta.require_list()?;
            let parse = |input: ParseStream<'_>| {
                while !input.is_empty() {
                    let key = input.call(Ident::parse_any)?;
                    known(&key, keys, &mut seen)?;
                    read.value(key, input)?;
                    if !input.is_empty() {
                        input.parse::<Token![,]>()?;
                    }
                }
                Ok(())
            };
            parse.parse2(list.tokens.clone())?;
        }
        Ok(read)
    }

    fn value(&mut self, key: Ident, input: ParseStream<'_>) -> syn::Result<()> {
        let word = key.to_string();
        match word.as_str() {
            "nullable" => self.nullable = Some(key),
            "context" => self.context = Some(key),
            "exception" => self.exception = Some(key),
            "enum" => self.enumeration = Some(key),
            _ => {
                input.parse::<Token![=]>()?;
                match word.as_str() {
                    "with" => self.with = Some(input.parse()?),
                    "from" => self.from = Some(input.parse()?),
                    "ordinal" => self.ordinal = Some(input.parse()?),
                    _ => self.cancel_with = Some(text(&key, input)?),
                }
            }
        }
        Ok(())
    }
}

/// Whether an attribute is `#[ipc(…)]`.
pub(super) fn is_ours(attribute: &syn::Attribute) -> bool {
    attribute.path().is_ident("ipc")
}

/// Refuses unknown keys, and those that were there before.
fn known(key: &Ident, keys: &[&str], seen: &mut Vec<String>) -> syn::Result<()> {
    let text = key.to_string();
    if !keys.contains(&text.as_str()) {
        let names: Vec<_> = keys.iter().map(|key| (*key).to_owned()).collect();
        let help = choice(&text, "argument", names.iter()).unwrap_or_default();
        let message = format!("there is no argument `{text}`\nhelp: {help}");
        return Err(syn::Error::new(key.span(), message));
    }
    if seen.contains(&text) {
        let message = format!("`{text}` is given twice\nhelp: leave one out");
        return Err(syn::Error::new(key.span(), message));
    }
    seen.push(text);
    Ok(())
}

/// A text in quotes.
fn text(key: &Ident, input: ParseStream<'_>) -> syn::Result<LitStr> {
    input.parse().map_err(|error| {
        let message = format!("`{key}` is a text\nhelp: write `{key} = \"…\"`, with the quotes");
        syn::Error::new(error.span(), message)
    })
}

/// One path, or several in brackets.
fn paths(input: ParseStream<'_>) -> syn::Result<Vec<LitStr>> {
    if input.peek(LitStr) {
        return Ok(vec![input.parse()?]);
    }
    let list;
    syn::bracketed!(list in input);
    let list = Punctuated::<LitStr, Token![,]>::parse_terminated(&list)?;
    Ok(list.into_iter().collect())
}

/// An id as schemas have them, which have their highest bit set.
fn id(input: ParseStream<'_>) -> syn::Result<LitInt> {
    let id: LitInt = input.parse()?;
    match id.base10_parse::<u64>() {
        Ok(number) if number >> 63 == 1 => Ok(id),
        _ => Err(syn::Error::new(
            id.span(),
            "this is no id: it is a number of 64 bits of which the highest is set\n\
             help: take a random one from 0x8000000000000000 on; `capnp id` makes them",
        )),
    }
}
