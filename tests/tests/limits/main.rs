//! One test for each limit on what a peer can make this side hold, or this side a peer: what is over it gets a
//! clear error, and the rest goes on.
//!
//! Calls in flight: `tests/bounds.rs`. Connections, and peers that wait for one: `tests/process/sockets.rs`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod given_up;
mod messages;
mod objects;
mod reading;
mod support;
