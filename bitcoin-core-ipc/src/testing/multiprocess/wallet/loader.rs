//! What opens the wallets of the scripted node.

use std::sync::Arc;

use generated_examples::multiprocess::chain::ChainClient;
use generated_examples::multiprocess::common::{self, BilingualStr, Pair};
use generated_examples::multiprocess::handler::HandlerProxy;
use generated_examples::multiprocess::wallet::{
    LoadWalletCallbackProxy, WalletLoader, WalletLoaderCreateWalletResults,
    WalletLoaderLoadWalletResults, WalletLoaderProxy, WalletLoaderRestoreWalletResults,
    WalletMigrationResult, WalletProxy,
};
use ipc_runtime::Exception;

use super::account::Account;
use super::{object, told};
use crate::message::Message;
use crate::testing::chain::Chain;

pub(in crate::testing) fn object(chain: &Arc<Chain>) -> WalletLoaderProxy {
    WalletLoaderProxy::new(OurLoader(Arc::clone(chain)))
}

struct OurLoader(Arc<Chain>);

/// A value, or the words that say why there is none.
pub(super) fn result<T: Default>(outcome: Result<T, String>) -> common::Result<T> {
    match outcome {
        Ok(value) => common::Result { value, error: None },
        Err(why) => common::Result {
            value: T::default(),
            error: Some(BilingualStr::from(Message::new(why))),
        },
    }
}

impl OurLoader {
    /// Opens a wallet that is there and not open.
    fn load(&self, name: &str) -> Result<Option<WalletProxy>, String> {
        let is_open = {
            let state = self.0.state();
            let account = state.multiprocess.wallets.accounts.get(name);
            account.map(|account| account.is_open)
        };
        match is_open {
            None => Err(format!(
                "Wallet file verification failed. Failed to load database path '{name}'. Path does not exist."
            )),
            Some(true) => Err(format!("Wallet \"{name}\" is already loaded.")),
            Some(false) => {
                self.0.open_wallet(name, |_| ());
                Ok(Some(object::object(&self.0, name)))
            }
        }
    }

    /// Makes a wallet of a name that is not there.
    fn make(&self, name: &str, account: Account) -> Result<Option<WalletProxy>, String> {
        if self
            .0
            .state()
            .multiprocess
            .wallets
            .accounts
            .contains_key(name)
        {
            return Err(format!(
                "Failed to create database path '{name}'. Database already exists."
            ));
        }
        self.0.open_wallet(name, |made| *made = account);
        Ok(Some(object::object(&self.0, name)))
    }

    fn migrate(&self, name: &str) -> Result<WalletMigrationResult, String> {
        let mut state = self.0.state();
        let wallets = &mut state.multiprocess.wallets;
        let Some(account) = wallets.accounts.get_mut(name) else {
            return Err("Error: Wallet does not exist".to_owned());
        };
        if !account.is_legacy() {
            return Err("Error: This wallet is already a descriptor wallet".to_owned());
        }
        let backup_path = format!("{name}.legacy.bak");
        wallets.backups.insert(backup_path.clone(), account.clone());
        account.set_descriptors();
        account.is_open = true;
        Ok(WalletMigrationResult {
            wallet: Some(object::object(&self.0, name)),
            backup_path,
            ..WalletMigrationResult::default()
        })
    }
}

impl ChainClient for OurLoader {}

impl WalletLoader for OurLoader {
    async fn create_wallet(
        &self,
        name: String,
        passphrase: String,
        flags: u64,
    ) -> Result<WalletLoaderCreateWalletResults, Exception> {
        self.0.enter("WalletLoader.createWallet").await?;
        let encrypted = !passphrase.is_empty();
        let account = Account {
            passphrase: encrypted.then(|| passphrase.into_bytes()),
            locked: encrypted,
            ..Account::of_kind(flags)
        };
        let mut warning = Vec::new();
        if account.is_legacy() {
            let text = "Wallet created successfully. The legacy wallet type is being deprecated";
            warning.push(BilingualStr::from(Message::new(text)));
        }
        Ok(WalletLoaderCreateWalletResults {
            warning,
            result: result(self.make(&name, account)),
        })
    }

    async fn load_wallet(&self, name: String) -> Result<WalletLoaderLoadWalletResults, Exception> {
        self.0.enter("WalletLoader.loadWallet").await?;
        Ok(WalletLoaderLoadWalletResults {
            warning: Vec::new(),
            result: result(self.load(&name)),
        })
    }

    async fn get_wallet_dir(&self) -> Result<String, Exception> {
        self.0.enter("WalletLoader.getWalletDir").await?;
        Ok("/fake/wallets".to_owned())
    }

    async fn restore_wallet(
        &self,
        backup_file: Vec<u8>,
        name: String,
        _load_after_restore: bool,
    ) -> Result<WalletLoaderRestoreWalletResults, Exception> {
        self.0.enter("WalletLoader.restoreWallet").await?;
        let path = String::from_utf8_lossy(&backup_file).into_owned();
        let backup = self
            .0
            .state()
            .multiprocess
            .wallets
            .backups
            .get(&path)
            .cloned();
        let backup = backup.ok_or_else(|| "Backup file does not exist".to_owned());
        let restored = backup.and_then(|account| self.make(&name, account));
        Ok(WalletLoaderRestoreWalletResults {
            warning: Vec::new(),
            result: result(restored),
        })
    }

    async fn migrate_wallet(
        &self,
        name: String,
        _passphrase: String,
    ) -> Result<common::Result<WalletMigrationResult>, Exception> {
        self.0.enter("WalletLoader.migrateWallet").await?;
        Ok(result(self.migrate(&name)))
    }

    async fn is_encrypted(&self, name: String) -> Result<bool, Exception> {
        self.0.enter("WalletLoader.isEncrypted").await?;
        let state = self.0.state();
        let account = state.multiprocess.wallets.accounts.get(&name);
        Ok(account.is_some_and(|account| account.passphrase.is_some()))
    }

    async fn list_wallet_dir(&self) -> Result<Vec<Pair<String, String>>, Exception> {
        self.0.enter("WalletLoader.listWalletDir").await?;
        let state = self.0.state();
        let accounts = state.multiprocess.wallets.accounts.iter();
        let file = |(name, account): (&String, &Account)| Pair {
            key: name.clone(),
            value: match account.is_legacy() {
                true => "bdb".to_owned(),
                false => "sqlite".to_owned(),
            },
        };
        Ok(accounts.map(file).collect())
    }

    async fn get_wallets(&self) -> Result<Vec<Option<WalletProxy>>, Exception> {
        self.0.enter("WalletLoader.getWallets").await?;
        let state = self.0.state();
        let open = state.multiprocess.wallets.open();
        Ok(open
            .map(|name| Some(object::object(&self.0, name)))
            .collect())
    }

    async fn handle_load_wallet(
        &self,
        callback: LoadWalletCallbackProxy,
    ) -> Result<HandlerProxy, Exception> {
        self.0.enter("WalletLoader.handleLoadWallet").await?;
        Ok(told::loads(&self.0, callback))
    }
}
