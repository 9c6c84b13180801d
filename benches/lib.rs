//! Contestants for the benchmarks: each starts its own server and measures its own client.

pub mod bare_socket;
mod callers;
pub mod contestant;
pub mod http;
pub mod json_rpc_clients;
pub mod json_rpc_servers;
pub mod proxies;
pub mod raw_capnp_rpc;
pub mod resources;
pub mod rounds;
pub mod table;
pub mod tarpc;
pub mod tonic;
pub mod workload;

/// The echo schema with JSON-RPC.
pub mod generated {
    ipc_runtime::include_generated!();
}

#[allow(
    dead_code,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    elided_lifetimes_in_paths,
    clippy::all,
    clippy::unwrap_used,
    clippy::allow_attributes_without_reason,
    reason = "capnpc's output"
)]
mod echo_capnp {
    include!(concat!(env!("OUT_DIR"), "/v32/echo_capnp.rs"));
}

#[allow(
    dead_code,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    elided_lifetimes_in_paths,
    clippy::all,
    clippy::unwrap_used,
    clippy::allow_attributes_without_reason,
    reason = "capnpc's output"
)]
mod proxy_capnp {
    include!(concat!(env!("OUT_DIR"), "/mp/proxy_capnp.rs"));
}
