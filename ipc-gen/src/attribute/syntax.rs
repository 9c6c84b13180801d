//! Types as Rust's syntax has them.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{GenericArgument, PathArguments};

/// A type as its user wrote it, but for spaces.
pub(super) fn in_words(ty: &syn::Type) -> String {
    let text = ty.to_token_stream().to_string();
    let tight = [
        (" < ", "<"),
        (" >", ">"),
        ("< ", "<"),
        (" ,", ","),
        ("& ", "&"),
        (" :: ", "::"),
    ];
    tight
        .iter()
        .fold(text, |text, (loose, tight)| text.replace(loose, tight))
}

/// The type without parentheses around it, and without the invisible ones that macros make.
pub(super) fn plain(mut ty: &syn::Type) -> &syn::Type {
    loop {
        ty = match ty {
            syn::Type::Paren(inner) => &inner.elem,
            syn::Type::Group(inner) => &inner.elem,
            ty => return ty,
        };
    }
}

pub(super) fn is_unit(ty: &syn::Type) -> bool {
    matches!(ty, syn::Type::Tuple(tuple) if tuple.elems.is_empty())
}

/// The last name of a path.
pub(super) fn name_of(ty: &syn::Type) -> Option<String> {
    match ty {
        syn::Type::Path(path) => Some(path.path.segments.last()?.ident.unraw().to_string()),
        _ => None,
    }
}

/// The `T` of `Option<T>`.
pub(super) fn argument_of<'t>(ty: &'t syn::Type, wrapper: &str) -> Option<&'t syn::Type> {
    let syn::Type::Path(path) = ty else {
        return None;
    };
    let last = path
        .path
        .segments
        .last()
        .filter(|last| last.ident == wrapper)?;
    match &last.arguments {
        PathArguments::AngleBracketed(list) => list.args.iter().find_map(as_type),
        _ => None,
    }
}

/// The type arguments of a path.
pub(super) fn arguments_of(ty: &syn::Type) -> Vec<&syn::Type> {
    let syn::Type::Path(path) = ty else {
        return Vec::new();
    };
    match path.path.segments.last().map(|last| &last.arguments) {
        Some(PathArguments::AngleBracketed(list)) => list.args.iter().filter_map(as_type).collect(),
        _ => Vec::new(),
    }
}

pub(super) fn as_type(argument: &GenericArgument) -> Option<&syn::Type> {
    match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }
}

/// The user's words, such that no name in them is taken for one of the runtime.
pub(super) fn kept(tokens: TokenStream) -> TokenStream {
    let kept = tokens.into_iter().map(|token| match token {
        TokenTree::Ident(ident) if ident == "rt" => {
            TokenTree::Ident(Ident::new_raw("rt", ident.span()))
        }
        TokenTree::Group(group) => {
            let mut new = Group::new(group.delimiter(), kept(group.stream()));
            new.set_span(group.span());
            TokenTree::Group(new)
        }
        token => token,
    });
    kept.collect()
}
