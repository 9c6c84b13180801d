//! Serves a node's JSON-RPC over HTTP, so that `bitcoin-cli` and `curl` reach it over its IPC socket.
//!
//! ```sh
//! cargo run -p gateway -- unix:$HOME/.bitcoin/regtest/node.sock 127.0.0.1:8332 gateway.cookie
//! bitcoin-cli -rpcconnect=127.0.0.1 -rpcport=8332 -rpccookiefile=$PWD/gateway.cookie getblockcount
//! ```

use std::error::Error;
use std::time::Duration;

use bitcoin_core_ipc::ipc_json_rpc::{Auth, Server};
use bitcoin_core_ipc::{Gateway, Node};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [node, listen, cookie] = &arguments[..] else {
        return Err("give the node's address, the one to listen on, and a cookie file".into());
    };
    let server = Server::builder()
        .listen(listen)
        .auth(Auth::new().cookie_file(cookie)?)
        .start(Gateway::new(Node::builder().address(node)))
        .await?;
    println!("listening on {}", server.addresses()[0]);
    tokio::signal::ctrl_c().await?;
    server.shutdown(Duration::from_secs(5)).await;
    Ok(())
}
