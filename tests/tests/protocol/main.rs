//! The RPC protocol, message by message: our engine on one side, a script on the other.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod given_up;
mod payload;
mod pipelines;
mod promises;
mod questions;
mod raw;
mod rpc;
mod threads;
mod unread;
mod violations;
mod wire_equality;
