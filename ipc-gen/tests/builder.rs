//! The front for build scripts, outside of one.

#[test]
fn without_an_output_folder_it_says_so() {
    if std::env::var_os("OUT_DIR").is_some() {
        eprintln!("skipped: OUT_DIR is set here");
        return;
    }
    let error = ipc_gen::Builder::new()
        .compile(&["absent.capnp"])
        .expect_err("there is no folder");
    assert_eq!(
        error.to_string(),
        "error: there is no output folder: OUT_DIR is not set\n  \
         help: call this from a build script, or set the folder with `Builder::out_dir`"
    );
}

#[test]
fn an_output_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let schema = folder.path().join("one.capnp");
    std::fs::write(&schema, "@0xd0e1a2b3c4d5e661;\nconst one :Int32 = 1;\n").expect("a schema");
    let builder = ipc_gen::Builder::new()
        .src_prefix(folder.path())
        .out_dir(&schema);
    let error = builder
        .compile(&[&schema])
        .expect_err("the output folder is a file");
    let file = schema.join("ipc_generated.rs");
    let message = format!("{}: error: cannot write the file: ", file.display());
    assert!(error.to_string().starts_with(&message), "{error}");
}
