//! The front that makes schemas of Rust.

use std::path::{Path, PathBuf};

use crate::attribute::declared_in;
use crate::attribute::derived::{Declaration, File, file_id};
use crate::error::{Error, Problem, Problems};
use crate::evolution::{self, Report};
use crate::schema::{self, Input, Loaded};

/// Writes the schema of the traits and types that are their own source, for peers in other languages: those
/// with `#[ipc_interface(id = 0x…)]`, and those that derive `IpcStruct` or `IpcEnum` with `#[ipc(id = 0x…)]`.
///
/// ```no_run
/// # fn main() -> Result<(), ipc_gen::Error> {
/// let exported = ipc_gen::Export::new(&["src/lib.rs"]).kept("schema/greeter.capnp").run()?;
/// assert!(!exported.report().is_some_and(|report| report.breaks()));
/// print!("{}", exported.schema());
/// # Ok(())
/// # }
/// ```
///
/// It reads the files as they are: what other macros make, and modules in other files, it does not see.
#[derive(Clone, Debug)]
#[must_use]
pub struct Export {
    files: Vec<PathBuf>,
    kept: Option<PathBuf>,
}

/// A schema that was made from Rust.
#[derive(Debug)]
pub struct Exported {
    schema: String,
    report: Option<Report>,
}

impl Exported {
    /// The text of the schema file.
    #[must_use]
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// What has changed since the schema that was kept, if there is one.
    #[must_use]
    pub fn report(&self) -> Option<&Report> {
        self.report.as_ref()
    }
}

impl Export {
    /// Takes these Rust files, which have to refer to nothing of others that is part of the schema.
    pub fn new(files: &[impl AsRef<Path>]) -> Self {
        Self {
            files: files.iter().map(|file| file.as_ref().to_owned()).collect(),
            kept: None,
        }
    }

    /// Names the schema that peers have. It gives the new one its id, and is what that is compared with. It
    /// need not be there.
    pub fn kept(mut self, file: impl AsRef<Path>) -> Self {
        self.kept = Some(file.as_ref().to_owned());
        self
    }

    /// Makes the schema.
    ///
    /// # Errors
    ///
    /// Fails with everything in the files that has no counterpart in a schema.
    pub fn run(&self) -> Result<Exported, Error> {
        let kept = self.read_kept()?;
        let mut problems = Problems::default();
        let mut declarations: Vec<Declaration> = Vec::new();
        for file in &self.files {
            let shown = file.display().to_string();
            let declared = match std::fs::read_to_string(file) {
                Ok(text) => declared_in(&text),
                Err(error) => {
                    problems.push(Problem::at(shown, format!("cannot read the file: {error}")));
                    continue;
                }
            };
            match declared {
                Ok(declared) => declarations.extend(declared),
                Err(errors) => {
                    for error in errors {
                        problems.push(problem(&shown, &error));
                    }
                }
            }
        }
        problems.into_result()?;
        let id = match (&kept, declarations.first()) {
            (Some((kept, name)), _) => id_of(kept, name),
            (None, Some(first)) => file_id(first.id()),
            (None, None) => {
                return Err(
                    Problem::new("the files declare nothing that is its own source")
                        .help("write `#[ipc_interface(id = 0x…)]` above a trait")
                        .into(),
                );
            }
        };
        let file = File::new(id, declarations);
        check(&file)?;
        let schema = file.text();
        let name = kept
            .as_ref()
            .map_or("exported.capnp", |(_, name)| name.as_str());
        let loaded = schema::load_text(name, &schema)?;
        let report = kept.map(|(kept, _)| evolution::compare(&kept, &loaded));
        Ok(Exported { schema, report })
    }

    /// The schema that peers have, and its name.
    fn read_kept(&self) -> Result<Option<(Loaded, String)>, Error> {
        let Some(path) = self.kept.as_ref().filter(|path| path.exists()) else {
            return Ok(None);
        };
        let folder = path.parent().filter(|folder| folder.is_dir());
        let input = Input {
            files: vec![path.clone()],
            src_prefixes: vec![folder.unwrap_or(Path::new(".")).to_owned()],
            ..Input::default()
        };
        let loaded = schema::load_own(&input)?;
        let name = loaded.name_of(path).unwrap_or_default().to_owned();
        Ok(Some((loaded, name)))
    }
}

fn id_of(kept: &Loaded, name: &str) -> u64 {
    let mut files = kept.files.iter();
    files
        .find(|file| file.name == name)
        .map_or(1 << 63, |file| file.id)
}

/// What the declarations say of each other.
fn check(file: &File) -> Result<(), Error> {
    let mut problems = Problems::default();
    for (name, kind) in file.missing() {
        let problem =
            format!("the {kind} `{name}` is referred to, and none of the files declares it");
        problems.push(Problem::new(problem).help(
            "name the Rust file that does, too; or derive `IpcStruct` or `IpcEnum` for it with `#[ipc(id = 0x…)]`",
        ));
    }
    for (name, is_enum) in file.mistaken() {
        let (problem, help) = if is_enum {
            (
                format!("`{name}` is an enum, and is referred to as a struct"),
                "write `#[ipc(enum)]` before the parameters and fields that have the type",
            )
        } else {
            (
                format!("`{name}` is no enum, and is referred to as one"),
                "leave `#[ipc(enum)]` out",
            )
        };
        problems.push(Problem::new(problem).help(help));
    }
    problems.into_result()
}

fn problem(file: &str, error: &syn::Error) -> Problem {
    let at = error.span().start();
    let text = error.to_string();
    let (message, help) = text.split_once("\nhelp: ").unwrap_or((&text, ""));
    let problem = Problem::at(format!("{file}:{}:{}", at.line, at.column + 1), message);
    if help.is_empty() {
        problem
    } else {
        problem.help(help)
    }
}
