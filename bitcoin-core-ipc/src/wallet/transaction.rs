//! Transactions as a wallet sees them.

use generated_examples::multiprocess::wallet::WalletTx;

use super::{Destination, notes};
use crate::encoded::{Amount, Transaction};
use crate::error::Error;

/// A transaction with what it means for the wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WalletTransaction {
    /// The transaction.
    pub transaction: Transaction,
    /// For each input, whether it spends an output of the wallet.
    pub inputs_mine: Vec<bool>,
    /// What each output means for the wallet.
    pub outputs: Vec<WalletOutput>,
    /// What the outputs pay to the wallet.
    pub credit: Amount,
    /// What the inputs spend of the wallet.
    pub debit: Amount,
    /// What comes back to the wallet as change.
    pub change: Amount,
    /// When the wallet learnt of it, in seconds since 1970.
    pub time: i64,
    /// Notes, by name.
    pub notes: Vec<(String, String)>,
    /// Whether it is the coinbase transaction of a block.
    pub is_coinbase: bool,
}

/// What an output of a transaction means for the wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WalletOutput {
    /// Whether it pays to the wallet.
    pub is_mine: bool,
    /// Whether it is change.
    pub is_change: bool,
    /// Where it pays to; none where there is no address.
    pub destination: Option<Destination>,
    /// Whether that address is the wallet's own.
    pub destination_is_mine: bool,
}

impl WalletTransaction {
    /// What the wallet has more by it; less, if it is negative.
    pub fn net(&self) -> Amount {
        Amount(self.credit.0.saturating_sub(self.debit.0))
    }

    /// Reads what a node sent: none for a transaction that it does not know.
    pub(super) fn read(sent: WalletTx) -> Result<Option<Self>, Error> {
        if sent.tx.is_empty() {
            return Ok(None);
        }
        let count = sent.txout_is_mine.len();
        if sent.txout_address.len() != count || sent.txout_address_is_mine.len() != count {
            let reason = "its lists of outputs differ in length";
            return Err(Error::malformed("a transaction of a wallet", reason));
        }
        let outputs = sent.txout_address.into_iter().enumerate();
        let outputs = outputs.map(|(index, destination)| {
            let flag = |flags: &[bool]| flags.get(index).copied().unwrap_or_default();
            Ok(WalletOutput {
                is_mine: flag(&sent.txout_is_mine),
                is_change: flag(&sent.txout_is_change),
                destination: Destination::read(destination)?,
                destination_is_mine: flag(&sent.txout_address_is_mine),
            })
        });
        Ok(Some(Self {
            transaction: Transaction(sent.tx),
            inputs_mine: sent.txin_is_mine,
            outputs: outputs.collect::<Result<_, Error>>()?,
            credit: Amount(sent.credit),
            debit: Amount(sent.debit),
            change: Amount(sent.change),
            time: sent.time,
            notes: notes::read(sent.value_map),
            is_coinbase: sent.is_coinbase,
        }))
    }
}
