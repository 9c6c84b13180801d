//! The `ipc-gen` command as a user runs it.

mod exporting;
mod generating;
mod project;
mod requests;
