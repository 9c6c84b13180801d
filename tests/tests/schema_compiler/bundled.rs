//! The schemas that come along, against those that come with the official compiler: what they declare is the
//! same.

use std::fmt::Write;
use std::path::Path;

use super::{compare, decode};

const FILES: [&str; 7] = [
    "capnp/c++",
    "capnp/persistent",
    "capnp/rpc",
    "capnp/rpc-twoparty",
    "capnp/rust",
    "capnp/schema",
    "capnp/stream",
];

/// The names of all types that a file declares.
fn types(file: &str) -> Vec<String> {
    let include = Path::new("../ipc-gen/include").canonicalize();
    let include = include.expect("the folder is there");
    let path = include.join(format!("{file}.capnp"));
    let request = compare::ours(&include, &[path]).expect("it is right");
    let decoded = decode::decode(&request).expect("it is a request");
    let own = format!("name \"{file}.capnp:");
    let mut found = Vec::new();
    for node in decoded.nodes.values() {
        let is_type = node.contains("\nenum") || node.contains("\ninterface");
        let is_struct = node.contains("\nstruct ") && node.contains("group false");
        let name = node
            .strip_prefix(&own)
            .and_then(|rest| rest.split('"').next());
        if let Some(name) = name
            && (is_type || is_struct)
            && !name.contains('$')
        {
            found.push(name.to_owned());
        }
    }
    found
}

#[test]
fn bundled_files_declare_what_the_official_ones_do() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut text = "@0xe1b2c3d4e5f60108;\n".to_owned();
    let mut fields = String::new();
    let mut count = 0;
    for (number, file) in FILES.iter().enumerate() {
        writeln!(text, "using F{number} = import \"/{file}.capnp\";").expect("strings take all");
        for name in types(file) {
            writeln!(fields, "  f{count} @{count} :F{number}.{name};").expect("strings take all");
            count += 1;
        }
    }
    assert!(count > 50, "{count} types");
    // Annotations are told by their ids in the nodes of the files, which these need.
    text.push_str("annotation a(*) :Void;\nstruct Uses $F0.name(\"Used\") $F4.name(\"Used\") {\n");
    writeln!(text, "{fields}}}").expect("strings take all");
    let file = folder.path().join("uses.capnp");
    std::fs::write(&file, text).expect("the schema can be written");

    let ours = compare::ours(folder.path(), std::slice::from_ref(&file)).expect("it is right");
    let mut official = capnpc_embedded::CompileCommand::new();
    let official = official.src_prefix(folder.path()).file(&file).compile();
    let [ours, official] = [ours, official.expect("it is right")]
        .map(|request| decode::decode(&request).expect("it is a request"));
    assert_eq!(official.node_difference(&ours), None);
}
