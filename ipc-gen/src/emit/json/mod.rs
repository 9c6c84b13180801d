//! JSON-RPC: the JSON form of values, interfaces as methods, and clients that implement the same traits.

mod failures;
mod interfaces;
mod mentioned;
mod values;

use heck::{ToLowerCamelCase, ToSnakeCase};
use proc_macro2::TokenStream;
use quote::quote;

use super::Emitter;
use crate::model::{Interface, Method};

/// How methods are named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Case {
    /// `blockTemplate_waitNext`.
    #[default]
    Camel,
    /// `block_template_wait_next`.
    Snake,
}

/// By what name generated modules know the runtime of JSON-RPC.
pub(super) const ALIAS: &str = "json_rt";

/// The import of the runtime of JSON-RPC.
pub(super) fn import() -> TokenStream {
    quote!(
        use ::ipc_json_rpc::rt as json_rt;
    )
}

impl Emitter<'_> {
    /// Whether an interface can be called by JSON-RPC. Of one with type parameters, nobody could say which are meant.
    fn has_json(&self, item: &Interface) -> bool {
        let closed = |item: &Interface| item.parameters.is_empty() && item.arguments.is_empty();
        closed(item) && self.model.ancestors(item).into_iter().all(closed)
    }

    /// What the names of an interface's methods begin with.
    fn json_prefix(&self, item: &Interface, case: Case) -> String {
        match case {
            Case::Camel => item.name.to_lower_camel_case(),
            Case::Snake => item.name.to_snake_case(),
        }
    }

    fn json_name(&self, item: &Interface, method: &Method, case: Case) -> String {
        let name = match case {
            Case::Camel => method.name.clone(),
            Case::Snake => method.name.to_snake_case(),
        };
        format!("{}_{name}", self.json_prefix(item, case))
    }
}
