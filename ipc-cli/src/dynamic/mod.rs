//! Calls of interfaces that are known at run time only.

mod from_json;
mod interface;
mod read;
mod schemas;
mod write;

pub(crate) use from_json::parameters;
pub(crate) use interface::{DynamicMethod, Interfaces};
pub(crate) use read::{Answer, Returned, results};
pub(crate) use schemas::Schemas;
pub(crate) use write::fill;
