//! Transactions that come to a wallet, and go.

use bitcoin::{Transaction, Txid};

use super::account::{Account, Known, height, is_in_mempool};
use super::{WalletEvent, change};
use crate::testing::chain::State;

impl Account {
    /// Takes a transaction into the wallet and the mempool.
    pub(super) fn commit(
        &mut self,
        state: &mut State,
        transaction: Transaction,
        notes: Vec<(String, String)>,
        order_form: Vec<(String, String)>,
    ) -> Txid {
        let txid = transaction.compute_txid();
        let fee = self.fee(&transaction).max(0);
        self.transactions.push(Known {
            transaction: transaction.clone(),
            notes,
            order_form,
            time: now(state),
            abandoned: false,
        });
        state.tell_wallet(&self.name, WalletEvent::Transaction(txid, change::NEW));
        state.add(transaction, fee);
        txid
    }

    /// Gives a transaction up, and says whether that can be.
    pub(super) fn abandon(&mut self, state: &mut State, txid: Txid) -> bool {
        if !self.can_be_abandoned(state, txid) {
            return false;
        }
        for known in &mut self.transactions {
            known.abandoned |= known.txid() == txid;
        }
        self.told_change(state, txid);
        true
    }

    pub(super) fn can_be_abandoned(&self, state: &State, txid: Txid) -> bool {
        let known = self.known(txid).filter(|known| !known.abandoned);
        known.is_some() && height(state, txid).is_none() && !is_in_mempool(state, txid)
    }

    pub(super) fn told_change(&self, state: &mut State, txid: Txid) {
        state.tell_wallet(&self.name, WalletEvent::Transaction(txid, change::UPDATED));
    }
}

/// The time of the tip, in seconds since 1970: nothing else moves time here.
pub(super) fn now(state: &State) -> u32 {
    state.blocks.last().map_or(0, |block| block.header.time)
}
