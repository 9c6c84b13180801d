//! All Rust code of the README compiles: what is not in an example is here, word for word.

use std::path::Path;

mod snippets;

/// Where the README's code is compiled.
const COMPILED: [&str; 6] = [
    "tests/readme/tests/compiled/snippets.rs",
    "examples/greeter/build.rs",
    "examples/greeter/src/lib.rs",
    "examples/greeter/src/bin/server.rs",
    "examples/greeter/src/bin/client.rs",
    "examples/guestbook/src/lib.rs",
];

/// Code without its indentation, comments and empty lines.
fn bare(code: &str) -> String {
    let lines: Vec<_> = code
        .lines()
        .map(|line| match line.split_once("// ") {
            Some((code, _comment)) => code.trim_end_matches('/').trim(),
            None => line.trim(),
        })
        .filter(|line| !line.is_empty())
        .collect();
    lines.join("\n")
}

fn read(path: &str) -> String {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = std::fs::read_to_string(workspace.join(path));
    text.unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn the_code_of_the_readme_compiles() {
    let compiled = COMPILED.map(|path| bare(&read(path)));
    let readme = read("README.md");
    let blocks: Vec<_> = readme
        .split("```")
        .filter_map(|block| block.strip_prefix("rust\n"))
        .collect();
    assert!(!blocks.is_empty());
    for block in blocks {
        // Separate pieces of code may be shown together.
        for piece in block.split("\n\n").map(bare) {
            assert!(
                compiled.iter().any(|file| file.contains(&piece)),
                "this is compiled nowhere; tests/readme/tests/compiled/snippets.rs is the place for it:\n{piece}"
            );
        }
    }
}
