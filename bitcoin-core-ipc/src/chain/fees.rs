//! What transactions pay, and what they should.

use super::Chain;
use super::fee_estimate::{EstimateMode, FeeEstimate};
use crate::encoded::Amount;
use crate::error::Error;
use crate::fee_rate::FeeRate;
use crate::out_point::OutPoint;
use crate::wire::to_count;

impl Chain {
    /// What to pay for a transaction to confirm within so many blocks.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn estimate_smart_fee(
        &self,
        blocks: u32,
        mode: EstimateMode,
    ) -> Result<FeeEstimate, Error> {
        let blocks = to_count("a number of blocks", blocks)?;
        let conservative = mode == EstimateMode::Conservative;
        let estimate = self
            .0
            .estimate_smart_fee(blocks, conservative, true)
            .await?;
        let rate = FeeRate::try_from(&estimate.result[..])?;
        Ok(FeeEstimate::new(rate, estimate.calc.unwrap_or_default()))
    }

    /// The longest time, in blocks, for which there are estimates.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn estimate_max_blocks(&self) -> Result<u32, Error> {
        Ok(self.0.estimate_max_blocks().await?)
    }

    /// The fee rate below which the mempool takes nothing now.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn mempool_min_fee(&self) -> Result<FeeRate, Error> {
        FeeRate::try_from(&self.0.mempool_min_fee().await?[..])
    }

    /// The fee rate below which transactions are never passed on.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn relay_min_fee(&self) -> Result<FeeRate, Error> {
        FeeRate::try_from(&self.0.relay_min_fee().await?[..])
    }

    /// By how much the fee rate of a replacement has to be more.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn relay_incremental_fee(&self) -> Result<FeeRate, Error> {
        FeeRate::try_from(&self.0.relay_incremental_fee().await?[..])
    }

    /// The fee rate that decides which outputs are dust: those that would cost more to spend than they are worth.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn relay_dust_fee(&self) -> Result<FeeRate, Error> {
        FeeRate::try_from(&self.0.relay_dust_fee().await?[..])
    }

    /// For each output, what spending it alone has to pay on top, to lift the unconfirmed transactions that it depends on to
    /// a fee rate. None where the node says nothing of it.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn calculate_individual_bump_fees(
        &self,
        outputs: &[OutPoint],
        target: FeeRate,
    ) -> Result<Vec<Option<Amount>>, Error> {
        let fees = (self.0).calculate_individual_bump_fees(wire(outputs), target.to_byte_array());
        // A map: sorted, and with each output once.
        let mut found = std::collections::HashMap::new();
        for fee in fees.await? {
            found.insert(OutPoint::try_from(&fee.key[..])?, Amount(fee.value));
        }
        Ok(outputs
            .iter()
            .map(|output| found.get(output).copied())
            .collect())
    }

    /// What spending all the outputs together has to pay on top, to lift the unconfirmed transactions that they depend on
    /// to a fee rate. None if the node cannot tell.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn calculate_combined_bump_fee(
        &self,
        outputs: &[OutPoint],
        target: FeeRate,
    ) -> Result<Option<Amount>, Error> {
        let fee = (self.0).calculate_combined_bump_fee(wire(outputs), target.to_byte_array());
        Ok(fee.await?.map(Amount))
    }
}

fn wire(outputs: &[OutPoint]) -> Vec<Vec<u8>> {
    let bytes = |output: &OutPoint| output.to_byte_array().to_vec();
    outputs.iter().map(bytes).collect()
}
