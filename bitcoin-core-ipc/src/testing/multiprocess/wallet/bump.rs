//! Transactions that replace others.

use bitcoin::consensus::serialize;
use bitcoin::{Amount, Transaction, Txid};
use generated_examples::multiprocess::common::BilingualStr;
use generated_examples::multiprocess::wallet::{
    CoinControl, WalletCommitBumpTransactionResults, WalletCreateBumpTransactionResults,
    WalletSignBumpTransactionResults,
};

use super::account::{Account, is_in_mempool};
use super::create::{FEE, SIZE, fee, set_signatures};
use crate::chain::RemovalReason;
use crate::message::Message;
use crate::testing::chain::State;

/// A replacement with the fees of both.
pub(super) struct Replacement {
    pub(super) transaction: Transaction,
    pub(super) old_fee: i64,
    pub(super) new_fee: i64,
}

impl Account {
    /// Whether a transaction can be replaced: one of the wallet's own that waits, and has change.
    pub(super) fn can_be_bumped(&self, state: &State, txid: Txid) -> bool {
        let known = self.known(txid).filter(|known| !known.abandoned);
        known.is_some_and(|known| {
            let transaction = &known.transaction;
            is_in_mempool(state, txid)
                && self.debit(transaction) > 0
                && transaction
                    .output
                    .iter()
                    .any(|output| self.is_change(output))
        })
    }

    /// Makes a replacement whose change pays the higher fee, or says why not.
    pub(super) fn bump(
        &self,
        state: &State,
        txid: Txid,
        control: &CoinControl,
    ) -> Result<Replacement, String> {
        let known = self
            .known(txid)
            .ok_or("Invalid or non-wallet transaction id")?;
        if !self.can_be_bumped(state, txid) {
            return Err(
                "Transaction has been mined, or is conflicted with a mined transaction".to_owned(),
            );
        }
        let mut transaction = known.transaction.clone();
        let old_fee = self.fee(&transaction);
        let new_fee = match control.fee_rate {
            Some(_) => fee(control, SIZE)?,
            None => old_fee + FEE,
        };
        if new_fee <= old_fee {
            return Err(format!(
                "Insufficient total fee {new_fee}, must be more than {old_fee}"
            ));
        }
        let mut outputs = transaction.output.iter_mut();
        let change = outputs.find(|output| self.is_change(output));
        let change = change.ok_or("There is no change to pay with")?;
        let left = Amount::from_sat((new_fee - old_fee).unsigned_abs());
        change.value = (change.value.checked_sub(left)).ok_or("The change is not enough")?;
        for input in &mut transaction.input {
            input.witness.clear();
        }
        Ok(Replacement {
            transaction,
            old_fee,
            new_fee,
        })
    }

    /// Puts a replacement in the place of a transaction, or says why not.
    pub(super) fn replace(
        &mut self,
        state: &mut State,
        txid: Txid,
        replacement: Transaction,
    ) -> Result<Txid, String> {
        if !self.can_be_bumped(state, txid) {
            return Err("Transaction cannot be replaced any more".to_owned());
        }
        for known in &mut self.transactions {
            if known.txid() == txid {
                known.abandoned = true;
            }
        }
        state.remove(txid, RemovalReason::Replaced.into());
        self.told_change(state, txid);
        let notes = vec![("replaces_txid".to_owned(), txid.to_string())];
        Ok(self.commit(state, replacement, notes, Vec::new()))
    }

    pub(super) fn sign_bump(
        &self,
        mut transaction: Transaction,
    ) -> WalletSignBumpTransactionResults {
        let result = self.can_sign();
        if result {
            set_signatures(&mut transaction);
        }
        WalletSignBumpTransactionResults {
            mtx: serialize(&transaction),
            result,
        }
    }
}

/// As peers are told of a replacement that was made, or not.
pub(super) fn made(made: Result<Replacement, String>) -> WalletCreateBumpTransactionResults {
    let (made, errors) = either(made);
    WalletCreateBumpTransactionResults {
        errors,
        old_fee: made.as_ref().map_or(0, |made| made.old_fee),
        new_fee: made.as_ref().map_or(0, |made| made.new_fee),
        mtx: (made.as_ref()).map_or_else(Vec::new, |made| serialize(&made.transaction)),
        result: made.is_some(),
    }
}

/// As peers are told of a replacement that was passed on, or not.
pub(super) fn committed(txid: Result<Txid, String>) -> WalletCommitBumpTransactionResults {
    let (txid, errors) = either(txid);
    WalletCommitBumpTransactionResults {
        errors,
        bumped_txid: txid.map_or_else(Vec::new, |txid| serialize(&txid)),
        result: txid.is_some(),
    }
}

fn either<T>(outcome: Result<T, String>) -> (Option<T>, Vec<BilingualStr>) {
    match outcome {
        Ok(value) => (Some(value), Vec::new()),
        Err(why) => (None, vec![Message::new(why).into()]),
    }
}
