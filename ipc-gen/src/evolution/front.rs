//! The front of the comparison: from files on disk to a report.

use std::path::{Path, PathBuf};

use super::compare;
use super::report::Report;
use crate::error::{Error, Problem};
use crate::schema::{self, Input, Loaded};

/// Compares two versions of schemas, to find what breaks peers that have the other version.
///
/// ```no_run
/// # fn main() -> Result<(), ipc_gen::Error> {
/// let report = ipc_gen::Diff::new("schema/v30", "schema/v31").import_path("schema").run()?;
/// print!("{report}");
/// assert!(report.breaks());
/// # Ok(())
/// # }
/// ```
///
/// Each version is a file or a folder of files, with all that they import.
#[derive(Clone, Debug)]
#[must_use]
pub struct Diff {
    old: Side,
    new: Side,
}

#[derive(Clone, Debug)]
struct Side {
    path: PathBuf,
    input: Input,
}

impl Diff {
    /// Compares a file or folder with a newer one.
    pub fn new(old: impl AsRef<Path>, new: impl AsRef<Path>) -> Self {
        let side = |path: &Path| Side {
            path: path.to_owned(),
            input: Input::default(),
        };
        Self {
            old: side(old.as_ref()),
            new: side(new.as_ref()),
        }
    }

    /// Adds a folder where imports of both versions that begin with `/` are looked up. Several can be
    /// given; the first that has the file wins. The folders of the versions themselves come last.
    pub fn import_path(self, folder: impl AsRef<Path>) -> Self {
        self.old_import_path(folder.as_ref())
            .new_import_path(folder)
    }

    /// Adds an import path for the old version only.
    pub fn old_import_path(mut self, folder: impl AsRef<Path>) -> Self {
        self.old.input.import_paths.push(folder.as_ref().to_owned());
        self
    }

    /// Adds an import path for the new version only.
    pub fn new_import_path(mut self, folder: impl AsRef<Path>) -> Self {
        self.new.input.import_paths.push(folder.as_ref().to_owned());
        self
    }

    /// Runs this `capnp` command instead of the built-in schema compiler. The environment variable
    /// `CAPNP` does the same.
    pub fn capnp(mut self, command: impl AsRef<Path>) -> Self {
        self.old.input.capnp = Some(command.as_ref().to_owned());
        self.new.input.capnp = Some(command.as_ref().to_owned());
        self
    }

    /// Compares the versions.
    ///
    /// # Errors
    ///
    /// Fails if a version cannot be read or is not a valid schema.
    pub fn run(&self) -> Result<Report, Error> {
        match (self.old.load(), self.new.load()) {
            (Ok(old), Ok(new)) => Ok(compare::compare(&old, &new)),
            (Err(old), Err(new)) => Err(Error::join(vec![old, new])),
            (Err(error), Ok(_)) | (Ok(_), Err(error)) => Err(error),
        }
    }
}

impl Side {
    fn load(&self) -> Result<Loaded, Error> {
        let mut input = self.input.clone();
        if self.path.is_dir() {
            find_schemas(&self.path, &mut input.files).map_err(|error| {
                let problem = format!("cannot read the folder: {error}");
                Problem::at(self.path.display().to_string(), problem)
            })?;
            if input.files.is_empty() {
                let problem = "there is no schema in this folder";
                let problem = Problem::at(self.path.display().to_string(), problem);
                return Err(problem
                    .help("name a folder that has files ending in `.capnp`, or a file")
                    .into());
            }
            input.src_prefixes.push(self.path.clone());
        } else {
            input.files.push(self.path.clone());
            // A file without a folder before it is in the working directory.
            let folder = match self.path.parent() {
                Some(folder) if folder.is_dir() => folder,
                _ => Path::new("."),
            };
            input.src_prefixes.push(folder.to_owned());
        }
        schema::load(&input)
    }
}

fn find_schemas(folder: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        // Links are not followed into folders: one may lead back to where it came from.
        if entry.file_type()?.is_dir() {
            find_schemas(&path, found)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "capnp")
        {
            found.push(path);
        }
    }
    Ok(())
}
