//! Shared parts of the tests: the services that they run, and the generated code of every schema.

pub mod peers;
pub mod service;

ipc_runtime::include_generated!();

/// The runtime, where code generated with another runtime path looks for it.
pub use ipc_runtime as another_name;

/// Code generated for a runtime under another path.
pub mod renamed {
    include!(concat!(env!("OUT_DIR"), "/renamed/ipc_generated.rs"));
}
