//! A block template of the fake node, as all versions have it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bitcoin::BlockHash;
use bitcoin::consensus::{deserialize_partial, serialize};
use ipc_runtime::Exception;

use super::blocks::{Draft, Fee};
use super::calls::Interrupt;
use super::chain::Chain;
use super::rules::Refusal;
use crate::encoded::Amount;

#[derive(Clone, Debug)]
pub(super) struct Template(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    chain: Arc<Chain>,
    draft: Mutex<Draft>,
    use_mempool: bool,
    /// The block that it is on.
    below: BlockHash,
    fees: Fee,
    interrupt: Interrupt,
}

impl Template {
    pub(super) fn new(chain: &Arc<Chain>, use_mempool: bool) -> Self {
        let state = chain.state();
        let draft = state.draft(use_mempool);
        Self(Arc::new(Inner {
            chain: Arc::clone(chain),
            use_mempool,
            below: state.tip_hash(),
            fees: state.fees(),
            draft: Mutex::new(draft),
            interrupt: Interrupt::default(),
        }))
    }

    pub(super) fn chain(&self) -> &Arc<Chain> {
        &self.0.chain
    }

    pub(super) fn draft(&self) -> MutexGuard<'_, Draft> {
        self.0.draft.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Completes the block and submits it.
    pub(super) fn submit(
        &self,
        version: u32,
        time: u32,
        nonce: u32,
        coinbase: &[u8],
    ) -> Result<Result<(), Refusal>, Exception> {
        if coinbase.is_empty() {
            return Ok(Err(Refusal::new(
                "bad-cb-missing",
                "first tx is not coinbase",
            )));
        }
        let coinbase = read(coinbase)?;
        let mut draft = self.draft();
        draft.complete(version, time, nonce, coinbase);
        let block = draft.block.clone();
        drop(draft);
        Ok(self.0.chain.change(|state| state.submit(block)))
    }

    /// Waits for a better template; none when the time is over, while the node stops, and at an interrupt.
    ///
    /// It goes on to its end when nobody waits for it any more, as in Bitcoin Core.
    pub(super) async fn wait_next(
        &self,
        timeout: f64,
        threshold: Fee,
    ) -> Result<Option<Self>, Exception> {
        let this = self.clone();
        to_its_end(async move {
            let Inner {
                chain, below, fees, ..
            } = &*this.0;
            let better = chain
                .wait(
                    |state| {
                        if this.0.interrupt.take() || state.stopping {
                            return Some(false);
                        }
                        let moved = state.tip_hash() != *below;
                        let rose = threshold < Amount::MAX_MONEY.0
                            && state.fees() >= fees.saturating_add(threshold);
                        (moved || rose).then_some(true)
                    },
                    duration(timeout),
                )
                .await;
            (better == Some(true)).then(|| Self::new(chain, this.0.use_mempool))
        })
        .await
    }

    pub(super) fn interrupt(&self) {
        self.0.interrupt.set(&self.0.chain);
    }

    pub(super) fn header(&self) -> Vec<u8> {
        serialize(&self.draft().block.header)
    }

    pub(super) fn block(&self) -> Vec<u8> {
        serialize(&self.draft().block)
    }

    pub(super) fn merkle_path(&self) -> Vec<Vec<u8>> {
        let path = self.draft().merkle_path();
        path.iter().map(|node| node.as_bytes().to_vec()).collect()
    }
}

/// Runs a handler as a task of its own, which goes on when the call is given up.
pub(super) async fn to_its_end<T: Send + 'static>(
    handler: impl Future<Output = T> + Send + 'static,
) -> Result<T, Exception> {
    tokio::spawn(handler).await.map_err(Exception::failed)
}

/// Milliseconds, where more than can be waited for is without end.
pub(super) fn duration(milliseconds: f64) -> Option<Duration> {
    let limit = Duration::try_from_secs_f64(milliseconds.max(0.0) / 1e3).ok()?;
    (limit < Duration::from_secs(u64::from(u32::MAX))).then_some(limit)
}

/// Reads what the network encodes so, or fails in the node's words. Bytes behind it are ignored, as nodes do.
pub(super) fn read<T: bitcoin::consensus::Decodable>(bytes: &[u8]) -> Result<T, Exception> {
    let (read, _length) = deserialize_partial(bytes).map_err(|_| {
        Exception::failed("std::exception: SpanReader::read(): end of data: iostream error")
    })?;
    Ok(read)
}
