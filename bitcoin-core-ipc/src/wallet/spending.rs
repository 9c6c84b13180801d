//! Making transactions.

use generated_examples::multiprocess::wallet as generated;

use super::{CoinControl, Destination, Wallet, notes, succeeded};
use crate::chain::FeeReason;
use crate::encoded::{Amount, Transaction};
use crate::error::Error;

/// Whom a transaction pays, and how much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The address.
    pub destination: Destination,
    /// How much.
    pub amount: Amount,
    /// Whether the fee is taken out of that amount.
    pub subtract_fee: bool,
}

impl Recipient {
    /// Pays an amount, with the fee on top.
    pub fn new(destination: Destination, amount: Amount) -> Self {
        Self {
            destination,
            amount,
            subtract_fee: false,
        }
    }

    fn wire(&self) -> generated::Recipient {
        generated::Recipient {
            dest: self.destination.wire(),
            amount: self.amount.0,
            subtract_fee_from_amount: self.subtract_fee,
        }
    }
}

/// A transaction that was made, and is neither stored nor passed on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "nothing is paid until it is committed"]
pub struct CreatedTransaction {
    /// The transaction.
    pub transaction: Transaction,
    /// The fee.
    pub fee: Amount,
    /// Which rule gave the fee rate.
    pub fee_reason: FeeReason,
    /// Which output is the change. Nodes of today say 0 also where there is no change.
    pub change_position: u32,
}

impl Wallet {
    /// Makes a transaction that pays recipients, and signs it if `sign` is set. `change_position` says which output is to be
    /// the change; otherwise chance decides.
    ///
    /// Nothing is paid until it is given to [`Wallet::commit_transaction`].
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the node's words, if there is not enough money, the wallet is locked, or for another
    /// reason; the connection is lost.
    pub async fn create_transaction(
        &self,
        recipients: &[Recipient],
        coin_control: &CoinControl,
        sign: bool,
        change_position: Option<u32>,
    ) -> Result<CreatedTransaction, Error> {
        let recipients: Vec<_> = recipients.iter().map(Recipient::wire).collect();
        let created =
            (self.0).create_transaction(recipients, coin_control.wire(), sign, change_position);
        let created = succeeded(created.await?, "Wallet.createTransaction")?;
        Ok(CreatedTransaction {
            transaction: Transaction(created.tx),
            fee: Amount(created.fee),
            fee_reason: created.fee_calc.reason.into(),
            change_position: created.change_pos,
        })
    }

    /// Stores a signed transaction in the wallet and passes it on to the network. `notes` and `order_form` are kept with it,
    /// by name: see [`WalletTransaction::notes`](super::WalletTransaction::notes) and
    /// [`TransactionDetails::order_form`](super::TransactionDetails::order_form).
    ///
    /// A transaction that the mempool does not take is stored nevertheless; [`Wallet::transaction_details`] tells.
    ///
    /// # Errors
    ///
    /// The node cannot read or store it; the connection is lost.
    pub async fn commit_transaction(
        &self,
        transaction: &Transaction,
        notes: &[(String, String)],
        order_form: &[(String, String)],
    ) -> Result<(), Error> {
        let (notes, order_form) = (notes::wire(notes), notes::wire(order_form));
        let committed = self.0.commit_transaction(&transaction.0, notes, order_form);
        Ok(committed.await?)
    }
}
