//! What users build when they build `ipc-gen`.

use std::collections::BTreeSet;
use std::process::Command;

/// All of it. Think twice before adding to this: it is built before a user's own crate is.
const DEPENDENCIES: [&str; 12] = [
    "capnp",
    "codespan-reporting",
    "heck",
    "ipc-gen",
    "lexopt",
    "md5",
    "prettyplease",
    "proc-macro2",
    "quote",
    "syn",
    "unicode-ident",
    "unicode-width",
];

/// The crates that are built for `ipc-gen`.
fn tree(options: &[&str]) -> BTreeSet<String> {
    tree_of("ipc-gen", options)
}

fn tree_of(package: &str, options: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "-p", package])
        .args(["-e", "normal,build", "--prefix", "none", "-f", "{p}"])
        .args(options)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let text = String::from_utf8(output.stdout).expect("names are text");
    let names = text.lines().filter_map(|line| line.split(' ').next());
    names
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn users_build_only_what_is_needed() {
    let expected: BTreeSet<_> = DEPENDENCIES.map(str::to_owned).into();
    assert_eq!(tree(&[]), expected);

    let mut without_command = expected;
    without_command.remove("lexopt");
    assert_eq!(tree(&["--no-default-features"]), without_command);
}

#[test]
fn those_who_keep_generated_code_build_no_generator() {
    let runtime = |options| tree_of("ipc-runtime", options).contains("ipc-gen");
    assert!(runtime(&[]), "the macros stand on the generator");
    assert!(!runtime(&["--no-default-features"]));
}
