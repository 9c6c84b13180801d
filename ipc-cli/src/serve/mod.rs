//! `ipc serve`: a node in other ways. Each way has a module.

mod interfaces;
mod json_rpc;
mod zmq;

use std::process::ExitCode;

use ipc_runtime::Ipc;

use crate::args::Serve;
use crate::failure::Failure;
use crate::interrupt::unless_interrupted;
use crate::output::Output;

/// Serves until Ctrl-C, or until the node ends.
pub(crate) async fn run(arguments: Serve, ipc: &Ipc, output: Output) -> Result<ExitCode, Failure> {
    let served = match &arguments {
        Serve::Zmq(arguments) => unless_interrupted(zmq::run(arguments, ipc, output)).await,
        Serve::JsonRpc(arguments) => {
            unless_interrupted(json_rpc::run(arguments, ipc, output)).await
        }
    };
    served.unwrap_or(Ok(())).map(|()| ExitCode::SUCCESS)
}
