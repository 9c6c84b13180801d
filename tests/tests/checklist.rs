//! `docs/checklist.md` names every test that has the number of an upstream test in its name, and there is one for
//! each number.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ipc_tests::peers::workspace;

/// Files by the numbers of upstream tests.
type Files = BTreeMap<u32, BTreeSet<String>>;

/// The numbers in the names of a file's tests: `upstream_05_07_name` has two.
fn numbers(text: &str) -> impl Iterator<Item = u32> {
    text.split("upstream_").skip(1).flat_map(|name| {
        name.split('_')
            .map_while(|part| part.parse().ok().filter(|_| part.len() == 2))
    })
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// What the tests say.
fn tested() -> Files {
    let tests = workspace().join("tests/tests");
    let mut found = Vec::new();
    sources(&tests, &mut found);
    sources(&workspace().join("ipc-runtime/src"), &mut found);
    let mut files = Files::new();
    for path in found {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = (path.strip_prefix(&tests)).or_else(|_| path.strip_prefix(workspace()));
        let name = name.unwrap().display().to_string();
        for number in numbers(&text).filter(|_| name != "checklist.rs") {
            files.entry(number).or_default().insert(name.clone());
        }
    }
    files
}

/// What the page says.
fn listed() -> Files {
    let page = workspace().join("docs/checklist.md");
    let page = std::fs::read_to_string(page).unwrap();
    let mut files = Files::new();
    for line in page.lines() {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        if let ["", number, _, tests, ""] = *cells
            && let Ok(number) = number.parse()
        {
            let named = tests.split('`').skip(1).step_by(2).map(str::to_owned);
            files.entry(number).or_default().extend(named);
        }
    }
    files
}

#[test]
fn the_page_names_every_test() {
    let tested = tested();
    assert_eq!(
        tested.keys().copied().collect::<Vec<_>>(),
        (1..=64).collect::<Vec<_>>()
    );
    assert_eq!(listed(), tested);
}
