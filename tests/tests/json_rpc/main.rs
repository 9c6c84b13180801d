//! JSON-RPC over HTTP: the server with methods of its own, and the gateway to nodes, with clients that are not ours.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod auth;
mod bitcoin_cli;
mod dialect;
mod gateway;
mod limits;
mod listening;
mod lost_node;
mod methods;
mod python;
mod support;
