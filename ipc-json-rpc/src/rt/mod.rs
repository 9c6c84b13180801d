//! What code that `ipc-gen` generates for JSON-RPC stands on, and programs that know interfaces at run time only. Not for
//! use by hand, but for [`JsonValue`], which types of one's own implement: it changes with the generator.

mod errors;
mod fields;
mod kind;
mod methods;
mod numbers;
mod params;
mod registry;
mod remote;
mod side;
mod table;
mod unions;
mod values;

pub use crate::client::Client;
pub use errors::JsonFailure;
pub use fields::{Reader, Writer, read, write};
pub use kind::Kind;
pub use methods::{Methods, module};
pub use params::Params;
pub use registry::{Failure, Objects, Registry};
pub use remote::Remote;
pub use serde_json::Value;
pub use side::{JsonObject, Side, object_from_json, object_to_json};
pub use unions::{enumerant, member, named, no_member, number, one_member};
pub use values::{JsonValue, no_json};

pub(crate) use errors::exception;
pub(crate) use remote::identity;
pub(crate) use table::Table;
