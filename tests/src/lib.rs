//! Shared parts of the tests: the services that they run, and the generated code of every schema.

pub mod bitcoin_node;
pub mod custom_types;
pub mod foo_calls;
pub mod hostile;
pub mod our_foo;
pub mod our_partner;
pub mod peers;
pub mod python_client;
pub mod service;
pub mod test_node;

ipc_runtime::include_generated!();

/// The runtime, where code generated with another runtime path looks for it.
pub use ipc_runtime as another_name;

/// Code generated for a runtime under another path.
pub mod renamed {
    include!(concat!(env!("OUT_DIR"), "/renamed/ipc_generated.rs"));
}

/// Code generated against the module of another crate.
pub mod imported {
    include!(concat!(env!("OUT_DIR"), "/imported/ipc_generated.rs"));
}

/// Code generated with Cap'n Proto's own schema files.
#[deny(warnings)]
pub mod standard {
    include!(concat!(env!("OUT_DIR"), "/standard/ipc_generated.rs"));
}

/// Code generated for serde.
pub mod for_serde {
    include!(concat!(env!("OUT_DIR"), "/for_serde/ipc_generated.rs"));
}

/// Everything once more where no name comes by itself, and where a warning is an error.
#[no_implicit_prelude]
#[deny(warnings)]
pub mod without_prelude {
    ::core::include!(::core::concat!(
        ::core::env!("OUT_DIR"),
        "/ipc_generated.rs"
    ));
}
