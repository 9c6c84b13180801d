//! What the tests here share.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ipc_runtime::{Ipc, Listener};
use ipc_tests::peers::within;
use ipc_tests::service::{TestInit, Watch};
use tempfile::TempDir;

/// Waits for `future`, but not for ever.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    within("a step of the test", future).await
}

/// A directory of its own for each test.
pub(crate) fn directory() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// The address of a socket in a test's directory.
pub(crate) fn address(directory: &TempDir) -> String {
    format!("unix:{}", directory.path().join("test.sock").display())
}

/// Listens in a test's directory.
pub(crate) async fn listen(ipc: &Ipc, directory: &TempDir, watch: &Arc<Watch>) -> Listener {
    let init = TestInit(Arc::clone(watch));
    ipc.listen_address(&address(directory), init).await.unwrap()
}

/// A program of shell commands; `$0` is its path.
pub(crate) fn script(directory: &Path, commands: &str) -> PathBuf {
    let path = directory.join("program");
    std::fs::write(&path, format!("#!/bin/sh\n{commands}\n")).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o700)).unwrap();
    path
}
