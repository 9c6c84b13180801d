//! Transactions of a wallet's own.

use bitcoin::absolute::LockTime;
use bitcoin::consensus::serialize;
use bitcoin::{OutPoint, ScriptBuf, Sequence, Transaction, TxIn, TxOut, Witness, transaction};
use generated_examples::multiprocess::wallet::{
    CoinControl, CreatedTransactionResult, Recipient, WalletGetMinimumFeeResults,
};

use super::account::Account;
use super::sent::{amount, destination, out_point};
use crate::fee_rate::FeeRate;
use crate::testing::chain::State;

/// How large all transactions pretend to be, in virtual bytes.
pub(super) const SIZE: i64 = 200;
/// What they pay unless they are told otherwise, in satoshi.
pub(super) const FEE: i64 = 1000;

/// The most that they may pay, in satoshi.
pub(super) const MAX_FEE: i64 = 10_000_000;
/// The blocks in which they should confirm.
pub(super) const TARGET: u32 = 6;
/// As nodes say that the mempool takes nothing less.
const MEMPOOL_MIN: i32 = 5;

/// What a transaction of so many virtual bytes pays.
pub(super) fn fee(control: &CoinControl, size: i64) -> Result<i64, String> {
    let Some(rate) = &control.fee_rate else {
        return Ok(FEE * size / SIZE);
    };
    let rate = FeeRate::try_from(rate.as_slice()).map_err(|error| error.to_string())?;
    Ok(rate.to_sat_per_kvb() * size / 1000)
}

/// A fee that comes from no estimate.
pub(super) fn minimum_fee(fee: i64) -> WalletGetMinimumFeeResults {
    WalletGetMinimumFeeResults {
        returned_target: Some(0),
        reason: Some(MEMPOOL_MIN),
        result: fee,
    }
}

impl Account {
    /// Makes a transaction, or says why not.
    pub(super) fn create(
        &mut self,
        state: &State,
        recipients: &[Recipient],
        control: &CoinControl,
        sign: bool,
        change_position: Option<u32>,
    ) -> Result<CreatedTransactionResult, String> {
        if recipients.is_empty() {
            return Err("Transaction must have at least one recipient".to_owned());
        }
        if sign && !self.can_sign() {
            return Err("Signing transaction failed".to_owned());
        }
        let fee = fee(control, SIZE)?;
        let mut outputs = outputs(recipients, fee)?;
        let paid: i64 = outputs
            .iter()
            .map(|it| it.value.to_sat().cast_signed())
            .sum();
        let (coins, spent) = self.choose(state, control, paid + fee)?;

        let mut change_pos = 0;
        if spent > paid + fee {
            let last = outputs.len();
            let at = change_position.map_or(last, |at| usize::try_from(at).unwrap_or(usize::MAX));
            if at > last {
                return Err("Transaction change output index out of range".to_owned());
            }
            let change = match destination(control.dest_change.clone())? {
                Some(change) => change,
                None => self
                    .new_change()
                    .ok_or("There are no keys for the change")?,
            };
            let value = amount(spent - paid - fee)?;
            let script_pubkey = change.script_pubkey().into();
            outputs.insert(
                at,
                TxOut {
                    value,
                    script_pubkey,
                },
            );
            change_pos = u32::try_from(at).unwrap_or(u32::MAX);
        }
        let mut transaction = Transaction {
            version: transaction::Version::TWO,
            lock_time: LockTime::ZERO,
            input: coins.into_iter().map(input).collect(),
            output: outputs,
        };
        if sign {
            set_signatures(&mut transaction);
        }
        Ok(CreatedTransactionResult {
            tx: serialize(&transaction),
            fee,
            change_pos,
            ..CreatedTransactionResult::default()
        })
    }

    /// Coins that make up an amount, and what they are worth.
    fn choose(
        &self,
        state: &State,
        control: &CoinControl,
        needed: i64,
    ) -> Result<(Vec<OutPoint>, i64), String> {
        let mut chosen = Vec::new();
        let mut worth = 0;
        for selected in &control.set_selected {
            let coin = out_point(selected)?;
            let output = self.output(coin).filter(|_| !self.is_spent(coin));
            let output = output.ok_or_else(|| format!("Not found pre-selected input {coin}"))?;
            worth += output.value.to_sat().cast_signed();
            chosen.push(coin);
        }
        if control.allow_other_inputs {
            for (coin, known, output) in self.unspent() {
                let usable = control.include_unsafe_inputs || self.is_trusted(state, known);
                if worth < needed
                    && usable
                    && !self.locked_coins.contains(&coin)
                    && !chosen.contains(&coin)
                {
                    worth += output.value.to_sat().cast_signed();
                    chosen.push(coin);
                }
            }
        }
        match worth < needed {
            true => Err("Insufficient funds".to_owned()),
            false => Ok((chosen, worth)),
        }
    }
}

/// What recipients are paid, where some of them bear the fee.
fn outputs(recipients: &[Recipient], fee: i64) -> Result<Vec<TxOut>, String> {
    let bearers = recipients.iter().filter(|it| it.subtract_fee_from_amount);
    let share = match i64::try_from(bearers.count()) {
        Ok(0) | Err(_) => 0,
        Ok(bearers) => fee / bearers,
    };
    let output = |recipient: &Recipient| {
        let share = if recipient.subtract_fee_from_amount {
            share
        } else {
            0
        };
        let to = destination(recipient.dest.clone())?;
        let to = to.ok_or("A recipient has no address")?;
        Ok(TxOut {
            value: amount(recipient.amount - share)?,
            script_pubkey: to.script_pubkey().into(),
        })
    };
    recipients.iter().map(output).collect()
}

fn input(previous_output: OutPoint) -> TxIn {
    TxIn {
        previous_output,
        script_sig: ScriptBuf::new(),
        sequence: Sequence::ENABLE_RBF_NO_LOCKTIME,
        witness: Witness::new(),
    }
}

/// What stands for signatures, as there are no scripts here.
pub(super) fn set_signatures(transaction: &mut Transaction) {
    for input in &mut transaction.input {
        input.witness = Witness::from_slice(&[b"signed"]);
    }
}
