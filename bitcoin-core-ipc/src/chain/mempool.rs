//! Transactions that are in no block yet.

use generated_examples::multiprocess::common::Pair;

use super::Chain;
use super::coin::Coin;
use super::mempool_transactions::MempoolTransactions;
use crate::encoded::{Amount, Transaction};
use crate::error::Error;
use crate::hash::Txid;
use crate::numbered::numbered;
use crate::options::Verdict;
use crate::out_point::OutPoint;

numbered! {
    /// Whether a transaction can be replaced by one that pays more.
    pub enum Replaceability {
        /// It does not say so, and is not in the mempool, where one that it depends on may.
        Unknown = 0,
        /// It can: it says so, or one in the mempool that it depends on.
        Replaceable = 1,
        /// It cannot.
        Final = 2,
    }
}

numbered! {
    /// What a node does with a transaction.
    pub enum BroadcastMethod {
        /// It takes it into the mempool, and passes it on to all peers.
        MempoolAndBroadcast = 0,
        /// It takes it into the mempool, and tells nobody.
        MempoolOnly = 1,
        /// It sends it, past the mempool, over a few connections on networks that hide where it comes from.
        PrivateBroadcast = 2,
    }
}

/// What a transaction of the mempool depends on, and what depends on it. It counts itself on both sides; all is 0 for a
/// transaction that is not in the mempool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ancestry {
    /// How many transactions it depends on.
    pub ancestors: u64,
    /// How many transactions depend on it.
    pub descendants: u64,
    /// The size of those that it depends on, in virtual bytes.
    pub ancestor_vsize: u64,
    /// What those pay that it depends on.
    pub ancestor_fees: Amount,
}

/// How long chains of transactions in the mempool may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PackageLimits {
    /// How many transactions one may depend on, with itself.
    pub ancestors: u32,
    /// How many transactions may depend on one, with itself.
    pub descendants: u32,
}

impl Chain {
    /// The unspent outputs among these, of the chain and the mempool: one entry for each, none where it is spent or
    /// unknown.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn find_coins(&self, outputs: &[OutPoint]) -> Result<Vec<Option<Coin>>, Error> {
        let asked: Vec<_> = outputs
            .iter()
            .map(|output| Pair {
                key: output.to_byte_array().to_vec(),
                value: Vec::new(),
            })
            .collect();
        // It is a map that the node fills in: sorted, and with each output once.
        let mut found = std::collections::HashMap::new();
        for Pair { key, value } in self.0.find_coins(asked).await? {
            let coin = (!value.is_empty()).then(|| Coin::read(&value));
            found.insert(OutPoint::try_from(&key[..])?, coin.transpose()?);
        }
        Ok(outputs
            .iter()
            .map(|output| found.get(output).cloned().flatten())
            .collect())
    }

    /// Whether a transaction can be replaced, by what it and those in the mempool say that it depends on.
    ///
    /// # Errors
    ///
    /// The node cannot read the transaction; the connection is lost.
    pub async fn is_rbf_opt_in(
        &self,
        transaction: impl Into<Transaction>,
    ) -> Result<Replaceability, Error> {
        let transaction = transaction.into().some_bytes()?;
        Ok(self.0.is_rbf_opt_in(transaction).await?.into())
    }

    /// Whether a transaction is in the mempool.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn is_in_mempool(&self, txid: Txid) -> Result<bool, Error> {
        Ok(self.0.is_in_mempool(txid.as_bytes()).await?)
    }

    /// Whether other transactions of the mempool spend outputs of this one.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn has_descendants_in_mempool(&self, txid: Txid) -> Result<bool, Error> {
        Ok(self.0.has_descendants_in_mempool(txid.as_bytes()).await?)
    }

    /// Has the node take a transaction, which pays at most `max_fee`: 0 is no limit.
    ///
    /// # Errors
    ///
    /// The node cannot read the transaction; the connection is lost.
    pub async fn broadcast_transaction(
        &self,
        transaction: impl Into<Transaction>,
        max_fee: Amount,
        method: BroadcastMethod,
    ) -> Result<Verdict, Error> {
        let transaction = transaction.into().some_bytes()?;
        let taken = (self.0).broadcast_transaction(transaction, max_fee.0, method.into());
        let taken = taken.await?;
        Ok(Verdict {
            accepted: taken.result,
            reason: taken.error,
            debug: String::new(),
        })
    }

    /// What a transaction of the mempool depends on, and what depends on it.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn transaction_ancestry(&self, txid: Txid) -> Result<Ancestry, Error> {
        let ancestry = self.0.get_transaction_ancestry(txid.as_bytes()).await?;
        Ok(Ancestry {
            ancestors: ancestry.ancestors,
            descendants: ancestry.descendants,
            ancestor_vsize: ancestry.ancestorsize,
            ancestor_fees: Amount(ancestry.ancestorfees),
        })
    }

    /// How long chains of transactions in the mempool may be.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn package_limits(&self) -> Result<PackageLimits, Error> {
        let limits = self.0.get_package_limits().await?;
        Ok(PackageLimits {
            ancestors: limits.ancestors,
            descendants: limits.descendants,
        })
    }

    /// Whether a transaction would keep within the limits of the mempool on chains of transactions.
    ///
    /// # Errors
    ///
    /// The node cannot read the transaction; the connection is lost.
    pub async fn check_chain_limits(
        &self,
        transaction: impl Into<Transaction>,
    ) -> Result<Verdict, Error> {
        let transaction = transaction.into().some_bytes()?;
        let refused = self.0.check_chain_limits(transaction).await?.error;
        Ok(Verdict {
            accepted: refused.is_none(),
            reason: refused.map(|error| error.original).unwrap_or_default(),
            debug: String::new(),
        })
    }

    /// Whether the node is ready to send transactions: it has caught up with the chain, and loads no blocks.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn is_ready_to_broadcast(&self) -> Result<bool, Error> {
        Ok(self.0.is_ready_to_broadcast().await?)
    }

    /// All transactions that are in the mempool now, as a stream that ends.
    ///
    /// Nothing is sent before the stream is read. Those that come into the mempool later are told by
    /// [`Chain::notifications`]: whoever subscribes before, and then reads this, misses none, but may be told of some twice.
    pub fn mempool_transactions(&self) -> MempoolTransactions {
        MempoolTransactions::of(&self.0)
    }
}
