//! Compiles the schemas with JSON-RPC: those of the behaviour's tests, and those that have everything.

use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let builder = ipc_gen::Builder::new()
        .src_prefix("schema")
        .src_prefix("../../schema")
        .src_prefix("../fixtures")
        .import_path("../../schema")
        .import_path("../fixtures");
    builder.clone().json_rpc(true).compile(&[
        "schema/shop.capnp",
        "../../schema/v32/init.capnp",
        "../fixtures/aliases.capnp",
        "../fixtures/errors.capnp",
        "../fixtures/foo.capnp",
        "../fixtures/generic_interfaces.capnp",
        "../fixtures/generics.capnp",
        "../fixtures/inheritance.capnp",
        "../fixtures/keywords.capnp",
        "../fixtures/methods.capnp",
        "../fixtures/objects.capnp",
        "../fixtures/optional.capnp",
        "../fixtures/recursive.capnp",
        "../fixtures/shadowed.capnp",
        "../fixtures/unions.capnp",
        "../fixtures/values.capnp",
    ])?;

    // With Bitcoin Core's types, of every version, for serde too.
    let bitcoin = PathBuf::from(std::env::var("OUT_DIR")?).join("bitcoin");
    (builder.clone())
        .json_rpc(true)
        .bitcoin_types(true)
        .serde(true)
        .out_dir(bitcoin)
        .compile_sets(&[
            &["../../schema/v30/init.capnp"],
            &["../../schema/v31/init.capnp"],
            &["../../schema/v32/init.capnp"],
            &["../../schema/multiprocess/init.capnp"],
        ])?;

    // With the other names.
    let snake = PathBuf::from(std::env::var("OUT_DIR")?).join("snake");
    (builder.json_rpc_in_snake_case())
        .out_dir(snake)
        .compile(&["schema/shop.capnp"])?;

    println!("cargo::rerun-if-changed=schema");
    println!("cargo::rerun-if-changed=../../schema");
    println!("cargo::rerun-if-changed=../fixtures");
    Ok(())
}
