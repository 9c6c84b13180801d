//! Schemas of others, which are not kept here: `IPC_SCHEMA_CORPUS` names a folder with one for each project.

use std::path::Path;

use super::compare::{Tally, compare_each};
use super::official::Official;
use super::schemas;

#[test]
fn schemas_of_others_compile_to_the_same() {
    let Some(corpus) = std::env::var_os("IPC_SCHEMA_CORPUS") else {
        println!("skipped: IPC_SCHEMA_CORPUS names no folder with schemas of others");
        return;
    };
    let corpus = Path::new(&corpus).canonicalize();
    let corpus = corpus.expect("IPC_SCHEMA_CORPUS names a folder");
    let entries = std::fs::read_dir(&corpus).expect("the folder can be read");
    let paths = entries.map(|entry| entry.expect("the entry can be read").path());
    let mut projects: Vec<_> = paths.filter(|path| path.is_dir()).collect();
    projects.sort();
    let mut differences = Vec::new();
    for official in Official::all() {
        for project in &projects {
            let files = schemas(project, "capnp");
            let mut tally = Tally::default();
            // What a project imports from its root is looked up there.
            compare_each(official, project, &files, &mut tally);
            let name = project.strip_prefix(&corpus).unwrap_or(project).display();
            println!("{name}: {} files", files.len());
            tally.tell(official);
            differences.extend(tally.differences);
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}
