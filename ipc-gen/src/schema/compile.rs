//! Runs the schema compiler: the built-in one, or a `capnp` command.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Input;
use super::sources::Sources;
use crate::error::{Error, Problem};

/// The schemas that every run can import, under the paths by which it does.
const BUNDLED: &[(&str, &str)] = &[
    (
        "capnp/c++.capnp",
        include_str!("../../include/capnp/c++.capnp"),
    ),
    ("ipc.capnp", include_str!("../../include/ipc.capnp")),
    (
        "capnp/rust.capnp",
        include_str!("../../include/capnp/rust.capnp"),
    ),
    (
        "mp/proxy.capnp",
        include_str!("../../include/mp/proxy.capnp"),
    ),
];

const INSTALL: &str = "install Cap'n Proto (`apt install capnproto`, `brew install capnp`, or \
                       https://capnproto.org/install.html)";

/// Compiles the sources to the bytes of a `CodeGeneratorRequest`.
pub(super) fn compile(input: &Input, sources: &Sources) -> Result<Vec<u8>, Error> {
    let bundled = stage_bundled()?;
    match compiler(input) {
        Compiler::System { command, chosen_by } => {
            run_system(&command, chosen_by, sources, bundled.path())
        }
        Compiler::Embedded => run_embedded(sources, bundled.path()),
    }
}

enum Compiler {
    System {
        command: PathBuf,
        chosen_by: &'static str,
    },
    Embedded,
}

fn compiler(input: &Input) -> Compiler {
    if let Some(command) = &input.capnp {
        return Compiler::System {
            command: command.clone(),
            chosen_by: "Builder::capnp",
        };
    }
    match std::env::var_os("CAPNP") {
        Some(command) if !command.is_empty() => Compiler::System {
            command: command.into(),
            chosen_by: "the environment variable CAPNP",
        },
        _ => Compiler::Embedded,
    }
}

fn stage_bundled() -> Result<tempfile::TempDir, Error> {
    let stage = || {
        let folder = tempfile::tempdir()?;
        for (name, text) in BUNDLED {
            let path = folder.path().join(name);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)?;
            }
            std::fs::write(path, text)?;
        }
        Ok(folder)
    };
    stage().map_err(|error: std::io::Error| {
        Problem::new(format!(
            "cannot write the bundled schemas to a temporary folder: {error}"
        ))
        .into()
    })
}

fn run_system(
    command: &Path,
    chosen_by: &str,
    sources: &Sources,
    bundled: &Path,
) -> Result<Vec<u8>, Error> {
    let mut arguments: Vec<OsString> = vec!["compile".into(), "-o-".into()];
    let import_paths = sources
        .import_paths
        .iter()
        .map(PathBuf::as_path)
        .chain([bundled]);
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
    Ok(output.stdout)
}

fn flag(name: &str, folder: &Path) -> OsString {
    let mut flag = OsString::from(name);
    flag.push(folder);
    flag
}

#[cfg(feature = "embedded")]
fn run_embedded(sources: &Sources, bundled: &Path) -> Result<Vec<u8>, Error> {
    let mut command = capnpc_embedded::CompileCommand::new();
    for folder in sources
        .import_paths
        .iter()
        .map(PathBuf::as_path)
        .chain([bundled])
    {
        command.import_path(folder);
    }
    for folder in &sources.import_paths {
        command.src_prefix(folder);
    }
    for file in &sources.files {
        command.file(&file.path);
    }
    command.compile().map_err(|error| {
        let error = error.to_string();
        // The compiler writes what is wrong with a schema to this process's standard error itself.
        if error.contains("exited with code") {
            let count = sources.files.len();
            let schemas = if count == 1 {
                "the schema"
            } else {
                "the schemas"
            };
            Problem::new(format!(
                "{schemas} did not compile; the compiler's messages stand above"
            ))
            .into()
        } else {
            Problem::new(error).into()
        }
    })
}

#[cfg(not(feature = "embedded"))]
fn run_embedded(_: &Sources, _: &Path) -> Result<Vec<u8>, Error> {
    Err(Problem::new(
        "there is no schema compiler: ipc-gen was built without its feature `embedded`",
    )
    .help(format!(
        "enable the feature, or {INSTALL} and set CAPNP=capnp"
    ))
    .into())
}
