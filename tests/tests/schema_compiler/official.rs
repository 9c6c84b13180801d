//! The official compiler, where it is installed.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use super::deadline;

/// Its command. Tests say so and pass without it.
static COMMAND: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
    let command = std::env::var_os("CAPNP").filter(|command| !command.is_empty());
    let command = command.map_or_else(|| PathBuf::from("capnp"), PathBuf::from);
    match Command::new(&command).arg("--version").output() {
        Ok(output) if output.status.success() => Some(command),
        _ => {
            eprintln!("skipped: there is no `capnp` to compare with; apt install capnproto");
            None
        }
    }
});

/// One of the official compilers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Official {
    /// The one that is installed, which can be an old one.
    Installed,
    /// Version 1.4.0, the reference. Tests bring it along, as WebAssembly, so it is slow.
    Reference,
}

impl Official {
    /// All that can be compared with here.
    pub(crate) fn all() -> Vec<Self> {
        let mut all = vec![Self::Reference];
        all.extend(is_there().then_some(Self::Installed));
        all
    }

    /// How many of so many to compare with this one, unless all were asked for.
    pub(crate) fn share(self, count: usize) -> usize {
        match self {
            Self::Installed => count,
            Self::Reference => count / 10,
        }
    }

    /// Compiles files below a folder, which is where absolute imports lead, too.
    pub(crate) fn compile(self, folder: &Path, files: &[PathBuf]) -> Result<Vec<u8>, String> {
        // The files that come along with ours, as the compiler's own may know less, and have other comments.
        let along = Path::new("../ipc-gen/include").canonicalize();
        let along = along.map_err(|error| error.to_string())?;
        match self {
            Self::Installed => installed(folder, files, &along),
            Self::Reference => reference(folder, files, &along),
        }
    }
}

/// Whether a compiler is installed.
pub(crate) fn is_there() -> bool {
    COMMAND.is_some()
}

fn installed(folder: &Path, files: &[PathBuf], along: &Path) -> Result<Vec<u8>, String> {
    let command = COMMAND.as_ref().ok_or("there is no official compiler")?;
    let prefix = format!("--src-prefix={}", folder.display());
    let mut run = Command::new(command);
    run.args(["compile", "-o-", &prefix, "-I"]).arg(folder);
    run.arg("-I").arg(along).args(files);
    let output = deadline::within("the official compiler", move || run.output());
    let output: Output = output.map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

fn reference(folder: &Path, files: &[PathBuf], along: &Path) -> Result<Vec<u8>, String> {
    let mut command = capnpc_embedded::CompileCommand::new();
    command.src_prefix(folder).import_path(folder);
    command.import_path(along).no_standard_import();
    for file in files {
        command.file(file);
    }
    let compiled = deadline::within("the official compiler", move || command.compile());
    compiled.map_err(|error| error.to_string())
}
