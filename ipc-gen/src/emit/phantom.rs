//! How proxies and adapters carry the type parameters of their interface.

use proc_macro2::TokenStream;
use quote::quote;

use super::Emitter;
use crate::model::Interface;
use crate::names;

/// The last field of a proxy or adapter, with a comma before it: nothing if there are no type
/// parameters.
#[derive(Default)]
pub(super) struct Phantom {
    pub(super) ty: TokenStream,
    pub(super) value: TokenStream,
}

impl Emitter<'_> {
    /// A function's type, so that handles are `Send` and `Sync` whatever the parameters are.
    pub(super) fn phantom(&self, item: &Interface) -> Phantom {
        let names: Vec<_> = (item.parameters.iter())
            .map(|name| names::ident(name))
            .collect();
        let carried = match names.as_slice() {
            [] => return Phantom::default(),
            [name] => quote!(#name),
            names => quote!((#(#names),*)),
        };
        let phantom = self.paths.prelude("PhantomData");
        Phantom {
            ty: quote!(, #phantom<fn() -> #carried>),
            value: quote!(, #phantom),
        }
    }

    /// The type arguments of the interface's adapter, whose first is the implementation.
    pub(super) fn arguments_after(&self, first: &TokenStream, item: &Interface) -> TokenStream {
        let names = item.parameters.iter().map(|name| names::ident(name));
        quote!(<#first #(, #names)*>)
    }
}
