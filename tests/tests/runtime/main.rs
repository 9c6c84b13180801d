//! The runtime's promises, over sockets of this process and over real processes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod calls;
mod faults;
mod lifecycle;
mod processes;
mod support;
