//! Calls of interfaces that are known at run time only.

mod from_json;
mod hashes;
mod interface;
mod known;
mod mentioned;
mod objects;
mod read;
mod required;
mod schemas;
mod write;

pub(crate) use from_json::{Parameters, parameters};
pub(crate) use interface::DynamicMethod;
pub(crate) use known::Known;
pub(crate) use mentioned::reachable;
pub(crate) use objects::{Numbered, Objects};
pub(crate) use read::{Returned, results};
pub(crate) use required::{names, needed, require};
pub(crate) use schemas::Schemas;
pub(crate) use write::fill;
