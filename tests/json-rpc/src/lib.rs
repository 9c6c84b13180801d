//! Generated code with JSON-RPC, and a shop to call.

mod our_shop;

pub use our_shop::{Books, OurEcho, OurShop};

ipc_runtime::include_generated!();

/// Code with methods in snake case.
pub mod snake {
    include!(concat!(env!("OUT_DIR"), "/snake/ipc_generated.rs"));
}
