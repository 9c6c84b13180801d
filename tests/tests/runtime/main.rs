//! The runtime's promises, over sockets of this process and over real processes.
//!
//! `tests/runtime_*.rs` run the same tests with other engines on either side.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use ipc_runtime::EngineKind;

mod callers;
mod calls;
mod coming_home;
mod counters;
mod destroy;
mod faults;
mod inline;
mod lifecycle;
mod own_threads;
mod pipelining;
mod processes;
mod support;
mod time_limits;

const CLIENT: EngineKind = EngineKind::Native;
const SERVER: EngineKind = EngineKind::Native;
