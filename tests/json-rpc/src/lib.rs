//! Generated code with JSON-RPC, and a shop to call.

pub mod custom_types;
/// The same source as in the tests of the wire, with code that was generated for JSON-RPC.
#[path = "../../src/our_foo.rs"]
pub mod our_foo;
mod our_shop;

pub use our_shop::{Books, OurEcho, OurShop};

ipc_runtime::include_generated!();

/// Code with methods in snake case.
pub mod snake {
    include!(concat!(env!("OUT_DIR"), "/snake/ipc_generated.rs"));
}

/// Bitcoin Core's interfaces, with types for what Data means there.
pub mod bitcoin {
    include!(concat!(env!("OUT_DIR"), "/bitcoin/ipc_generated.rs"));
}
