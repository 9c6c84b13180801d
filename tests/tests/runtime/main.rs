//! The runtime's promises, over sockets of this process and over real processes.
//!
//! `tests/runtime_*.rs` run the same tests with other engines on either side.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use ipc_runtime::EngineKind;

mod calls;
mod faults;
mod inline;
mod lifecycle;
mod processes;
mod support;

const CLIENT: EngineKind = EngineKind::Native;
const SERVER: EngineKind = EngineKind::Native;
