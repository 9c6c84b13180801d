//! Being what a node starts as its `bitcoin-wallet`.

use std::ffi::OsString;
use std::process::ExitCode;

use generated_examples::multiprocess::chain::ChainProxy;
use generated_examples::multiprocess::common::GlobalArgs;
use generated_examples::multiprocess::echo::EchoProxy;
use generated_examples::multiprocess::init::{Init, InitProxy};
use generated_examples::multiprocess::wallet::{WalletLoader, WalletLoaderProxy};
use ipc_runtime::{Exception, Ipc};

use super::echo::OurEcho;
use crate::chain::Chain;
use crate::error::Error;

/// If this process was started by a node, that is, with no arguments but `-ipcfd N`: serves wallets to it until the node is
/// done, and returns the exit code for `main`. Otherwise returns none at once.
///
/// When the node asks for what opens wallets, it tells its settings and gives its chain, with which `open` makes it:
/// [`NoWallets`](super::NoWallets), or an implementation of the generated trait `WalletLoader`. What `open` fails with, the
/// node's start fails with.
///
/// Call it first thing in `main`, with [`std::env::args_os`]. Ctrl-C in a terminal reaches node and wallet: it is left to the
/// node. When the node is killed, running calls of its chain fail as disconnected, and this returns as when it is done.
///
/// ```no_run
/// use std::process::ExitCode;
///
/// use bitcoin_core_ipc::roles::{NoWallets, serve_wallets};
/// use ipc_runtime::Ipc;
///
/// #[tokio::main]
/// async fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
///     let ipc = Ipc::builder().exe_name("bitcoin-wallet").build()?;
///     let served = serve_wallets(&ipc, std::env::args_os(), |_settings, _chain| async {
///         Ok(NoWallets)
///     });
///     Ok(served.await?.unwrap_or_else(|| {
///         eprintln!("only a node starts me");
///         ExitCode::FAILURE
///     }))
/// }
/// ```
///
/// # Errors
///
/// The descriptor's number is no number, or not of an open socket.
pub async fn serve_wallets<L, F>(
    ipc: &Ipc,
    args: impl IntoIterator<Item = OsString>,
    open: impl Fn(GlobalArgs, Chain) -> F + Send + Sync + 'static,
) -> Result<Option<ExitCode>, Error>
where
    L: WalletLoader,
    F: Future<Output = Result<L, Error>> + Send + 'static,
{
    let init = WalletInit { open };
    let served = ipc.start_spawned_process::<InitProxy, _>(args, init);
    Ok(served.await?)
}

/// The first object of the process: it makes what opens wallets, and nothing that a node would make.
struct WalletInit<O> {
    open: O,
}

impl<O, F, L> Init for WalletInit<O>
where
    O: Fn(GlobalArgs, Chain) -> F + Send + Sync + 'static,
    F: Future<Output = Result<L, Error>> + Send + 'static,
    L: WalletLoader,
{
    async fn make_echo(&self) -> Result<EchoProxy, Exception> {
        Ok(EchoProxy::new(OurEcho))
    }

    async fn make_wallet_loader(
        &self,
        global_args: GlobalArgs,
        chain: ChainProxy,
    ) -> Result<WalletLoaderProxy, Exception> {
        match (self.open)(global_args, Chain::new(chain)).await {
            Ok(loader) => Ok(WalletLoaderProxy::new(loader)),
            Err(Error::Ipc(exception)) => Err(exception),
            Err(error) => Err(Exception::failed(error)),
        }
    }
}
