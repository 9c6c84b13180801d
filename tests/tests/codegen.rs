//! What the generator makes of a schema, as it stands in the snapshots and as it was compiled here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

const REGENERATE: &str = "cargo run -p ipc-gen -- -I schema --src-prefix schema \
                          -o generated-examples/src/generated schema/v32/init.capnp \
                          --set schema/v31/init.capnp --set schema/v30/init.capnp \
                          --set schema/multiprocess/init.capnp \
                          --partial multiprocess/init.capnp --partial multiprocess/chain.capnp \
                          --partial multiprocess/node.capnp --partial multiprocess/wallet.capnp";

fn builder() -> ipc_gen::Builder {
    ipc_gen::Builder::new()
        .src_prefix("../schema")
        .src_prefix("fixtures")
        .import_path("../schema")
        .import_path("fixtures")
}

/// The interfaces of the multiprocess branch are large, and stand-ins for them have a few methods.
fn with_partial(builder: ipc_gen::Builder) -> ipc_gen::Builder {
    builder
        .partial("multiprocess/init.capnp")
        .partial("multiprocess/chain.capnp")
        .partial("multiprocess/node.capnp")
        .partial("multiprocess/wallet.capnp")
}

fn schemas() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in [
        "../schema/v32",
        "fixtures",
        "fixtures/nested",
        "fixtures/nested/deep",
    ] {
        let entries = std::fs::read_dir(folder).expect("the folder is there");
        let paths = entries.map(|entry| entry.expect("the entry can be read").path());
        found.extend(paths.filter(|path| path.extension().is_some_and(|kind| kind == "capnp")));
    }
    found.sort();
    found
}

/// Everything generated from the schemas, by the path of each file.
static GENERATED: LazyLock<BTreeMap<String, String>> =
    LazyLock::new(|| generate(&builder(), &schemas()));

/// Generates from these schemas, and from the versions of Bitcoin Core that share ids with them.
fn generate(builder: &ipc_gen::Builder, schemas: &[PathBuf]) -> BTreeMap<String, String> {
    let v30: &[PathBuf] = &["../schema/v30/init.capnp".into()];
    let v31: &[PathBuf] = &["../schema/v31/init.capnp".into()];
    let multiprocess: &[PathBuf] = &["../schema/multiprocess/init.capnp".into()];
    let files = with_partial(builder.clone()).generate_sets(&[schemas, v30, v31, multiprocess]);
    files.expect("the schemas are fine")
}

fn is_module(name: &str) -> bool {
    name != "mod.rs" && !name.ends_with("/mod.rs")
}

#[test]
fn generated_code_is_as_reviewed() {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        for (name, source) in &*GENERATED {
            insta::assert_snapshot!(name.trim_end_matches(".rs").replace('/', "__"), source);
        }
    });
}

#[test]
fn what_was_reviewed_is_what_was_compiled() {
    let mut modules = 0;
    for (name, source) in GENERATED.iter().filter(|(name, _)| is_module(name)) {
        let compiled = Path::new(env!("OUT_DIR")).join("ipc_generated").join(name);
        let compiled =
            std::fs::read_to_string(compiled).expect("the build script wrote the module");
        assert_eq!(&compiled, source, "{name}");
        modules += 1;
    }
    assert!(modules >= 10, "only {modules} modules");
}

