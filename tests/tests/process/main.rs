//! Processes, addresses and sockets, with real ones.
//!
//! Tests whose names begin with `upstream_NN` show what the upstream test of that number does.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod addresses;
mod children;
mod openings;
mod shutdown;
mod sockets;
mod support;
mod users;
