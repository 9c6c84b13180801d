//! What opens no wallets.

use generated_examples::multiprocess::chain::ChainClient;
use generated_examples::multiprocess::common::{self, BilingualStr, Pair};
use generated_examples::multiprocess::handler::{Handler, HandlerProxy};
use generated_examples::multiprocess::wallet::{
    LoadWalletCallbackProxy, WalletLoader, WalletLoaderCreateWalletResults,
    WalletLoaderLoadWalletResults, WalletLoaderRestoreWalletResults, WalletMigrationResult,
    WalletProxy,
};
use ipc_runtime::Exception;

use crate::message::Message;

/// A `WalletLoader` that has no wallets and makes none: all that a node needs to start, to list its wallets, and to stop.
///
/// The author of a wallet implements the same two generated traits, `ChainClient` and `WalletLoader`, for a type of their
/// own. A node calls `registerRpcs`, `verify`, `load` and `start` when it starts, in this order, and `stop` when it ends.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoWallets;

impl ChainClient for NoWallets {
    async fn register_rpcs(&self) -> Result<(), Exception> {
        Ok(())
    }

    async fn verify(&self) -> Result<bool, Exception> {
        Ok(true)
    }

    async fn load(&self) -> Result<bool, Exception> {
        Ok(true)
    }

    async fn start(&self, _scheduler: ()) -> Result<(), Exception> {
        Ok(())
    }

    async fn stop(&self) -> Result<(), Exception> {
        Ok(())
    }

    async fn set_mock_time(&self, _time: i64) -> Result<(), Exception> {
        Ok(())
    }

    async fn scheduler_mock_forward(&self, _delta_seconds: i64) -> Result<(), Exception> {
        Ok(())
    }
}

impl WalletLoader for NoWallets {
    async fn create_wallet(
        &self,
        _name: String,
        _passphrase: String,
        _flags: u64,
    ) -> Result<WalletLoaderCreateWalletResults, Exception> {
        Ok(WalletLoaderCreateWalletResults {
            warning: Vec::new(),
            result: refused(),
        })
    }

    async fn load_wallet(&self, _name: String) -> Result<WalletLoaderLoadWalletResults, Exception> {
        Ok(WalletLoaderLoadWalletResults {
            warning: Vec::new(),
            result: refused(),
        })
    }

    async fn get_wallet_dir(&self) -> Result<String, Exception> {
        Ok(String::new())
    }

    async fn restore_wallet(
        &self,
        _backup_file: Vec<u8>,
        _name: String,
        _load_after_restore: bool,
    ) -> Result<WalletLoaderRestoreWalletResults, Exception> {
        Ok(WalletLoaderRestoreWalletResults {
            warning: Vec::new(),
            result: refused(),
        })
    }

    async fn migrate_wallet(
        &self,
        _name: String,
        _passphrase: String,
    ) -> Result<common::Result<WalletMigrationResult>, Exception> {
        Ok(refused())
    }

    async fn is_encrypted(&self, _name: String) -> Result<bool, Exception> {
        Ok(false)
    }

    async fn list_wallet_dir(&self) -> Result<Vec<Pair<String, String>>, Exception> {
        Ok(Vec::new())
    }

    async fn get_wallets(&self) -> Result<Vec<Option<WalletProxy>>, Exception> {
        Ok(Vec::new())
    }

    async fn handle_load_wallet(
        &self,
        _callback: LoadWalletCallbackProxy,
    ) -> Result<HandlerProxy, Exception> {
        Ok(HandlerProxy::new(Nothing))
    }
}

fn refused<T: Default>() -> common::Result<T> {
    common::Result {
        value: T::default(),
        error: Some(BilingualStr::from(Message::new(
            "This program has no wallets",
        ))),
    }
}

/// A subscription to what never happens.
struct Nothing;

impl Handler for Nothing {
    async fn disconnect(&self) -> Result<(), Exception> {
        Ok(())
    }
}