#[test]
fn generated_code_is_rust() {
    for (name, source) in &*GENERATED {
        syn::parse_file(source).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn the_examples_are_up_to_date() {
    let builder = ipc_gen::Builder::new()
        .import_path("../schema")
        .src_prefix("../schema");
    let files = with_partial(builder)
        .generate_sets(&[
            &["../schema/multiprocess/init.capnp"],
            &["../schema/v30/init.capnp"],
            &["../schema/v31/init.capnp"],
            &["../schema/v32/init.capnp"],
        ])
        .expect("the schemas are fine");
    for (name, source) in files {
        let path = Path::new("../generated-examples/src/generated").join(&name);
        let present = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(present, source, "{name} is stale: run `{REGENERATE}`");
    }
}

#[test]
fn the_order_of_the_arguments_makes_no_difference() {
    let mut backwards = schemas();
    backwards.reverse();
    assert_eq!(generate(&builder(), &backwards), *GENERATED);
}

#[test]
fn imports_are_generated_too() {
    let files = builder()
        .generate(&["fixtures/nested/root.capnp"])
        .expect("the schemas are fine");
    let names: Vec<_> = files.keys().map(String::as_str).collect();
    let expected = [
        "mod.rs",
        "nested/deep/leaf.rs",
        "nested/deep/mod.rs",
        "nested/mod.rs",
    ];
    assert_eq!(names[..4], expected);
    assert_eq!(names[4..], ["nested/root.rs", "type.rs"]);
}

#[test]
fn the_installed_compiler_gives_the_same_code() {
    let installed = Command::new("capnp").arg("--version").output();
    if !installed.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: there is no `capnp` command here");
        return;
    }
    let with_installed = generate(&builder().capnp("capnp"), &schemas());
    assert_eq!(with_installed, *GENERATED);
}

#[test]
fn a_request_gives_the_same_code() {
    let request = builder().request(&["fixtures/type.capnp"]);
    let request = request.expect("the schema is fine");
    let files = builder().generate_request(&request);
    let expected = builder().generate(&["fixtures/type.capnp"]);
    assert_eq!(
        files.expect("the request is fine"),
        expected.expect("the schema is fine")
    );
}

#[test]
fn the_runtime_can_be_elsewhere() {
    let files = builder()
        .runtime_path("crate::another_name")
        .generate(&["fixtures/optional.capnp"])
        .expect("the schema is fine");
    assert!(!files["optional.rs"].contains("ipc_runtime"));
    assert!(files["optional.rs"].contains("use crate::another_name::rt;"));
}

#[test]
fn an_import_can_be_another_crates() {
    let files = builder()
        .extern_module("type.capnp", "::other_crate::kinds")
        .generate(&["fixtures/inner.capnp"])
        .expect("the schema is fine");
    assert!(!files.contains_key("type.rs"));
    assert!(files["inner.rs"].contains("pub other: ::other_crate::kinds::Kind"));

    let problems = builder()
        .extern_module("absent.capnp", "::other_crate::kinds")
        .extern_module("type.capnp", "other crate")
        .generate(&["fixtures/inner.capnp"])
        .expect_err("nothing imports it");
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!("unused_externs", problems.to_string());
    });
}

#[test]
fn serde_is_for_those_who_ask() {
    let files = builder()
        .serde(true)
        .generate(&["fixtures/unions.capnp", "fixtures/objects.capnp"])
        .expect("the schemas are fine");
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!("with_serde", files["unions.rs"]);
    });
    assert!(!files["objects.rs"].contains("serde"));
}

#[test]
fn the_bundled_schemas_are_the_published_ones() {
    let bundled = include_str!("../../ipc-gen/include/mp/proxy.capnp");
    assert_eq!(bundled, include_str!("../../schema/mp/proxy.capnp"));
    let bundled = include_str!("../../ipc-gen/include/ipc.capnp");
    assert_eq!(bundled, include_str!("../../schema/ipc.capnp"));
}

#[test]
fn a_selector_says_what_an_annotation_would() {
    let generate = |selectors: &[&str]| {
        let builder = selectors
            .iter()
            .fold(builder(), |builder, selector| builder.nullable(*selector));
        let files = builder.generate(&["fixtures/keywords.capnp"]);
        files.expect("the schema is fine")["keywords.rs"].clone()
    };
    assert!(generate(&[]).contains("Output = Result<WordsProxy, Exception>"));
    for selector in [
        "keywords.capnp:Words.clone.result",
        "Words.clone.result",
        "clone.result",
    ] {
        let source = generate(&[selector]);
        assert!(
            source.contains("Output = Result<Option<WordsProxy>, Exception>"),
            "{selector}"
        );
    }
    // Parameters and fields as well.
    let source = generate(&["Words.clone.this", "Yield.dyn"]);
    assert!(source.contains("this: Option<WordsProxy>"));
    assert!(source.contains("pub r#dyn: Option<String>"));
}

#[test]
fn a_type_can_be_overridden_where_the_schema_does_not_say_so() {
    let generate = |overrides: &[(&str, &str)]| {
        let builder = overrides.iter().fold(builder(), |builder, (selector, ty)| {
            builder.type_override(*selector, *ty)
        });
        let files = builder.generate(&["fixtures/unions.capnp"]);
        files.expect("the schema is fine")["unions.rs"].clone()
    };
    let source = generate(&[
        ("unions.capnp:Point", "::other::Point"),
        ("owner.name", "::other::Name with crate::names"),
        ("Account.owner.name", "::other::Owner with crate::owners"),
        ("Drawer.byName.label", "crate::Label"),
    ]);
    assert!(!source.contains("::other::Name"));
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!("overridden_types", source);
    });
}

#[test]
fn unchanged_files_are_left_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let compile = || {
        builder()
            .out_dir(folder.path())
            .compile(&["fixtures/type.capnp"])
    };
    compile().expect("the schema is fine");
    let module = folder.path().join("ipc_generated/type.rs");
    let written = |path: &Path| {
        path.metadata()
            .and_then(|data| data.modified())
            .expect("a time")
    };
    let before = written(&module);
    std::thread::sleep(std::time::Duration::from_millis(20));
    compile().expect("the schema is fine");
    assert_eq!(written(&module), before);
}
