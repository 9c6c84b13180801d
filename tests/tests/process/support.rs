//! What the tests here share.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use ipc_tests::peers::within;
use tempfile::TempDir;

/// Waits for `future`, but not for ever.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    within("a step of the test", future).await
}

/// A directory of its own for each test.
pub(crate) fn directory() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// A program of shell commands; `$0` is its path.
pub(crate) fn script(directory: &Path, commands: &str) -> PathBuf {
    let path = directory.join("program");
    std::fs::write(&path, format!("#!/bin/sh\n{commands}\n")).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o700)).unwrap();
    path
}
