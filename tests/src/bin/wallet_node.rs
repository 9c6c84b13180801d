//! A node as far as a wallet's process sees one: `wallet_node PROGRAM` starts the program with `-ipcfd N`, asks it for what
//! opens wallets, and prints what that shows to the node's user, without ever answering.

use generated_examples::multiprocess::chain::Chain;
use generated_examples::multiprocess::common::GlobalArgs;
use generated_examples::multiprocess::init::InitProxy;
use ipc_runtime::{Exception, Ipc};

struct Shown;

impl Chain for Shown {
    async fn init_message(&self, message: String) -> Result<(), Exception> {
        println!("shown: {message}");
        std::future::pending().await
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Exception> {
    let program = std::env::args_os().nth(1);
    let program = program.ok_or_else(|| Exception::failed("usage: wallet_node PROGRAM"))?;
    let init: InitProxy = Ipc::new()?.spawn_process(program).await?;
    init.make_wallet_loader(GlobalArgs::default(), Shown)
        .await?;
    Ok(())
}
