//! A peer in C++ (Debian's Cap'n Proto), both directions.
//!
//! It runs when `IPC_INTEROP_CPP` names the program that `tests/interop/cpp/build.sh` builds (`.ci/run`
//! does), and is skipped with a message otherwise. `tests/interop_cpp_capnp_rpc.rs` runs them with
//! the other engine, as far as it can.

use ipc_runtime::EngineKind;

mod calls;
mod capabilities;
mod ends;
mod orders;
mod rust_server;
mod support;

const ENGINE: EngineKind = EngineKind::Native;
