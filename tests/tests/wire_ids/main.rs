//! The numbers that Bitcoin Core and we must agree on, written out once more in `tests/wire`.
//!
//! A line there is a declaration with its id, or one of its members with its ordinal, types and default.

mod schema;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;

/// The sets of schemas that code is generated from.
const GENERATED_SETS: &[&str] = &["v30", "v31", "v32", "multiprocess"];

/// Where fields and parameters are on the wire, as generated code says it.
const PLACES: &[(&str, &str)] = &[
    ("mining", "params.set_data(1, current_tip.as_ref())"),
    (
        "mining",
        "params.set_scalar(0, timeout, 1.7976931348623157e308f64)",
    ),
    ("mining", "params.set_structure(1, &options)"),
    ("mining", "params.set_scalar(0, cooldown, true)"),
    ("mining", "block_reserved_weight: reader.scalar(1, 8000u64)"),
    (
        "mining",
        "coinbase_output_max_additional_sigops: reader.scalar(2, 400u64)",
    ),
    (
        "mining",
        "fee_threshold: reader.scalar(1, 2100000000000000i64)",
    ),
    ("mining", "check_pow: reader.scalar(1, true)"),
    ("mining", "block_reward_remaining: reader.scalar(1, 0i64)"),
    ("mining", "lock_time: reader.scalar(4, 0u32)"),
    ("common", "height: reader.scalar(0, 0i32)"),
    ("init", ".thread_map(0, 0)"),
    ("rpc", "params.set_text(3, user.as_ref())"),
];

/// The generated modules of the sets, by set and path.
static GENERATED: LazyLock<BTreeMap<&str, BTreeMap<String, String>>> = LazyLock::new(|| {
    let generate = |set: &&'static str| {
        let builder = ipc_gen::Builder::new().src_prefix("../schema");
        let files = builder.generate(&[format!("../schema/{set}/init.capnp")]);
        (*set, files.expect("the schemas are fine"))
    };
    GENERATED_SETS.iter().map(generate).collect()
});

fn wire(set: &str) -> String {
    std::fs::read_to_string(format!("wire/{set}.txt")).expect("the table is there")
}

fn schemas(folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("the entry can be read").path());
    let mut paths: Vec<_> = paths.collect();
    paths.sort();
    paths
}

/// Compares schemas with a table, and shows the first line that differs.
fn compare(set: &str, files: &[PathBuf]) {
    let found = schema::table(files).expect("the compiler's answer can be read");
    let expected = wire(set);
    for (found, expected) in found.lines().zip(expected.lines()) {
        assert_eq!(found, expected, "{set}");
    }
    assert_eq!(found, expected, "{set}");
}

#[test]
fn schemas_are_those_of_bitcoin_core() {
    for set in ["v30", "v31", "v32", "multiprocess"] {
        compare(set, &schemas(&format!("../schema/{set}")));
    }
}

#[test]
fn schemas_are_those_of_libmultiprocess() {
    compare("proxy", &["../schema/mp/proxy.capnp".into()]);
    compare("foo", &["fixtures/foo.capnp".into()]);
}

#[test]
fn generated_methods_have_their_ids_and_ordinals() {
    for set in GENERATED_SETS {
        let mut expected = Vec::new();
        let (mut file, mut interface, mut id) = (String::new(), String::new(), String::new());
        let table = wire(set);
        for line in table.lines() {
            let words: Vec<_> = line.split_whitespace().collect();
            match words.as_slice() {
                ["file", name, _] => file = (*name).to_owned(),
                ["interface", name, number, ..] => {
                    (interface, id) = ((*name).to_owned(), (*number).to_owned());
                }
                ["struct" | "const", ..] => id.clear(),
                [ordinal, method, params, ..] if line.starts_with(' ') && !id.is_empty() => {
                    let method = format!("{id},{ordinal},\"{interface}.{method}\"");
                    expected.push((file.clone(), method, *params == "(context"));
                }
                _ => {}
            }
        }
        // An interface that extends another one has the methods of both, with the ids of where they stand.
        let mut found = methods(set);
        found.retain(|(file, method, _)| {
            let mut places = expected.iter().filter(|(_, other, _)| other == method);
            places.clone().next().is_none() || places.any(|(other, ..)| other == file)
        });
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found, expected, "{set}");
        }
        assert_eq!(found.len(), expected.len(), "{set}");
    }
}

/// The methods that generated code describes: file, id and ordinal and name, and whether they have a Context.
fn methods(set: &str) -> Vec<(String, String, bool)> {
    let mut found = Vec::new();
    for (path, source) in &GENERATED[set] {
        let source: String = source.split_whitespace().collect();
        for description in source.split("rt::Method::new(").skip(1) {
            let (arguments, rest) = description.split_once(')').expect("the call ends");
            let rest = rest.split(';').next().unwrap_or_default();
            let file = path.trim_end_matches(".rs").rsplit('/').next();
            found.push((
                file.unwrap_or_default().to_owned(),
                arguments.trim_end_matches(',').to_owned(),
                rest.contains(".context(0)"),
            ));
        }
    }
    found
}

#[test]
fn generated_fields_have_their_places() {
    for (file, place) in PLACES {
        assert!(
            GENERATED["v32"][&format!("v32/{file}.rs")].contains(place),
            "{file}: {place}"
        );
    }
}
