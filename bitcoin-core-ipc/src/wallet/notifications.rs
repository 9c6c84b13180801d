//! Being told of what happens to a wallet.

use generated_examples::multiprocess::wallet as generated;
use generated_examples::multiprocess::wallet::{TxDestination, WalletProxy};
use ipc_runtime::Exception;

use super::{AddressPurpose, Destination, Wallet};
use crate::error::Error;
use crate::hash::Txid;
use crate::numbered::numbered;
use crate::subscription::{Events, Subscription};

numbered! {
    /// What happened to an entry.
    pub enum ChangeKind {
        /// It is new.
        New = 0,
        /// It is another than before.
        Updated = 1,
        /// It is gone.
        Deleted = 2,
    }
}

/// How far something is that takes long, such as a search of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// What it is, in the language of the node's user.
    pub title: String,
    /// How far, in percent: 0 at the start, 100 at the end.
    pub percent: i32,
}

/// What happened to an address of the address book.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AddressBookChange {
    /// The address.
    pub destination: Destination,
    /// The label as it is now, or was at last.
    pub label: String,
    /// Whether it is the wallet's own.
    pub is_mine: bool,
    /// What it is for.
    pub purpose: AddressPurpose,
    /// What happened.
    pub kind: ChangeKind,
}

/// What happened to a transaction of the wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransactionChange {
    /// The transaction.
    pub txid: Txid,
    /// What happened. A block that confirms it makes it another than before.
    pub kind: ChangeKind,
}

/// Events of a subscription that is not read wait in memory: see [`Subscription`].
impl Wallet {
    /// Subscribes to the end of the wallet: an event just before it is closed.
    ///
    /// The node waits until all have let go of the wallet: drop this, its clones and its subscriptions then.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn unloads(&self) -> Result<Subscription<()>, Error> {
        Subscription::begin(|events| self.0.handle_unload(Told(events))).await
    }

    /// Subscribes to how far something is that takes long.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn progress(&self) -> Result<Subscription<Progress>, Error> {
        Subscription::begin(|events| self.0.handle_show_progress(Told(events))).await
    }

    /// Subscribes to the wallet being encrypted, locked and unlocked.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn status_changes(&self) -> Result<Subscription<()>, Error> {
        let told = |events| self.0.handle_status_changed(StatusTold(events));
        Subscription::begin(told).await
    }

    /// Subscribes to what happens to the address book.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn address_book_changes(&self) -> Result<Subscription<AddressBookChange>, Error> {
        Subscription::begin(|events| self.0.handle_address_book_changed(Told(events))).await
    }

    /// Subscribes to what happens to the wallet's transactions.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn transaction_changes(&self) -> Result<Subscription<TransactionChange>, Error> {
        Subscription::begin(|events| self.0.handle_transaction_changed(Told(events))).await
    }

    /// Subscribes to the wallet becoming able, or unable, to make addresses: see [`Wallet::can_get_addresses`].
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn can_get_addresses_changes(&self) -> Result<Subscription<()>, Error> {
        let told = |events| (self.0).handle_can_get_addresses_changed(CanGetAddressesTold(events));
        Subscription::begin(told).await
    }
}

/// What the node calls.
pub(super) struct Told<T>(pub(super) Events<T>);

impl generated::UnloadWalletCallback for Told<()> {
    async fn call(&self) -> Result<(), Exception> {
        self.0.tell(Ok(())).await
    }
}

/// Apart from [`Told`], as are those below: their callbacks look the same.
struct StatusTold(Events<()>);

impl generated::StatusChangedCallback for StatusTold {
    async fn call(&self) -> Result<(), Exception> {
        self.0.tell(Ok(())).await
    }
}

struct CanGetAddressesTold(Events<()>);

impl generated::CanGetAddressesChangedCallback for CanGetAddressesTold {
    async fn call(&self) -> Result<(), Exception> {
        self.0.tell(Ok(())).await
    }
}

impl generated::ShowWalletProgressCallback for Told<Progress> {
    async fn call(&self, title: String, percent: i32) -> Result<(), Exception> {
        self.0.tell(Ok(Progress { title, percent })).await
    }
}

impl generated::AddressBookChangedCallback for Told<AddressBookChange> {
    async fn call(
        &self,
        address: TxDestination,
        label: String,
        is_mine: bool,
        purpose: i32,
        status: i32,
    ) -> Result<(), Exception> {
        let change = Destination::must(address).map(|destination| AddressBookChange {
            destination,
            label,
            is_mine,
            purpose: purpose.into(),
            kind: status.into(),
        });
        self.0.tell(change).await
    }
}

impl generated::TransactionChangedCallback for Told<TransactionChange> {
    async fn call(&self, txid: Vec<u8>, status: i32) -> Result<(), Exception> {
        let change = Txid::try_from(txid.as_slice()).map(|txid| TransactionChange {
            txid,
            kind: status.into(),
        });
        self.0.tell(change).await
    }
}

impl generated::LoadWalletCallback for Told<Wallet> {
    async fn call(&self, wallet: WalletProxy) -> Result<(), Exception> {
        self.0.tell(Ok(Wallet::new(wallet))).await
    }
}
