//! Gives the same schemas to both compilers.

use std::path::{Path, PathBuf};

use super::official::Official;
use super::{deadline, decode};

/// What the compilers make of the same files.
#[derive(Debug, PartialEq)]
pub(crate) enum Verdict {
    /// Both accept them and say the same of them.
    Same,
    /// Both reject them.
    Rejected,
    Different(String),
}

/// Compiles files below a folder with our own compiler.
pub(crate) fn ours(folder: &Path, files: &[PathBuf]) -> Result<Vec<u8>, String> {
    let builder = ipc_gen::Builder::new()
        .src_prefix(folder)
        .import_path(folder)
        .import_path("../ipc-gen/include");
    let files = files.to_vec();
    deadline::within("our compiler", move || {
        builder.request(&files).map_err(|error| error.to_string())
    })
}

/// Compiles files below a folder with our compiler and an official one.
pub(crate) fn compare(official: Official, folder: &Path, files: &[PathBuf]) -> Verdict {
    let names = || {
        let names: Vec<_> = files
            .iter()
            .map(|file| file.display().to_string())
            .collect();
        names.join(", ")
    };
    match (ours(folder, files), official.compile(folder, files)) {
        (Ok(ours), Ok(official)) => {
            let ours = decode::decode(&ours).expect("our request is one");
            let official = decode::decode(&official).expect("their request is one");
            match official.difference(&ours) {
                None => Verdict::Same,
                Some(difference) => Verdict::Different(format!("{}: {difference}", names())),
            }
        }
        (Err(_), Err(_)) => Verdict::Rejected,
        (Ok(_), Err(error)) => {
            Verdict::Different(format!("only we accept {}; theirs says:\n{error}", names()))
        }
        (Err(error), Ok(_)) => {
            Verdict::Different(format!("only theirs accepts {}; we say:\n{error}", names()))
        }
    }
}

/// How many files had which verdict.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) same: usize,
    pub(crate) rejected: usize,
    pub(crate) differences: Vec<String>,
}

impl Tally {
    pub(crate) fn count(&mut self, verdict: Verdict, files: usize) {
        match verdict {
            Verdict::Same => self.same += files,
            Verdict::Rejected => self.rejected += files,
            Verdict::Different(difference) => self.differences.push(difference),
        }
    }

    /// Prints how many there were of what.
    pub(crate) fn tell(&self, official: Official) {
        println!(
            "{official:?}: {} the same, {} rejected by both, {} different",
            self.same,
            self.rejected,
            self.differences.len()
        );
    }

    /// Fails with the first differences, if there are any.
    pub(crate) fn check(&self) {
        let shown: Vec<_> = self.differences.iter().take(5).cloned().collect();
        let count = self.differences.len();
        assert!(count == 0, "{count} differences:\n{}", shown.join("\n\n"));
    }
}

/// Compiles each file alone.
pub(crate) fn compare_each(
    official: Official,
    folder: &Path,
    files: &[PathBuf],
    tally: &mut Tally,
) {
    for file in files {
        tally.count(compare(official, folder, std::slice::from_ref(file)), 1);
    }
}

/// Compiles files in groups, as far as they are right, which takes the official compiler less time.
pub(crate) fn compare_in_groups(
    official: Official,
    folder: &Path,
    files: &[PathBuf],
    tally: &mut Tally,
) {
    const GROUP: usize = 50;
    let accepted = |file: &PathBuf| ours(folder, std::slice::from_ref(file)).is_ok();
    let (right, wrong): (Vec<_>, Vec<_>) = files.iter().cloned().partition(accepted);
    for group in right.chunks(GROUP) {
        match compare(official, folder, group) {
            Verdict::Same => tally.same += group.len(),
            _ => compare_each(official, folder, group, tally),
        }
    }
    compare_each(official, folder, &wrong, tally);
}
