//! Our schema compiler and the official one make the same of the same schemas.

mod bundled;
mod compare;
mod corners;
mod corpus;
mod deadline;
mod decode;
mod generated;
mod mistakes;
mod mutate;
mod official;
mod places;
mod random;

use std::path::{Path, PathBuf};

use compare::{Tally, compare_each, compare_in_groups};
use official::Official;
use random::Rng;

/// How many schemas are made up, unless the environment variable `SCHEMAS` says otherwise.
const SCHEMAS: usize = 2_000;
/// How many are changed for the worse, unless `MUTATIONS` says otherwise.
const MUTATIONS: usize = 600;

/// Every file of a kind in a folder and below: schemas are of the kind `capnp`.
fn schemas(folder: &Path, wanted: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    for entry in entries {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            found.extend(schemas(&path, wanted));
        } else if path.extension().is_some_and(|kind| kind == wanted) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Compares every schema in a folder and below with each compiler; all accept them all.
fn compare_folder(folder: &str) {
    compare_folder_with(&Official::all(), folder);
}

fn compare_folder_with(officials: &[Official], folder: &str) {
    let folder = Path::new(folder)
        .canonicalize()
        .expect("the folder is there");
    let files = schemas(&folder, "capnp");
    for official in officials {
        let mut tally = Tally::default();
        compare_each(*official, &folder, &files, &mut tally);
        tally.check();
        assert_eq!(tally.same, files.len(), "{official:?}: {tally:?}");
    }
}

/// A number from the environment, for longer runs than usual.
fn setting(name: &str, usual: usize) -> usize {
    let given = std::env::var(name).ok();
    given.map_or(usual, |given| {
        given.parse().expect("the setting is a number")
    })
}

#[test]
fn fixtures_compile_to_the_same() {
    compare_folder("fixtures");
}

#[test]
fn features_of_the_language_compile_to_the_same() {
    compare_folder("tests/schema_compiler/accepted");
}

#[test]
fn newer_features_compile_to_the_same() {
    compare_folder_with(&[Official::Reference], "tests/schema_compiler/newer");
}

#[test]
fn code_generators_make_the_same_of_it() {
    if !official::is_there() {
        return;
    }
    let mut generated = 0;
    let accepted = "tests/schema_compiler/accepted";
    for (root, folder) in [("../schema", "../schema/v32"), (accepted, accepted)] {
        let [root, folder] = [root, folder].map(|folder| Path::new(folder).canonicalize());
        let root = root.expect("the folder is there");
        for file in schemas(&folder.expect("the folder is there"), "capnp") {
            let file = [file];
            let ours = compare::ours(&root, &file).expect("it is right");
            let official = Official::Installed
                .compile(&root, &file)
                .expect("it is right");
            let ours = generated::code(&ours);
            let name = file[0].display();
            assert_eq!(ours, generated::code(&official), "{name}");
            generated += usize::from(ours.is_ok());
        }
    }
    assert!(generated > 15, "code was generated {generated} times");
}

#[test]
fn our_schemas_compile_to_the_same() {
    compare_folder("../schema");
}

#[test]
fn what_comes_along_compiles_to_the_same() {
    compare_folder("../ipc-gen/include");
}

#[test]
fn made_up_schemas_compile_to_the_same() {
    let count = setting("SCHEMAS", SCHEMAS);
    let first = setting("SEED", 1) as u64;
    println!("{count} schemas from the seed {first} on; SEED and SCHEMAS set others");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut files = Vec::new();
    for seed in (first..).take(count) {
        let file = folder.path().join(format!("seed{seed}.capnp"));
        std::fs::write(&file, random::schema(seed)).expect("the schema can be written");
        files.push(file);
    }
    for official in Official::all() {
        let (files, _) = files.split_at(official.share(count));
        let mut tally = Tally::default();
        compare_in_groups(official, folder.path(), files, &mut tally);
        tally.tell(official);
        tally.check();
        assert!(
            tally.same > files.len() / 2,
            "too many are wrong to tell much"
        );
    }
}

#[test]
fn mistakes_are_rejected_by_both() {
    let count = setting("MUTATIONS", MUTATIONS);
    let seed = setting("SEED", 1) as u64;
    println!("{count} mistakes from the seed {seed}; SEED and MUTATIONS set others");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut originals: Vec<String> = schemas(Path::new("tests/schema_compiler/accepted"), "capnp")
        .iter()
        .map(|file| std::fs::read_to_string(file).expect("the schema can be read"))
        .collect();
    originals.extend((seed..).take(originals.len()).map(random::schema));
    let mut rng = Rng::new(seed);
    let mut files = Vec::new();
    for number in 0..count {
        let original = rng.pick(&originals).clone();
        let file = folder.path().join(format!("mistake{number}.capnp"));
        let text = mutate::mutate(&original, &mut rng);
        std::fs::write(&file, text).expect("the schema can be written");
        files.push(file);
    }
    for official in Official::all() {
        let (files, _) = files.split_at(official.share(count));
        let mut tally = Tally::default();
        compare_each(official, folder.path(), files, &mut tally);
        tally.tell(official);
        tally.check();
        assert!(
            tally.rejected > files.len() / 4,
            "too few are wrong to tell much"
        );
    }
}
