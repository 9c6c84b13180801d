//! What opens wallets.

use generated_examples::multiprocess::common::Pair;
use generated_examples::multiprocess::wallet::{WalletLoaderProxy, WalletMigrationResult};

use super::created::no_wallet;
use super::notifications::Told;
use super::{Loaded, Migrated, Passphrase, Wallet, WalletOptions, succeeded};
use crate::error::Error;
use crate::interfaces::{Init, Interfaces, Of};
use crate::subscription::Subscription;

/// Makes, opens and lists wallets. See [`Node::wallet_loader`](crate::Node::wallet_loader).
///
/// It has the methods of Bitcoin Core's `WalletLoader`, but for those by which a node starts and stops its wallets:
/// [`WalletLoader::proxy`] has them too.
///
/// Dropping the future of a call leaves the method running in the node: a wallet is opened nevertheless.
#[derive(Clone, Debug)]
pub struct WalletLoader(WalletLoaderProxy);

/// A wallet in the folder of the wallets, open or not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WalletFile {
    /// The name to open it by.
    pub name: String,
    /// The format of its file, such as `sqlite`.
    pub format: String,
}

impl WalletLoader {
    /// That of a node, at its first object.
    pub(crate) async fn of(init: &Init) -> Result<Self, Error> {
        match init {
            Of::Multiprocess(init) => {
                let node = init.make_node().await?;
                Ok(Self(node.custom_wallet_loader().await?))
            }
            Of::V30(_) | Of::V31(_) | Of::V32(_) => Err(Error::Missing {
                what: "WalletLoader",
                speaks: init.interfaces(),
                has: &[Interfaces::Multiprocess],
            }),
        }
    }

    /// What opens wallets behind a proxy that was come by in another way, such as `Init.makeWalletLoader`.
    pub fn new(proxy: WalletLoaderProxy) -> Self {
        Self(proxy)
    }

    /// The generated proxy, with the types of the schema.
    pub fn proxy(&self) -> &WalletLoaderProxy {
        &self.0
    }

    /// Makes a wallet, and opens it.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the node's words, if there is a wallet of this name already, or for another reason; the
    /// connection is lost.
    pub async fn create(&self, name: &str, options: &WalletOptions) -> Result<Loaded, Error> {
        let passphrase = options.passphrase.as_ref().map_or("", Passphrase::text);
        let made = self
            .0
            .create_wallet(name, passphrase, options.flags())
            .await?;
        Loaded::read("WalletLoader.createWallet", made.result, made.warning)
    }

    /// Opens a wallet.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the node's words, if there is no such wallet, it is open already, or for another reason;
    /// the connection is lost.
    pub async fn load(&self, name: &str) -> Result<Loaded, Error> {
        let loaded = self.0.load_wallet(name).await?;
        Loaded::read("WalletLoader.loadWallet", loaded.result, loaded.warning)
    }

    /// Makes a wallet from a backup file, at a path of the node's machine, and opens it.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the node's words, if there is a wallet of this name already, or for another reason; the
    /// connection is lost.
    pub async fn restore(&self, backup_path: &str, name: &str) -> Result<Loaded, Error> {
        let restored = self.0.restore_wallet(backup_path, name, true).await?;
        Loaded::read(
            "WalletLoader.restoreWallet",
            restored.result,
            restored.warning,
        )
    }

    /// Turns a wallet of the old kind into one of output descriptors. An encrypted one needs its passphrase.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the node's words, if that does not succeed; the connection is lost.
    pub async fn migrate(
        &self,
        name: &str,
        passphrase: Option<&Passphrase>,
    ) -> Result<Migrated, Error> {
        const METHOD: &str = "WalletLoader.migrateWallet";
        let migrated = (self.0).migrate_wallet(name, passphrase.map_or("", Passphrase::text));
        let WalletMigrationResult {
            wallet,
            watchonly_wallet_name,
            solvables_wallet_name,
            backup_path,
        } = succeeded(migrated.await?, METHOD)?;
        let if_any = |name: String| (!name.is_empty()).then_some(name);
        Ok(Migrated {
            wallet: wallet.map(Wallet::new).ok_or_else(|| no_wallet(METHOD))?,
            watch_only: if_any(watchonly_wallet_name),
            solvables: if_any(solvables_wallet_name),
            backup_path,
        })
    }

    /// Whether a wallet, open or not, is encrypted.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn is_encrypted(&self, name: &str) -> Result<bool, Error> {
        Ok(self.0.is_encrypted(name).await?)
    }

    /// The folder that the wallets are in, on the node's machine.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn wallet_dir(&self) -> Result<String, Error> {
        Ok(self.0.get_wallet_dir().await?)
    }

    /// The wallets in that folder, open or not.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn list(&self) -> Result<Vec<WalletFile>, Error> {
        let files = self.0.list_wallet_dir().await?.into_iter();
        Ok(files
            .map(|Pair { key, value }| WalletFile {
                name: key,
                format: value,
            })
            .collect())
    }

    /// All open wallets.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn wallets(&self) -> Result<Vec<Wallet>, Error> {
        let wallets = self.0.get_wallets().await?;
        Ok(wallets.into_iter().flatten().map(Wallet::new).collect())
    }

    /// Subscribes to the wallets that are opened from now on.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn loaded(&self) -> Result<Subscription<Wallet>, Error> {
        Subscription::begin(|events| self.0.handle_load_wallet(Told(events))).await
    }
}
