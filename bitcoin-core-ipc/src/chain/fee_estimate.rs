//! What a transaction should pay.

use generated_examples::multiprocess::chain::{EstimatorBucket, FeeCalculation};

use crate::fee_rate::FeeRate;
use crate::numbered::numbered;

/// What to estimate with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum EstimateMode {
    /// Recent blocks: lower, and quick to follow the market down.
    #[default]
    Economical,
    /// Longer ago, too: higher, and less often not enough.
    Conservative,
}

numbered! {
    /// Which rule gave an estimate.
    pub enum FeeReason {
        /// None: there is no estimate.
        None = 0,
        /// What was enough for half of the time that was asked for.
        HalfEstimate = 1,
        /// What was enough for the time that was asked for.
        FullEstimate = 2,
        /// What was enough for double the time that was asked for, with more certainty.
        DoubleEstimate = 3,
        /// What was enough for double the time over a longer past.
        Conservative = 4,
        /// What the mempool takes at least, which is more.
        MempoolMin = 5,
    }
}

/// How a fee estimate came about.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FeeEstimate {
    /// The rate; none where the node knows too little.
    pub rate: Option<FeeRate>,
    /// Which rule gave it.
    pub reason: FeeReason,
    /// The number of blocks that was asked for.
    pub desired_target: i32,
    /// The number of blocks that the estimate is for.
    pub returned_target: i32,
    /// The height of the tip at the time.
    pub best_height: u32,
    /// How much old measurements count after each block, from 0 to 1.
    pub decay: f64,
    /// How many blocks one step of the measurement spans.
    pub scale: u32,
    /// The lowest range of rates that was good enough.
    pub pass: FeeRange,
    /// The highest range of rates that was not.
    pub fail: FeeRange,
}

/// What is known of the transactions in a range of fee rates.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct FeeRange {
    /// The lower end of the range, in satoshi for 1,000 virtual bytes; -1 where there is no range.
    pub start: f64,
    /// The upper end of the range, in satoshi for 1,000 virtual bytes; -1 where there is no range.
    pub end: f64,
    /// How many confirmed within the target, weighted by age.
    pub within_target: f64,
    /// How many confirmed, weighted by age.
    pub total_confirmed: f64,
    /// How many wait in the mempool for longer than the target.
    pub in_mempool: f64,
    /// How many left the mempool unconfirmed after the target, weighted by age.
    pub left_mempool: f64,
}

impl FeeEstimate {
    pub(super) fn new(rate: FeeRate, calculation: FeeCalculation) -> Self {
        let FeeCalculation {
            est,
            reason,
            desired_target,
            returned_target,
            best_height,
        } = calculation;
        Self {
            rate: (rate != FeeRate::ZERO).then_some(rate),
            reason: reason.into(),
            desired_target,
            returned_target,
            best_height,
            decay: est.decay,
            scale: est.scale,
            pass: est.pass.into(),
            fail: est.fail.into(),
        }
    }
}

impl From<EstimatorBucket> for FeeRange {
    fn from(bucket: EstimatorBucket) -> Self {
        Self {
            start: bucket.start,
            end: bucket.end,
            within_target: bucket.within_target,
            total_confirmed: bucket.total_confirmed,
            in_mempool: bucket.in_mempool,
            left_mempool: bucket.left_mempool,
        }
    }
}
