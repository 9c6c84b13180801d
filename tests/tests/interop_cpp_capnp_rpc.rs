//! The tests of `interop_cpp` with `capnp-rpc` as the engine on our side, as far as it can.

use ipc_runtime::EngineKind;

#[path = "interop_cpp/calls.rs"]
mod calls;
#[path = "interop_cpp/capabilities.rs"]
mod capabilities;
#[path = "interop_cpp/ends.rs"]
mod ends;
#[path = "interop_cpp/rust_server.rs"]
mod rust_server;
#[path = "interop_cpp/support.rs"]
mod support;

const ENGINE: EngineKind = EngineKind::CapnpRpc;
