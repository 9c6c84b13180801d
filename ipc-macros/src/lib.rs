//! The attribute macro `#[ipc_interface]`.
//!
//! Use it through `ipc_runtime::ipc_interface`; this crate's own version is not a stable interface.

use proc_macro::TokenStream;
use quote::quote;

/// Holds a Rust trait against the interface of a `.capnp` schema.
///
/// The macro is not implemented yet: using it is a compile error that says so and names the way
/// that works today, `ipc_gen::Builder` in a build script.
#[proc_macro_attribute]
pub fn ipc_interface(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    let item = proc_macro2::TokenStream::from(item);
    quote! {
        ::core::compile_error!(
            "#[ipc_interface] is not implemented yet; generate the trait from its schema with \
             `ipc_gen::Builder` in build.rs instead"
        );
        #item
    }
    .into()
}
