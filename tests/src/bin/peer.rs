//! A child process for tests: serves a `TestInit` on the socket that its parent names.

use std::process::ExitCode;

use ipc_runtime::{Exception, Ipc};
use ipc_tests::service::{TestInit, Watch};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, Exception> {
    let init = TestInit(Watch::new());
    let served = Ipc::new()?
        .start_spawned_process(std::env::args_os(), init)
        .await?;
    Ok(served.unwrap_or_else(|| {
        eprintln!("peer: only a parent process starts me");
        ExitCode::FAILURE
    }))
}
