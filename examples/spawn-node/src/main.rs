//! Starts a node on a regtest chain of its own, prints its tip, and stops it: `spawn-node PATH/bitcoin-node`.

use bitcoin_core_ipc::Network;
use bitcoin_core_ipc::roles::NodeProcess;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let program = std::env::args_os()
        .nth(1)
        .ok_or("usage: spawn-node PATH/bitcoin-node")?;
    let datadir = tempfile::tempdir()?;
    let process = NodeProcess::builder(program)
        .network(Network::Regtest)
        .datadir(datadir.path())
        .args(["-listen=0", "-server=0"])
        .start()
        .await?;
    println!("started: {}", process.node().interfaces());

    let tip = process.node().mining().await?.tip().await?;
    let tip = tip.ok_or("the node has no blocks yet")?;
    println!("tip: {} {}", tip.height, tip.hash);

    println!("stopped: {}", process.stop().await?);
    Ok(())
}
