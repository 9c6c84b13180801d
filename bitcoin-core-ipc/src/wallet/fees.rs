//! What transactions of a wallet pay.

use super::{CoinControl, Wallet};
use crate::chain::FeeReason;
use crate::encoded::Amount;
use crate::error::Error;

/// What a transaction should pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MinimumFee {
    /// The fee.
    pub fee: Amount,
    /// In how many blocks it should confirm with that; 0 where the fee comes from elsewhere than an estimate.
    pub returned_target: i32,
    /// Which rule gave the fee rate.
    pub reason: FeeReason,
}

impl Wallet {
    /// The lowest fee that a transaction of so many virtual bytes must pay.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn required_fee(&self, virtual_bytes: u32) -> Result<Amount, Error> {
        Ok(Amount(self.0.get_required_fee(virtual_bytes).await?))
    }

    /// What a transaction of so many virtual bytes should pay with these settings.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn minimum_fee(
        &self,
        virtual_bytes: u32,
        coin_control: &CoinControl,
    ) -> Result<MinimumFee, Error> {
        let minimum = (self.0).get_minimum_fee(virtual_bytes, coin_control.wire(), true, true);
        let minimum = minimum.await?;
        Ok(MinimumFee {
            fee: Amount(minimum.result),
            returned_target: minimum.returned_target.unwrap_or_default(),
            reason: minimum.reason.unwrap_or_default().into(),
        })
    }

    /// In how many blocks transactions should confirm, unless they say otherwise.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn confirm_target(&self) -> Result<u32, Error> {
        Ok(self.0.get_confirm_target().await?)
    }

    /// The highest fee that a transaction may pay.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn max_fee(&self) -> Result<Amount, Error> {
        Ok(Amount(self.0.get_default_max_tx_fee().await?))
    }
}
