//! Runs a JSON-RPC method in a node over its socket: `rpc unix:PATH getblockhash 0`.

use std::process::ExitCode;

use bitcoin_core_ipc::Node;
use serde_json::Value;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(result) => {
            println!("{result:#}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("rpc: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<Value, Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(method)) = (arguments.next(), arguments.next()) else {
        return Err("usage: rpc unix:PATH METHOD [PARAMETER]...".into());
    };
    // What is no JSON is text, so that hashes need no quotation marks.
    let value = |argument: String| serde_json::from_str(&argument).unwrap_or(argument.into());
    let params: Vec<Value> = arguments.map(value).collect();
    let rpc = Node::connect(&address).await?.rpc().await?;
    Ok(rpc.call(&method, params).await?)
}
