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

const ONE: &str = "@0xd0e1a2b3c4d5e671;\nconst one :Int32 = 1;\n";
const TWO: &str = "@0xd0e1a2b3c4d5e671;\nconst two :Int32 = 2;\n";

/// Writes schemas to a folder, and generates from it with each of them a set of its own.
fn sets(
    prefixes: &[&str],
    schemas: &[(&str, &str)],
) -> Result<std::collections::BTreeMap<String, String>, ipc_gen::Error> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut paths = Vec::new();
    for (name, text) in schemas {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
        std::fs::write(&path, text).expect("the schema can be written");
        paths.push([path]);
    }
    let sets: Vec<_> = paths.iter().map(<[_; 1]>::as_slice).collect();
    let mut builder = ipc_gen::Builder::new();
    for prefix in prefixes {
        builder = builder.src_prefix(folder.path().join(prefix));
    }
    builder.generate_sets(&sets)
}

#[test]
fn sets_may_share_ids() {
    let files = sets(&[""], &[("v1/one.capnp", ONE), ("v2/one.capnp", TWO)]);
    let files = files.expect("the schemas are fine");
    let names: Vec<_> = files.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["mod.rs", "v1/mod.rs", "v1/one.rs", "v2/mod.rs", "v2/one.rs"]
    );
    assert!(files["v1/one.rs"].contains("ONE: i32 = 1"));
    assert!(files["v2/one.rs"].contains("TWO: i32 = 2"));
}

#[test]
fn a_file_of_two_sets_is_generated_once() {
    let import = |id: u32| {
        format!(
            "@{:#x};\nusing One = import \"one.capnp\";\nconst two :Int32 = One.one;\n",
            0xd0e1_a2b3_c4d5_e680_u64 + u64::from(id)
        )
    };
    let (a, b) = (import(1), import(2));
    let files = sets(
        &[""],
        &[("one.capnp", ONE), ("a.capnp", &a), ("b.capnp", &b)],
    );
    let names: Vec<_> = files.expect("the schemas are fine").into_keys().collect();
    assert_eq!(names, ["a.rs", "b.rs", "mod.rs", "one.rs"]);
}

#[test]
fn sets_that_make_the_same_module_are_named() {
    let message = |prefixes: &[&str], schemas: &[(&str, &str)]| {
        let error = sets(prefixes, schemas).expect_err("there is one module of two files");
        error.to_string()
    };
    assert_eq!(
        message(
            &["v1", "v2"],
            &[("v1/one.capnp", ONE), ("v2/one.capnp", TWO)]
        ),
        "one.capnp: error: two sets make different code of the Rust module `one`\n  \
         help: keep each set in a folder of its own, and set the source prefix to the folder above"
    );
    assert_eq!(
        message(&[""], &[("theOne.capnp", ONE), ("the_one.capnp", TWO)]),
        "the_one.capnp: error: the Rust module `the_one` is made by `theOne.capnp` of another set\n  \
         help: keep each set in a folder of its own, and set the source prefix to the folder above"
    );
    assert_eq!(
        message(&[""], &[("v1.capnp", ONE), ("v1/one.capnp", TWO)]),
        "v1.capnp: error: the Rust module `v1` is both this schema and the folder of `v1/one.capnp`\n  \
         help: rename the schema or the folder"
    );
}

#[test]
fn the_problems_of_all_sets_are_told() {
    let one = format!("{ONE} enum Nothing {{}}");
    let error = sets(
        &[""],
        &[
            ("v1/one.capnp", "@0xd0e1a2b3c4d5e671; enum None {}"),
            ("v2/one.capnp", &one),
        ],
    );
    let message = error.expect_err("the schemas are wrong").to_string();
    assert!(
        message.contains("v1/one.capnp") && message.contains("v2/one.capnp"),
        "{message}"
    );
}
