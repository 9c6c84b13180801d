//! What a node of the multiprocess branch starts as `bitcoin-wallet`, without any wallets: it lets the node start, list its
//! wallets and stop. Put it beside the `bitcoin-node`, under that name.

use std::process::ExitCode;

use bitcoin_core_ipc::Chain;
use bitcoin_core_ipc::roles::{NoWallets, serve_wallets};
use ipc_runtime::Ipc;

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let ipc = Ipc::builder().exe_name("bitcoin-wallet").build()?;
    let open = async |_settings, chain: Chain| {
        chain.init_message("No wallets here").await?;
        Ok(NoWallets)
    };
    let served = serve_wallets(&ipc, std::env::args_os(), open).await?;
    Ok(served.unwrap_or_else(|| {
        eprintln!("wallet-stand-in: only a node starts me, with -ipcfd N");
        ExitCode::FAILURE
    }))
}
