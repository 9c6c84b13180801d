//! What mistakes with `#[ipc_interface]` and the derives say: each file of `ui` makes some, and has the words
//! of the compiler beside it.

use std::path::Path;

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
}
