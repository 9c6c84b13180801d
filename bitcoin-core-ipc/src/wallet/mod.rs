//! Wallets of the multiprocess branch.
//!
//! ```no_run
//! # async fn example() -> Result<(), bitcoin_core_ipc::Error> {
//! use bitcoin_core_ipc::Node;
//!
//! let loader = Node::connect("unix").await?.wallet_loader().await?;
//! for wallet in loader.wallets().await? {
//!     println!("{}: {}", wallet.name().await?, wallet.balances().await?.trusted);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! End with [`Node::leave`](crate::Node::leave): a node ends itself when a peer goes that has a wallet still.

mod address_book;
mod addresses;
mod balances;
mod bump;
mod coin_control;
mod coins;
#[cfg(feature = "bitcoin")]
mod convert;
mod create;
mod created;
mod destination;
mod encryption;
mod fees;
mod loader;
mod notes;
mod notifications;
mod passphrase;
mod spending;
mod status;
mod transaction;
mod transactions;

use generated_examples::multiprocess::common;
use generated_examples::multiprocess::wallet::WalletProxy;

use crate::error::Error;

pub use address_book::{AddressBookEntry, AddressPurpose};
pub use addresses::AddressType;
pub use balances::Balances;
pub use bump::Bump;
pub use coin_control::{CoinControl, FeeMode};
pub use coins::{Coin, LockedUntil};
pub use create::WalletOptions;
pub use created::{Loaded, Migrated};
pub use destination::Destination;
pub use fees::MinimumFee;
pub use loader::{WalletFile, WalletLoader};
pub use notifications::{AddressBookChange, ChangeKind, Progress, TransactionChange};
pub use passphrase::Passphrase;
pub use spending::{CreatedTransaction, Recipient};
pub use status::{TransactionDetails, TransactionStatus, TransactionUpdate};
pub use transaction::{WalletOutput, WalletTransaction};

/// An open wallet. See [`WalletLoader`].
///
/// It has the methods of Bitcoin Core's `Wallet` but for one: `fillPSBT` has no parameter for the transaction, so that a
/// node fills an empty one. [`Wallet::proxy`] has them all as the schema has them.
///
/// The wallet stays open when this is dropped. Dropping the future of a call leaves the method running in the node.
#[derive(Clone, Debug)]
pub struct Wallet(WalletProxy);

impl Wallet {
    /// A wallet behind a proxy that was come by in another way.
    pub fn new(proxy: WalletProxy) -> Self {
        Self(proxy)
    }

    /// The generated proxy, with the types of the schema.
    pub fn proxy(&self) -> &WalletProxy {
        &self.0
    }

    /// The name, which is empty for the default wallet.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn name(&self) -> Result<String, Error> {
        Ok(self.0.get_wallet_name().await?)
    }

    /// Whether keys are derived from a seed.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn is_hd(&self) -> Result<bool, Error> {
        Ok(self.0.hd_enabled().await?)
    }

    /// Whether the wallet has no private keys by design.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn private_keys_disabled(&self) -> Result<bool, Error> {
        Ok(self.0.private_keys_disabled().await?)
    }

    /// Whether the wallet can make taproot addresses.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn taproot_enabled(&self) -> Result<bool, Error> {
        Ok(self.0.taproot_enabled().await?)
    }

    /// Whether a device signs for the wallet.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn has_external_signer(&self) -> Result<bool, Error> {
        Ok(self.0.has_external_signer().await?)
    }

    /// Ends a running search of the chain for the wallet's transactions.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn abort_rescan(&self) -> Result<(), Error> {
        Ok(self.0.abort_rescan().await?)
    }

    /// Copies the wallet to a file, at a path of the node's machine.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`], if it cannot be written there; the connection is lost.
    pub async fn backup(&self, path: &str) -> Result<(), Error> {
        let copied = self.0.backup_wallet(path).await?;
        done(copied, "Wallet.backupWallet", || {
            format!("the wallet cannot be copied to {path}")
        })
    }

    /// Closes the wallet in the node, for all that use it. Its files stay.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn close(self) -> Result<(), Error> {
        Ok(self.0.remove().await?)
    }
}

/// Success, if the wallet did what was asked of it.
fn done(done: bool, method: &'static str, otherwise: impl FnOnce() -> String) -> Result<(), Error> {
    match done {
        true => Ok(()),
        false => Err(Error::refused(method, otherwise())),
    }
}

/// The value of a result, or the node's own words for why there is none.
fn succeeded<T>(result: common::Result<T>, method: &'static str) -> Result<T, Error> {
    match result.error {
        None => Ok(result.value),
        Some(error) => Err(Error::Refused {
            method,
            message: error.into(),
        }),
    }
}
