//! Compiles every schema that the tests use, through the front that users' build scripts use.

use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut schemas = Vec::new();
    find_schemas(Path::new("../schema/v32"), &mut schemas)?;
    find_schemas(Path::new("fixtures"), &mut schemas)?;
    let builder = ipc_gen::Builder::new()
        .src_prefix("../schema")
        .src_prefix("fixtures")
        .import_path("../schema")
        .import_path("fixtures");
    // The versions of Bitcoin Core share their ids, so each is a set of its own.
    let v30: &[PathBuf] = &["../schema/v30/init.capnp".into()];
    let v31: &[PathBuf] = &["../schema/v31/init.capnp".into()];
    let multiprocess: &[PathBuf] = &["../schema/multiprocess/init.capnp".into()];
    (builder.clone())
        .partial("multiprocess/init.capnp")
        .partial("multiprocess/chain.capnp")
        .partial("multiprocess/node.capnp")
        .partial("multiprocess/wallet.capnp")
        .compile_sets(&[&schemas, v30, v31, multiprocess])?;

    // Once more with the runtime under another path and the output in another folder.
    let renamed = PathBuf::from(std::env::var("OUT_DIR")?).join("renamed");
    builder
        .clone()
        .runtime_path("crate::another_name")
        .out_dir(renamed)
        .compile(&["fixtures/optional.capnp"])?;

    // With an import that another module has already.
    let imported = PathBuf::from(std::env::var("OUT_DIR")?).join("imported");
    builder
        .clone()
        .extern_module("type.capnp", "crate::r#type")
        .out_dir(imported)
        .compile(&["fixtures/inner.capnp"])?;

    // With Cap'n Proto's own schema files.
    let standard = PathBuf::from(std::env::var("OUT_DIR")?).join("standard");
    (builder.clone())
        .src_prefix("standard")
        .out_dir(standard)
        .compile(&["standard/saved.capnp"])?;

    // With serde.
    let for_serde = PathBuf::from(std::env::var("OUT_DIR")?).join("for_serde");
    builder.serde(true).out_dir(for_serde).compile(&[
        "fixtures/aliases.capnp",
        "fixtures/defaults.capnp",
        "fixtures/generics.capnp",
        "fixtures/objects.capnp",
        "fixtures/recursive.capnp",
        "fixtures/unions.capnp",
    ])?;

    println!("cargo::rerun-if-changed=../schema");
    println!("cargo::rerun-if-changed=fixtures");
    println!("cargo::rerun-if-changed=standard");
    Ok(())
}

fn find_schemas(folder: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find_schemas(&path, found)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "capnp")
        {
            found.push(path);
        }
    }
    Ok(())
}
