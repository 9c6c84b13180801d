//! A wallet of the scripted node, as tests hold it.

use std::sync::Arc;

use bitcoin::{Transaction, TxOut};

use super::WalletEvent;
use super::account::Account;
use crate::encoded::Amount;
use crate::testing::blocks::transaction;
use crate::testing::chain::{Chain, State};
use crate::wallet::{AddressType, Balances, Passphrase};

/// An open wallet of a [`FakeNode`](crate::testing::FakeNode), to be changed as if the network or its user had done it.
///
/// Without scripts there are no signatures; keys are made up from the wallet's name. It has what the transactions in it
/// pay, confirmed by the node's blocks.
#[derive(Clone, Debug)]
pub struct FakeWallet {
    chain: Arc<Chain>,
    name: String,
}

/// Greater than the numbers of what the node's own transactions spend.
const FROM_NOWHERE: u64 = 1_000_000_000;

impl FakeWallet {
    pub(in crate::testing) fn open(chain: &Arc<Chain>, name: &str) -> Self {
        chain.open_wallet(name, |account| *account = Account::default());
        Self {
            chain: Arc::clone(chain),
            name: name.to_owned(),
        }
    }

    fn change<T>(&self, change: impl FnOnce(&mut Account, &mut State) -> T) -> T {
        self.chain.change(|state| state.account(&self.name, change))
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it says that it has from now on, whatever transactions it has.
    pub fn set_balances(&self, balances: Balances) {
        self.change(|account, _| account.balances = Some(balances));
    }

    /// Has somebody pay an amount to a new address of the wallet: the transaction is in the mempool then. Amounts below 0
    /// count as 0.
    pub fn receive(&self, amount: Amount) -> Transaction {
        self.change(|account, state| {
            let address = account.new_address(AddressType::Bech32);
            let number = FROM_NOWHERE + state.mempool_sequence;
            let mut transaction = transaction(number);
            transaction.output = address
                .map(|address| TxOut {
                    value: bitcoin::Amount::from_sat(u64::try_from(amount.0).unwrap_or(0)),
                    script_pubkey: address.script_pubkey().into(),
                })
                .into_iter()
                .collect();
            account.commit(state, transaction.clone(), Vec::new(), Vec::new());
            transaction
        })
    }

    /// Shows progress, in percent.
    pub fn show_progress(&self, title: &str, percent: i32) {
        let progress = WalletEvent::Progress(title.to_owned(), percent);
        self.change(|_, state| state.tell_wallet(&self.name, progress));
    }

    /// Whether it has keys for new addresses. At first it has.
    pub fn set_can_get_addresses(&self, can: bool) {
        self.change(|account, state| {
            account.no_addresses = !can;
            state.tell_wallet(&self.name, WalletEvent::CanGetAddresses);
        });
    }

    /// Encrypts it, and locks it.
    pub fn encrypt(&self, passphrase: &Passphrase) {
        self.change(|account, state| account.encrypt(state, passphrase.bytes().to_vec()));
    }

    /// Closes it.
    pub fn close(&self) {
        self.change(|account, state| account.close(state));
    }
}
