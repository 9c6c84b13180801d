//! Threads that one side has on the other: what our side does with those of a peer, and what it lets a peer do with
//! ours. A script stands for the peer, as libmultiprocess would be one.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(
    clippy::disallowed_names,
    reason = "libmultiprocess calls its test interface so"
)]

mod leases;
mod own_threads;
#[path = "../protocol/payload.rs"]
mod payload;
mod pools;
#[path = "../protocol/raw.rs"]
#[expect(dead_code, reason = "the tests of the protocol need more of it")]
mod raw;
#[path = "../protocol/rpc.rs"]
#[expect(dead_code, reason = "the tests of the protocol need more of it")]
mod rpc;
mod scripted_client;
mod scripted_server;
