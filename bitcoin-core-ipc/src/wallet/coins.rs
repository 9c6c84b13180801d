//! The outputs that a wallet can spend.

use generated_examples::multiprocess::common::Pair;
use generated_examples::multiprocess::wallet::WalletTxOut;

use super::{Destination, Wallet, done};
use crate::encoded::{Amount, TxOut};
use crate::error::Error;
use crate::out_point::OutPoint;

/// An output of a transaction of the wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Coin {
    /// Which it is.
    pub out_point: OutPoint,
    /// The output.
    pub output: TxOut,
    /// When the wallet learnt of its transaction, in seconds since 1970.
    pub time: i64,
    /// How many confirmations it has.
    pub depth: u32,
    /// Whether it is spent.
    pub is_spent: bool,
}

/// How long a coin stays kept from being chosen for spending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockedUntil {
    /// Until the wallet is closed.
    Closed,
    /// Until it is unlocked, also after the wallet was closed.
    Unlocked,
}

impl Coin {
    /// Reads what a node sent: none for an output that it does not know, or that conflicts with the chain.
    fn read(out_point: OutPoint, sent: WalletTxOut) -> Option<Self> {
        // Nodes give such no confirmations, but one less than none.
        let depth = u32::try_from(sent.depth_in_main_chain).ok()?;
        Some(Self {
            out_point,
            output: TxOut(sent.txout),
            time: sent.time,
            depth,
            is_spent: sent.is_spent,
        })
    }
}

impl Wallet {
    /// The outputs that can be spent, grouped by address.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn coins(&self) -> Result<Vec<(Destination, Vec<Coin>)>, Error> {
        let groups = self.0.list_coins().await?.into_iter();
        let groups = groups.map(|Pair { key, value }| {
            let coins = value.into_iter().map(|Pair { key, value }| {
                let out_point = OutPoint::try_from(key.as_slice())?;
                Ok(Coin::read(out_point, value))
            });
            let coins = coins.filter_map(Result::transpose);
            Ok((
                Destination::must(key)?,
                coins.collect::<Result<_, Error>>()?,
            ))
        });
        groups.collect()
    }

    /// What is known of these outputs, spent or not: one entry for each, none where the wallet does not know it.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn coins_at(&self, out_points: &[OutPoint]) -> Result<Vec<Option<Coin>>, Error> {
        let wire: Vec<_> = out_points
            .iter()
            .map(|out_point| out_point.to_byte_array().to_vec())
            .collect();
        let coins = self.0.get_coins(wire).await?;
        if coins.len() != out_points.len() {
            let reason = format!("{} answers to {} outpoints", coins.len(), out_points.len());
            return Err(Error::malformed("coins", reason));
        }
        let coins = out_points.iter().copied().zip(coins);
        Ok(coins
            .map(|(out_point, coin)| Coin::read(out_point, coin))
            .collect())
    }

    /// Keeps an output from being chosen for spending.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`], if that cannot be stored; the connection is lost.
    pub async fn lock_coin(&self, out_point: OutPoint, until: LockedUntil) -> Result<(), Error> {
        let keep = until == LockedUntil::Unlocked;
        let locked = self.0.lock_coin(out_point.to_byte_array(), keep).await?;
        done(locked, "Wallet.lockCoin", || {
            format!("{out_point} cannot be locked")
        })
    }

    /// Lets an output be chosen for spending again.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`], if that cannot be stored; the connection is lost.
    pub async fn unlock_coin(&self, out_point: OutPoint) -> Result<(), Error> {
        let unlocked = self.0.unlock_coin(out_point.to_byte_array()).await?;
        done(unlocked, "Wallet.unlockCoin", || {
            format!("{out_point} cannot be unlocked")
        })
    }

    /// Whether an output is kept from being chosen for spending.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn is_locked_coin(&self, out_point: OutPoint) -> Result<bool, Error> {
        Ok(self.0.is_locked_coin(out_point.to_byte_array()).await?)
    }

    /// All outputs that are kept from being chosen for spending.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn locked_coins(&self) -> Result<Vec<OutPoint>, Error> {
        let locked = self.0.list_locked_coins().await?;
        locked
            .iter()
            .map(|coin| OutPoint::try_from(coin.as_slice()))
            .collect()
    }

    /// Whether an output pays to the wallet.
    ///
    /// # Errors
    ///
    /// The node cannot read the output; the connection is lost.
    pub async fn is_output_mine(&self, output: &TxOut) -> Result<bool, Error> {
        Ok(self.0.txout_is_mine(&output.0).await?)
    }

    /// What an output pays to the wallet.
    ///
    /// # Errors
    ///
    /// The node cannot read the output; the connection is lost.
    pub async fn credit(&self, output: &TxOut) -> Result<Amount, Error> {
        Ok(Amount(self.0.get_credit(&output.0).await?))
    }
}
