//! Compiles the README's schema, with JSON-RPC.

fn main() -> Result<(), ipc_gen::Error> {
    ipc_gen::Builder::new()
        .src_prefix("schema")
        .json_rpc(true)
        .compile(&["schema/greeter.capnp"])
}
