//! `ipc serve json-rpc`: JSON-RPC over HTTP, `bitcoind`'s from a node over IPC, or of any interfaces.

use bitcoin_core_ipc::Gateway;
use bitcoin_core_ipc::ipc_json_rpc::{Auth, Error, Handler, Server};
use ipc_runtime::Ipc;
use serde_json::json;

use crate::args::JsonRpc;
use crate::call::connect;
use crate::failure::Failure;
use crate::output::{Output, Read};
use crate::serve::interfaces;

pub(super) async fn run(arguments: &JsonRpc, ipc: &Ipc, output: Output) -> Result<(), Failure> {
    if arguments.interfaces || !arguments.by.schema.is_empty() {
        let handler = interfaces::handler(arguments, ipc).await?;
        return serve(arguments, handler, output).await;
    }
    // A node of a version without it is told now, rather than to each client.
    let node = connect(&arguments.reach, ipc).await?;
    let _rpc = node.rpc().await.map_err(|error| {
        let advice = "--interfaces serves the methods that it has";
        Failure::from(error).advice(advice)
    })?;
    let gateway = Gateway::new(arguments.reach.node().ipc(ipc.clone()));
    serve(arguments, gateway, output).await
}

/// Serves until it is given up: whoever answers connects anew when the server behind it comes again.
async fn serve(arguments: &JsonRpc, handler: impl Handler, output: Output) -> Result<(), Failure> {
    let mut server = Server::builder().allow_remote(arguments.allow_remote);
    for address in &arguments.listen {
        server = server.listen(address);
    }
    if let Some(path) = &arguments.cookie_file {
        let auth = Auth::new().cookie_file(path).map_err(Failure::failed)?;
        server = server.auth(auth);
    }
    let server = server.start(handler).await.map_err(refused)?;
    for address in server.addresses() {
        let address = address.to_string();
        let json = json!({ "address": address });
        if output.show(&json, &format!("listening on {address}"))? == Read::NoMore {
            return Ok(());
        }
    }
    std::future::pending().await
}

fn refused(error: Error) -> Failure {
    let advice = match error {
        Error::Anonymous(_) => "name a file with --cookie-file, or listen at unix:PATH",
        Error::Remote(_) => "listen at 127.0.0.1, or ask for it with --allow-remote",
        _ => return Failure::usage(error),
    };
    Failure::usage(error).advice(advice)
}
