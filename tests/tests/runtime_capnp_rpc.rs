//! The tests of `runtime`, with `capnp-rpc` on both sides.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use ipc_runtime::EngineKind;

#[path = "runtime/callers.rs"]
mod callers;
#[path = "runtime/calls.rs"]
mod calls;
#[path = "runtime/coming_home.rs"]
mod coming_home;
#[path = "runtime/counters.rs"]
mod counters;
#[path = "runtime/destroy.rs"]
mod destroy;
#[path = "runtime/faults.rs"]
mod faults;
#[path = "runtime/inline.rs"]
mod inline;
#[path = "runtime/lifecycle.rs"]
mod lifecycle;
#[path = "runtime/own_threads.rs"]
mod own_threads;
#[path = "runtime/pipelining.rs"]
mod pipelining;
#[path = "runtime/processes.rs"]
mod processes;
#[path = "runtime/support.rs"]
mod support;
#[path = "runtime/time_limits.rs"]
mod time_limits;

const CLIENT: EngineKind = EngineKind::CapnpRpc;
const SERVER: EngineKind = EngineKind::CapnpRpc;
