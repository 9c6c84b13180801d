//! Transactions and outputs.

use super::NodeControl;
use crate::chain::Coin;
use crate::encoded::{Amount, Transaction};
use crate::error::Error;
use crate::fee_rate::FeeRate;
use crate::options::Verdict;
use crate::out_point::OutPoint;

/// How much the mempool holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MempoolUsage {
    /// How many transactions.
    pub transactions: u64,
    /// How many bytes of memory it takes.
    pub bytes: u64,
    /// How many bytes of memory it may take.
    pub max_bytes: u64,
}

impl NodeControl {
    /// How much the mempool holds: the answers to three questions, between which it may change.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn mempool(&self) -> Result<MempoolUsage, Error> {
        Ok(MempoolUsage {
            transactions: self.0.get_mempool_size().await?,
            bytes: self.0.get_mempool_dynamic_usage().await?,
            max_bytes: self.0.get_mempool_max_usage().await?,
        })
    }

    /// The fee rate that decides which outputs are dust.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn dust_relay_fee(&self) -> Result<FeeRate, Error> {
        FeeRate::try_from(&self.0.get_dust_relay_fee().await?[..])
    }

    /// An output of the chain that is not spent; none if it is spent or unknown.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn unspent_output(&self, output: OutPoint) -> Result<Option<Coin>, Error> {
        let coin = self.0.get_unspent_output(output.to_byte_array()).await?;
        let coin = (!coin.is_empty()).then(|| Coin::read(&coin));
        coin.transpose()
    }

    /// Has the node take a transaction, which pays at most `max_fee` (0 is no limit), and pass it on.
    ///
    /// The verdict's `reason` is a short code such as `missing-inputs`, and `debug` what the node says about it.
    ///
    /// # Errors
    ///
    /// The node cannot read the transaction; the connection is lost.
    pub async fn broadcast_transaction(
        &self,
        transaction: impl Into<Transaction>,
        max_fee: Amount,
    ) -> Result<Verdict, Error> {
        let transaction = transaction.into().some_bytes()?;
        let taken = self.0.broadcast_transaction(transaction, max_fee.0).await?;
        Ok(Verdict {
            accepted: taken.result == 0,
            reason: reason(taken.result),
            debug: taken.error,
        })
    }
}

/// The node's enum, in words.
fn reason(number: i32) -> String {
    let reason = match number {
        0 => "",
        1 => "missing-inputs",
        2 => "already-in-utxo-set",
        3 => "mempool-rejected",
        4 => "mempool-error",
        5 => "max-fee-exceeded",
        6 => "max-burn-exceeded",
        7 => "invalid-package",
        other => return format!("error-{other}"),
    };
    reason.to_owned()
}
