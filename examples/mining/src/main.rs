//! Mines a block on regtest, with a node of any version: `mining unix:PATH`.

use bitcoin_core_ipc::bitcoin::ScriptBuf;
use bitcoin_core_ipc::{Node, TemplateOptions, WaitOptions};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1).ok_or("usage: mining unix:PATH")?;
    let node = Node::connect(&address).await?;
    let mining = node.mining().await?;
    let tip = mining.tip().await?.ok_or("the node has no blocks yet")?;
    println!("{}: tip {} {}", node.interfaces(), tip.height, tip.hash);

    let template = mining.create_new_block(TemplateOptions::at_once()).await?;
    let mut work = template.work(ScriptBuf::new(), b"mining").await?;
    work.solve();
    println!("block: {}", template.submit_solution(&work).await?);

    let next = template.wait_next(WaitOptions::default()).await?;
    let next = next.ok_or("the node shuts down")?.header().await?;
    println!("next template on {}", next.prev_block());
    Ok(())
}
