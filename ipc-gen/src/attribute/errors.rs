//! What is wrong with a trait, each on the token that is wrong.

use proc_macro2::TokenStream;
use quote::ToTokens;

/// The mistakes found so far: all of them are told at once.
#[derive(Debug, Default)]
pub(super) struct Errors(Option<syn::Error>);

impl Errors {
    /// Adds a mistake and what to do about it.
    pub(super) fn push(
        &mut self,
        at: impl ToTokens,
        message: impl AsRef<str>,
        help: impl AsRef<str>,
    ) {
        let (message, help) = (message.as_ref(), help.as_ref());
        self.add(syn::Error::new_spanned(
            at,
            format!("{message}\nhelp: {help}"),
        ));
    }

    pub(super) fn add(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            None => self.0 = Some(error),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The mistakes one by one.
    pub(super) fn into_list(self) -> Vec<syn::Error> {
        self.0.into_iter().flatten().collect()
    }

    /// Code that makes the compiler tell the mistakes.
    pub(super) fn tokens(&self) -> TokenStream {
        let errors = self.0.as_ref();
        errors.map(syn::Error::to_compile_error).unwrap_or_default()
    }
}
