//! `ipc`: looks into the IPC sockets of Bitcoin Core, and of other programs that speak Cap'n Proto.

mod args;
mod call;
mod doctor;
mod dynamic;
mod failure;
mod interrupt;
mod leave;
mod output;
mod progress;
mod schema;
mod serve;
mod watch;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Arguments, Command};
use failure::Failure;
use ipc_runtime::Ipc;
use leave::leave;
use output::Output;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = run(arguments);
    done.unwrap_or_else(|failure| {
        eprintln!("{failure}");
        failure.code()
    })
}

fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let output = Output(arguments.format());
    match arguments.command {
        Command::Doctor(reach) => async_run(async |ipc| doctor::run(reach, ipc, output).await),
        Command::Call(call) => async_run(async |ipc| call::run(call, ipc, output).await),
        Command::Watch(watch) => async_run(async |ipc| watch::run(watch, ipc, output).await),
        Command::Serve(serve) => async_run(async |ipc| serve::run(serve, ipc, output).await),
        Command::Schema(schema) => schema::run(schema, output),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "ipc", &mut script);
            let _ = output::print(&String::from_utf8_lossy(&script))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn async_run(
    command: impl AsyncFnOnce(&Ipc) -> Result<ExitCode, Failure>,
) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(Failure::failed)?;
    runtime.block_on(async {
        let ipc = Ipc::new()?;
        let done = command(&ipc).await;
        leave(&ipc).await;
        done
    })
}
