//! Makes capnpc's message modules of the echo schema, for the peer that uses `capnp-rpc` by hand, and our code with
//! JSON-RPC.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let root = std::env::var("CARGO_MANIFEST_DIR")? + "/../schema";
    println!("cargo::rerun-if-changed={root}");
    let schemas = ["v32/echo.capnp", "mp/proxy.capnp"].map(|file| format!("{root}/{file}"));
    let builder = ipc_gen::Builder::new().src_prefix(&root);
    let request = builder.clone().request(&schemas)?;
    capnpc::codegen::CodeGenerationCommand::new()
        .output_directory(std::env::var("OUT_DIR")?)
        .run(&request[..])?;
    builder.json_rpc(true).compile(&schemas[..1])?;
    Ok(())
}
