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

/// Whether there is something to compare with.
pub(crate) fn is_there() -> bool {
    COMMAND.is_some()
}

/// Compiles files below a folder, which is where absolute imports lead, too.
pub(crate) fn compile(folder: &Path, files: &[PathBuf]) -> Result<Vec<u8>, String> {
    let command = COMMAND.as_ref().ok_or("there is no official compiler")?;
    let prefix = format!("--src-prefix={}", folder.display());
    let mut run = Command::new(command);
    // The files that come along with ours, as the installed ones may know less.
    let along = Path::new("../ipc-gen/include").canonicalize();
    let along = along.map_err(|error| error.to_string())?;
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
