//! The code that `capnpc` makes of a request: the same, whoever made the request.

use std::collections::BTreeMap;

use super::schemas;

/// Makes code of a request, without what differs between versions of the schema compiler. Some of the
/// language is more than `capnpc` knows.
pub(crate) fn code(request: &[u8]) -> Result<BTreeMap<String, String>, String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    capnpc::codegen::CodeGenerationCommand::new()
        .output_directory(folder.path())
        .run(request)
        .map_err(|error| error.to_string())?;
    let mut files = BTreeMap::new();
    for path in schemas(folder.path(), "rs") {
        let text = std::fs::read_to_string(&path).expect("the code can be read");
        let name = path.strip_prefix(&folder).expect("it is below the folder");
        files.insert(name.display().to_string(), comparable(&text));
    }
    Ok(files)
}

/// Leaves out the header with the version, and the schemas in the code.
fn comparable(text: &str) -> String {
    let mut kept = String::new();
    let mut in_schema = false;
    for line in text.lines().skip_while(|line| line.starts_with("//")) {
        in_schema |= line.contains("static ENCODED_NODE");
        if !in_schema {
            kept.push_str(line);
            kept.push('\n');
        }
        in_schema &= !line.trim_start().starts_with("];");
    }
    kept
}
