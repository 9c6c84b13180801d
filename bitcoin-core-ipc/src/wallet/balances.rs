//! What a wallet has.

use generated_examples::multiprocess::wallet::WalletBalances;

use super::{CoinControl, Wallet};
use crate::encoded::Amount;
use crate::error::Error;
use crate::hash::BlockHash;

/// What a wallet has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balances {
    /// What can be spent: confirmed, or change of the wallet's own.
    pub trusted: Amount,
    /// What others have paid and no block confirms yet.
    pub unconfirmed: Amount,
    /// What coinbase transactions pay that cannot be spent yet.
    pub immature: Amount,
}

impl From<WalletBalances> for Balances {
    fn from(balances: WalletBalances) -> Self {
        Self {
            trusted: Amount(balances.balance),
            unconfirmed: Amount(balances.unconfirmed_balance),
            immature: Amount(balances.immature_balance),
        }
    }
}

impl Wallet {
    /// The balances. Waits while the wallet is busy.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn balances(&self) -> Result<Balances, Error> {
        Ok(self.0.get_balances().await?.into())
    }

    /// The balances and the last block that they include; none if the wallet is busy.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn try_balances(&self) -> Result<Option<(Balances, BlockHash)>, Error> {
        let tried = self.0.try_get_balances().await?;
        if !tried.result {
            return Ok(None);
        }
        let block = BlockHash::try_from(tried.block_hash.as_slice())?;
        Ok(Some((tried.balances.into(), block)))
    }

    /// What can be spent: [`Balances::trusted`] alone.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn balance(&self) -> Result<Amount, Error> {
        Ok(Amount(self.0.get_balance().await?))
    }

    /// What can be spent with these settings: of the chosen coins, if there are any.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn available_balance(&self, coin_control: &CoinControl) -> Result<Amount, Error> {
        let available = self.0.get_available_balance(coin_control.wire());
        Ok(Amount(available.await?))
    }
}
