//! The `ipc-gen` command as a user runs it.

mod bitcoin_types;
mod exporting;
mod generating;
mod project;
mod requests;
