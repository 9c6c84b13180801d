//! The `ipc-gen` command as a user runs it.

mod generating;
mod project;
mod requests;
