//! Processes killed at every stage of a call, and connections that break: every pending call ends, nothing is left
//! over, and other connections never notice.
//!
//! Damaged messages: `tests/hostile.rs`. Many connections and calls: `tests/soak.rs`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod killed_client;
mod killed_server;
mod resets;
mod support;
