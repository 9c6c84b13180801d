//! The transactions of a wallet.

use super::{TransactionDetails, TransactionUpdate, Wallet, WalletTransaction, done, notes};
use crate::encoded::{Amount, Transaction};
use crate::error::Error;
use crate::hash::Txid;

impl Wallet {
    /// All transactions of the wallet, in no particular order.
    ///
    /// # Errors
    ///
    /// The connection is lost; the answer is larger than a message may be.
    pub async fn transactions(&self) -> Result<Vec<WalletTransaction>, Error> {
        let transactions = self.0.get_wallet_txs().await?;
        let known = transactions.into_iter().map(WalletTransaction::read);
        known.filter_map(Result::transpose).collect()
    }

    /// A transaction with what it means for the wallet; none if that does not know it.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn transaction(&self, txid: Txid) -> Result<Option<WalletTransaction>, Error> {
        WalletTransaction::read(self.0.get_wallet_tx(txid.as_bytes()).await?)
    }

    /// A transaction alone; none if the wallet does not know it.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn raw_transaction(&self, txid: Txid) -> Result<Option<Transaction>, Error> {
        let bytes = self.0.get_tx(txid.as_bytes()).await?;
        Ok((!bytes.is_empty()).then_some(Transaction(bytes)))
    }

    /// A transaction with all that the wallet knows of it; none if it does not know it. Waits while the wallet is busy.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn transaction_details(
        &self,
        txid: Txid,
    ) -> Result<Option<TransactionDetails>, Error> {
        let details = self.0.get_wallet_tx_details(txid.as_bytes()).await?;
        let transaction = WalletTransaction::read(details.result)?;
        Ok(transaction.map(|transaction| TransactionDetails {
            transaction,
            status: details.tx_status.into(),
            order_form: notes::read(details.order_form),
            in_mempool: details.in_mempool,
            tip_height: u32::try_from(details.num_blocks).ok(),
        }))
    }

    /// How far a transaction is; none if the wallet is busy or does not know it.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn try_transaction_status(
        &self,
        txid: Txid,
    ) -> Result<Option<TransactionUpdate>, Error> {
        let tried = self.0.try_get_tx_status(txid.as_bytes()).await?;
        Ok(tried.result.then(|| TransactionUpdate {
            status: tried.tx_status.into(),
            tip_height: u32::try_from(tried.num_blocks).ok(),
            tip_time: tried.block_time,
        }))
    }

    /// Whether a transaction can be given up.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn can_be_abandoned(&self, txid: Txid) -> Result<bool, Error> {
        Ok((self.0.transaction_can_be_abandoned(txid.as_bytes())).await?)
    }

    /// Gives a transaction up, so that its inputs can be spent again.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`], if it is confirmed or in the mempool, or not known; the connection is lost.
    pub async fn abandon(&self, txid: Txid) -> Result<(), Error> {
        let abandoned = self.0.abandon_transaction(txid.as_bytes()).await?;
        done(abandoned, "Wallet.abandonTransaction", || {
            format!("{txid} is confirmed or in the mempool, or not known")
        })
    }

    /// Whether an input, in the network's encoding, spends an output of the wallet.
    ///
    /// # Errors
    ///
    /// The node cannot read the input; the connection is lost.
    pub async fn is_input_mine(&self, input: &[u8]) -> Result<bool, Error> {
        Ok(self.0.txin_is_mine(input).await?)
    }

    /// What an input, in the network's encoding, spends of the wallet.
    ///
    /// # Errors
    ///
    /// The node cannot read the input; the connection is lost.
    pub async fn debit(&self, input: &[u8]) -> Result<Amount, Error> {
        Ok(Amount(self.0.get_debit(input).await?))
    }
}
