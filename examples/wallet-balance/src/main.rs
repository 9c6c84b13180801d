//! Prints the balances of a node's wallets, in satoshi: `wallet-balance unix:PATH [--follow]`. With `--follow`, again
//! whenever a transaction of theirs changes, until the node goes.

use std::time::Duration;

use bitcoin_core_ipc::{Error, Node, Wallet};
use tokio::task::JoinSet;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments
        .next()
        .ok_or("usage: wallet-balance unix:PATH [--follow]")?;
    let follows = arguments.next().is_some_and(|flag| flag == "--follow");
    let node = Node::connect(&address).await?;
    let loader = node.wallet_loader().await?;
    let mut following = JoinSet::new();
    for wallet in loader.wallets().await? {
        if !follows {
            print(&wallet).await?;
            continue;
        }
        // Before the first look, so that nothing is missed.
        let mut changes = wallet.transaction_changes().await?;
        print(&wallet).await?;
        following.spawn(async move {
            while let Some(change) = changes.next().await {
                change?;
                print(&wallet).await?;
            }
            Ok::<_, Error>(())
        });
    }
    while let Some(followed) = following.join_next().await {
        followed??;
    }
    drop(loader);
    node.leave(Duration::from_secs(5)).await;
    Ok(())
}

async fn print(wallet: &Wallet) -> Result<(), Error> {
    let (name, has) = (wallet.name().await?, wallet.balances().await?);
    let (trusted, unconfirmed, immature) = (has.trusted, has.unconfirmed, has.immature);
    println!("{name:?}: {trusted}, unconfirmed {unconfirmed}, immature {immature}");
    Ok(())
}
