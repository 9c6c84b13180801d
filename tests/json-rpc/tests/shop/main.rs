//! Interfaces in JSON-RPC, with clients that are ours and not.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bitcoin;
mod client;
mod concurrent;
mod generated;
mod objects;
mod python;
mod sessions;
mod support;
mod values;
