//! Replacing transactions by ones that pay more.

use super::{CoinControl, Wallet, done};
use crate::encoded::{Amount, Transaction};
use crate::error::Error;
use crate::hash::Txid;
use crate::message::Message;

/// A replacement with a higher fee, which is neither stored nor passed on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "nothing is replaced until it is committed"]
pub struct Bump {
    /// The fee of the transaction that is to be replaced.
    pub old_fee: Amount,
    /// The fee of the replacement.
    pub new_fee: Amount,
    /// The replacement, unsigned.
    pub transaction: Transaction,
}

impl Wallet {
    /// Whether a transaction can be replaced by one with a higher fee.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn can_be_bumped(&self, txid: Txid) -> Result<bool, Error> {
        Ok(self.0.transaction_can_be_bumped(txid.as_bytes()).await?)
    }

    /// Makes a replacement with a higher fee, unsigned.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the node's words, if the transaction cannot be replaced; the connection is lost.
    pub async fn create_bump(&self, txid: Txid, coin_control: &CoinControl) -> Result<Bump, Error> {
        let made = self
            .0
            .create_bump_transaction(txid.as_bytes(), coin_control.wire());
        let made = made.await?;
        unless_refused(made.result, "Wallet.createBumpTransaction", made.errors)?;
        Ok(Bump {
            old_fee: Amount(made.old_fee),
            new_fee: Amount(made.new_fee),
            transaction: Transaction(made.mtx),
        })
    }

    /// Signs a replacement.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`], if the wallet is locked or does not have the keys; the connection is lost.
    pub async fn sign_bump(&self, transaction: &Transaction) -> Result<Transaction, Error> {
        let signed = self.0.sign_bump_transaction(&transaction.0).await?;
        done(signed.result, "Wallet.signBumpTransaction", || {
            "the wallet is locked, or does not have the keys".to_owned()
        })?;
        Ok(Transaction(signed.mtx))
    }

    /// Stores a signed replacement of a transaction, and passes it on. Returns the id of the replacement.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the node's words, if the transaction cannot be replaced any more; the connection is lost.
    pub async fn commit_bump(&self, txid: Txid, transaction: &Transaction) -> Result<Txid, Error> {
        let committed = self
            .0
            .commit_bump_transaction(txid.as_bytes(), &transaction.0);
        let committed = committed.await?;
        unless_refused(
            committed.result,
            "Wallet.commitBumpTransaction",
            committed.errors,
        )?;
        Txid::try_from(committed.bumped_txid.as_slice())
    }
}

/// The last error is the one that says most.
fn unless_refused<T: Into<Message>>(
    done: bool,
    method: &'static str,
    mut errors: Vec<T>,
) -> Result<(), Error> {
    match (done, errors.pop()) {
        (true, _) => Ok(()),
        (false, Some(error)) => Err(Error::Refused {
            method,
            message: error.into(),
        }),
        (false, None) => Err(Error::refused(method, "the node does not say why")),
    }
}
