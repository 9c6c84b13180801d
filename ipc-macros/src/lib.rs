//! The attribute macro `#[ipc_interface]`.
//!
//! Use it through `ipc_runtime::ipc_interface`; this crate's own version is not a stable interface.

use proc_macro::TokenStream;

#[allow(missing_docs, reason = "ipc-runtime has the documentation")]
#[proc_macro_attribute]
pub fn ipc_interface(arguments: TokenStream, item: TokenStream) -> TokenStream {
    ipc_gen::attribute::interface(arguments.into(), item.into()).into()
}

#[allow(missing_docs, reason = "ipc-runtime has the documentation")]
#[proc_macro_derive(IpcStruct, attributes(ipc))]
pub fn ipc_struct(item: TokenStream) -> TokenStream {
    ipc_gen::attribute::structure(item.into()).into()
}

#[allow(missing_docs, reason = "ipc-runtime has the documentation")]
#[proc_macro_derive(IpcEnum, attributes(ipc))]
pub fn ipc_enum(item: TokenStream) -> TokenStream {
    ipc_gen::attribute::enumeration(item.into()).into()
}
