//! Checked-in output of `ipc-gen`: Bitcoin Core's interfaces, a module for each version.

// Formatted by the generator, which must not depend on the version of rustfmt.
#[rustfmt::skip]
mod generated;

pub use generated::*;
