//! Shared parts of the tests.

pub mod peers;
pub mod service;
