//! Transactions that come to a wallet, and go.

use bitcoin::consensus::serialize;
use bitcoin::{Transaction, Txid};
use generated_examples::multiprocess::common::Pair;
use generated_examples::multiprocess::wallet::{
    WalletGetWalletTxDetailsResults, WalletTryGetTxStatusResults, WalletTx,
};

use super::account::{Account, Known, height, is_in_mempool};
use super::{WalletEvent, change, sent};
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

    /// As [`Account::commit`], with what a peer sent.
    pub(super) fn commit_sent(
        &mut self,
        state: &mut State,
        transaction: Transaction,
        notes: Vec<Pair<String, String>>,
        order_form: Vec<Pair<String, String>>,
    ) {
        let (notes, order_form) = (sent::notes(notes), sent::notes(order_form));
        self.commit(state, transaction, notes, order_form);
    }

    pub(super) fn raw(&self, txid: Txid) -> Vec<u8> {
        let known = self.known(txid);
        known.map_or_else(Vec::new, |known| serialize(&known.transaction))
    }

    pub(super) fn wire_or_none(&self, txid: Txid) -> WalletTx {
        let known = self.known(txid);
        known.map(|known| self.wire(known)).unwrap_or_default()
    }

    pub(super) fn update(&self, state: &State, txid: Txid) -> WalletTryGetTxStatusResults {
        let known = self.known(txid);
        let status = known.map(|known| self.status(state, known));
        WalletTryGetTxStatusResults {
            result: known.is_some(),
            tx_status: status.unwrap_or_default(),
            num_blocks: sent::number(state.blocks.len() - 1),
            block_time: now(state).into(),
        }
    }

    pub(super) fn details(&self, state: &State, txid: Txid) -> WalletGetWalletTxDetailsResults {
        let known = self.known(txid);
        let status = known.map(|known| self.status(state, known));
        let order_form = known.map(|known| sent::pairs(&known.order_form));
        WalletGetWalletTxDetailsResults {
            tx_status: status.unwrap_or_default(),
            order_form: order_form.unwrap_or_default(),
            in_mempool: is_in_mempool(state, txid),
            num_blocks: sent::number(state.blocks.len() - 1),
            result: self.wire_or_none(txid),
        }
    }
}

/// The time of the tip, in seconds since 1970: nothing else moves time here.
fn now(state: &State) -> u32 {
    state.blocks.last().map_or(0, |block| block.header.time)
}
