//! The wallets of the multiprocess branch, in memory.

mod account;
mod address_book;
mod bump;
mod coins;
mod create;
mod handle;
mod keeping;
mod keys;
mod kind;
mod loader;
mod object;
mod sent;
mod told;
mod transactions;

use std::collections::BTreeMap;

pub(in crate::testing) use loader::object as loader;

pub use handle::FakeWallet;

use crate::testing::chain::{Chain, State};
use account::Account;

/// All wallets of a node, open or not.
#[derive(Debug, Default)]
pub(super) struct Wallets {
    accounts: BTreeMap<String, Account>,
    /// Copies of wallets, by path.
    backups: BTreeMap<String, Account>,
}

impl Wallets {
    fn open(&self) -> impl Iterator<Item = &String> {
        let open = |(name, account): (_, &Account)| account.is_open.then_some(name);
        self.accounts.iter().filter_map(open)
    }
}

/// What wallets tell of.
#[derive(Clone, Debug)]
pub(in crate::testing) enum WalletEvent {
    /// The wallet was opened.
    Loaded,
    /// The wallet is about to be closed.
    Unload,
    /// A title, and how far, in percent.
    Progress(String, i32),
    Status,
    AddressBook(sent::AddressChange),
    /// With the number of what happened.
    Transaction(bitcoin::Txid, i32),
    CanGetAddresses,
}

/// As [`ChangeKind`](crate::wallet::ChangeKind) has them.
mod change {
    pub(super) const NEW: i32 = 0;
    pub(super) const UPDATED: i32 = 1;
    pub(super) const DELETED: i32 = 2;
}

impl State {
    /// Looks at a wallet or changes it, together with all else.
    fn account<T>(&mut self, name: &str, with: impl FnOnce(&mut Account, &mut Self) -> T) -> T {
        let accounts = &mut self.multiprocess.wallets.accounts;
        let mut account = accounts.remove(name).unwrap_or_default();
        let done = with(&mut account, self);
        let accounts = &mut self.multiprocess.wallets.accounts;
        accounts.insert(name.to_owned(), account);
        done
    }

    fn tell_wallet(&mut self, name: &str, event: WalletEvent) {
        let event = crate::testing::events::Event::Wallet(name.to_owned(), event);
        self.listeners.tell(&event);
    }
}

impl Chain {
    /// Puts a wallet among the open ones, and tells of it.
    fn open_wallet(&self, name: &str, change: impl FnOnce(&mut Account)) {
        self.change(|state| {
            state.account(name, |account, state| {
                change(account);
                account.name = name.to_owned();
                account.is_open = true;
                state.tell_wallet(name, WalletEvent::Loaded);
            });
        });
    }
}
