//! Compiles Bitcoin Core's schemas, of which the command knows at run time what they declare.

use std::error::Error;
use std::path::{Path, PathBuf};

const VERSIONS: [&str; 4] = ["v30", "v31", "v32", "multiprocess"];

fn main() -> Result<(), Box<dyn Error>> {
    let schema = Path::new("../schema");
    println!("cargo::rerun-if-changed={}", schema.display());
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    for version in VERSIONS {
        let request = ipc_gen::Builder::new()
            .src_prefix(schema)
            .import_path(schema)
            .request(&[schema.join(version).join("init.capnp")])?;
        std::fs::write(out.join(version), request)?;
    }
    Ok(())
}
