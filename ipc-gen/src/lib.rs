//! Generates typed Rust proxies and adapters from Cap'n Proto schemas.
//!
//! A schema's interfaces become traits, with a proxy to call them and an adapter to serve them; its
//! structs, enums and constants become Rust's own. The generated code stands on the crate `ipc-runtime`.
//!
//! [`Builder`] is the front for build scripts; the command `ipc-gen` writes code to be kept with a
//! crate's source.

#[doc(hidden)]
pub mod attribute;
mod bitcoin_types;
mod builder;
mod check;
mod compiler;
mod emit;
mod error;
mod evolution;
mod model;
mod names;
#[doc(hidden)]
pub mod reflection;
mod schema;
mod schema_of_rust;

pub use builder::{Builder, write};
pub use error::Error;
pub use evolution::{Diff, Report};
pub use schema_of_rust::{Export, Exported};
