//! Runs a schema compiler: our own, or a `capnp` command.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::disk::Disk;
use super::sources::Sources;
use super::staged::Staged;
use super::{Input, excerpts};
use crate::compiler;
use crate::error::{Error, Problem};

const INSTALL: &str = "install Cap'n Proto (`apt install capnproto`, `brew install capnp`, or \
                       https://capnproto.org/install.html)";

/// What a schema compiler has made of the sources.
pub(super) struct Compiled {
    /// The bytes of a `CodeGeneratorRequest`.
    pub(super) request: Vec<u8>,
    /// The files that were read for it, as far as the compiler tells.
    pub(super) read: BTreeSet<PathBuf>,
}

/// Compiles the sources.
pub(super) fn compile(input: &Input, sources: &Sources) -> Result<Compiled, Error> {
    if let Some(command) = &input.capnp {
        return run_system(command, "Builder::capnp", sources);
    }
    match std::env::var_os("CAPNP") {
        Some(command) if !command.is_empty() => run_system(
            Path::new(&command),
            "the environment variable CAPNP",
            sources,
        ),
        _ => compile_own(sources),
    }
}

/// Compiles the sources with our own compiler.
pub(super) fn compile_own(sources: &Sources) -> Result<Compiled, Error> {
    let files: Vec<_> = sources.files.iter().map(|file| file.path.clone()).collect();
    run_own(sources, &files)
}

/// Compiles files with our own compiler.
pub(super) fn run_own(sources: &Sources, files: &[PathBuf]) -> Result<Compiled, Error> {
    let compiled = compiler::compile(&Disk::new(sources), files);
    let compiled = compiled.map_err(|failure| excerpts::show(&failure))?;
    let on_disk = compiled.read.into_iter().filter(|file| file.is_absolute());
    Ok(Compiled {
        request: compiled.request,
        read: on_disk.collect(),
    })
}

fn run_system(command: &Path, chosen_by: &str, sources: &Sources) -> Result<Compiled, Error> {
    let bundled = Staged::new().map_err(|error| {
        Problem::new(format!(
            "cannot write the bundled schemas to a temporary folder: {error}"
        ))
    })?;
    let mut arguments: Vec<OsString> = vec!["compile".into(), "-o-".into()];
    let import_paths = sources
        .import_paths
        .iter()
        .map(PathBuf::as_path)
        .chain([bundled.path()]);
    arguments.extend(import_paths.map(|folder| flag("-I", folder)));
    arguments.extend(
        sources
            .import_paths
            .iter()
            .map(|folder| flag("--src-prefix=", folder)),
    );
    arguments.extend(
        sources
            .files
            .iter()
            .map(|file| file.path.clone().into_os_string()),
    );

    let name = command.display();
    let output = Command::new(command)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| {
            Problem::new(format!(
                "cannot run the schema compiler `{name}`, named by {chosen_by}: {error}"
            ))
            .help(format!(
                "{INSTALL}, or leave it unset to use the built-in compiler"
            ))
        })?;
    if !output.status.success() {
        let messages = String::from_utf8_lossy(&output.stderr);
        let problem = format!("the schema compiler `{name}` failed ({})", output.status);
        return Err(match messages.trim() {
            "" => Problem::new(format!("{problem} and said nothing")).into(),
            messages => Problem::new(format!("{problem}:\n{messages}")).into(),
        });
    }
    Ok(Compiled {
        request: output.stdout,
        read: BTreeSet::new(),
    })
}

fn flag(name: &str, folder: &Path) -> OsString {
    let mut flag = OsString::from(name);
    flag.push(folder);
    flag
}
