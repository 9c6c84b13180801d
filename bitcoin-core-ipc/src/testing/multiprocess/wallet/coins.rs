//! What a wallet can spend.

use std::collections::BTreeMap;

use bitcoin::TxOut;
use bitcoin::consensus::serialize;
use generated_examples::multiprocess::common::Pair;
use generated_examples::multiprocess::wallet::{CoinControl, TxDestination, WalletTxOut};

use super::account::{Account, pays_to};
use super::sent::out_point;
use crate::testing::chain::State;

/// Outputs by address.
pub(super) type Groups = Vec<Pair<TxDestination, Vec<Pair<Vec<u8>, WalletTxOut>>>>;

impl Account {
    /// What an output pays to the wallet.
    pub(super) fn credit_of(&self, output: &TxOut) -> i64 {
        match self.is_mine(output) {
            true => output.value.to_sat().cast_signed(),
            false => 0,
        }
    }

    /// The outputs that can be spent, by address.
    pub(super) fn groups(&self, state: &State) -> Groups {
        let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (coin, known, output) in self.unspent() {
            if let Some(address) = pays_to(output)
                && self.is_trusted(state, known)
            {
                groups.entry(address).or_default().push(Pair {
                    key: serialize(&coin),
                    value: self.wire_coin(state, coin),
                });
            }
        }
        let group = |(address, value): (crate::wallet::Destination, _)| Pair {
            key: address.wire(),
            value,
        };
        groups.into_iter().map(group).collect()
    }

    /// What can be spent with these settings.
    pub(super) fn available(&self, state: &State, control: &CoinControl) -> i64 {
        if control.set_selected.is_empty() {
            return self.balances(state).trusted.0;
        }
        let selected = control.set_selected.iter();
        let coins = selected.filter_map(|coin| out_point(coin).ok());
        let unspent = coins.filter(|coin| !self.is_spent(*coin));
        unspent
            .filter_map(|coin| self.output(coin))
            .map(|output| self.credit_of(output))
            .sum()
    }
}
