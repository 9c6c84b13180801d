//! What mistakes with `#[ipc_interface]` and the derives say: each file of `ui` makes some, and has the words
//! of the compiler beside it. Those of `compiler` are the compiler's own, and so are compared for one version of it.

use std::path::Path;

/// The compiler whose own words are compared.
const COMPILER: &str = "rustc 1.95.";

fn compiler() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = std::process::Command::new(rustc).arg("--version").output();
    let output = output.expect("there is a compiler, since this was compiled");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn mistakes_are_told() {
    // Where the files are compiled there is no schema of theirs.
    let compiled_in = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .parent()
        .expect("it is in the target folder")
        .join("tests/trybuild/ipc-ui-tests");
    let schemas = compiled_in.join("schema");
    std::fs::create_dir_all(&schemas).expect("the target folder can be written to");
    for schema in std::fs::read_dir("schema").expect("it is there") {
        let schema = schema.expect("it can be read");
        std::fs::copy(schema.path(), schemas.join(schema.file_name())).expect("it can be copied");
    }
    let tests = trybuild::TestCases::new();
    tests.compile_fail("ui/*.rs");
    if compiler().starts_with(COMPILER) {
        tests.compile_fail("compiler/*.rs");
    } else {
        eprintln!("SKIPPED compiler/*.rs: they have the words of {COMPILER}");
    }
}
