//! The upstream tests of the runtime, between peers of our own: each with each engine on each side.
//!
//! `docs/checklist.md` says which number stands for what.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(
    clippy::disallowed_names,
    reason = "libmultiprocess calls its test interface so"
)]

/// Runs tests with each engine on each side: first the one that calls, then the one that serves.
macro_rules! pairings {
    ($($test:ident)+) => {$(
        mod $test {
            use ipc_runtime::EngineKind::{CapnpRpc, Native};
            use crate::support::Engines;

            #[tokio::test]
            async fn native_native() {
                super::$test(Engines(Native, Native)).await;
            }

            #[tokio::test]
            async fn native_capnp_rpc() {
                super::$test(Engines(Native, CapnpRpc)).await;
            }

            #[tokio::test]
            async fn capnp_rpc_native() {
                super::$test(Engines(CapnpRpc, Native)).await;
            }

            #[tokio::test]
            async fn capnp_rpc_capnp_rpc() {
                super::$test(Engines(CapnpRpc, CapnpRpc)).await;
            }
        }
    )+};
}

mod callbacks;
mod ends;

mod mini_node;
mod node;
mod support;
mod threads;
mod values;
