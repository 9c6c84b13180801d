//! Makes capnpc's message modules of the echo schema, for the peer that uses `capnp-rpc` by hand.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let root = std::env::var("CARGO_MANIFEST_DIR")? + "/../schema";
    println!("cargo::rerun-if-changed={root}");
    let schemas = ["v32/echo.capnp", "mp/proxy.capnp"].map(|file| format!("{root}/{file}"));
    let request = ipc_gen::Builder::new()
        .src_prefix(&root)
        .request(&schemas)?;
    capnpc::codegen::CodeGenerationCommand::new()
        .output_directory(std::env::var("OUT_DIR")?)
        .run(&request[..])?;
    Ok(())
}
