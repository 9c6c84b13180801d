//! Makes capnpc's message modules of the echo schema, for the peer that uses `capnp-rpc` by hand.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let root = std::env::var("CARGO_MANIFEST_DIR")? + "/../schema";
    println!("cargo::rerun-if-changed={root}");
    let request = capnpc_embedded::CompileCommand::new()
        .src_prefix(&root)
        .import_path(&root)
        .file(format!("{root}/v32/echo.capnp"))
        .file(format!("{root}/mp/proxy.capnp"))
        .compile()?;
    capnpc::codegen::CodeGenerationCommand::new()
        .output_directory(std::env::var("OUT_DIR")?)
        .run(&request[..])?;
    Ok(())
}
