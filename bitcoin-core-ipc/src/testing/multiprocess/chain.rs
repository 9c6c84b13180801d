//! The `Chain` of the multiprocess branch.

use std::sync::Arc;

use bitcoin::hashes::Hash;
use bitcoin::{Transaction, Txid};
use generated_examples::multiprocess::chain::{
    Chain as ChainTrait, ChainBroadcastTransactionResults, ChainEstimateSmartFeeResults,
    ChainFindAncestorByHashResults, ChainFindAncestorByHeightResults, ChainFindBlockResults,
    ChainFindCommonAncestorResults, ChainFindFirstBlockWithTimeAndHeightResults,
    ChainGetPackageLimitsResults, ChainGetTransactionAncestryResults, ChainNotificationsProxy,
    ChainProxy, FeeCalculation, FoundBlockParam, RPCCommand, SettingsUpdateCallbackProxy,
};
use generated_examples::multiprocess::common::{BilingualStr, PairInt64, ResultVoid};
use generated_examples::multiprocess::handler::HandlerProxy;
use ipc_runtime::Exception;

use super::coins::{Entry, fill, waiting};
use super::found::{first, found, height, known, wire_height};
use super::{notifications, rpc_methods, settings};
use crate::fee_rate::FeeRate;
use crate::locator::Locator;
use crate::testing::calls::Cut;
use crate::testing::chain::{Chain, State};
use crate::testing::template::read;

/// What the mempool takes, and what dust is, in satoshi for 1,000 virtual bytes.
const MIN_FEE: FeeRate = FeeRate::from_sat_per_kvb(1000);
pub(super) const DUST_FEE: FeeRate = FeeRate::from_sat_per_kvb(3000);
/// How long chains of transactions in the mempool may be.
const CHAIN: u32 = 25;
/// The longest time, in blocks, for which there are estimates.
const LONGEST: u32 = 1008;

pub(in crate::testing) fn object(chain: &Arc<Chain>) -> ChainProxy {
    ChainProxy::new(OurChain(Arc::clone(chain)))
}

struct OurChain(Arc<Chain>);

impl OurChain {
    /// The state for a method: after a fault, if there is one for it.
    async fn state<T>(&self, method: &str, look: impl FnOnce(&State) -> T) -> Result<T, Exception> {
        self.0.enter(method).await?;
        Ok(look(&self.0.state()))
    }

    async fn rate(&self, method: &str, rate: FeeRate) -> Result<Vec<u8>, Exception> {
        self.state(method, |state| state.multiprocess.wire(rate))
            .await
    }
}

impl ChainTrait for OurChain {
    async fn get_height(&self) -> Result<Option<i32>, Exception> {
        let height = |state: &State| wire_height(state.blocks.len() - 1);
        self.state("Chain.getHeight", |state| {
            (!state.loading).then(|| height(state))
        })
        .await
    }

    async fn get_block_hash(&self, at: i32) -> Result<Vec<u8>, Exception> {
        let hash = self.state("Chain.getBlockHash", |state| {
            let hash = state.hash_at(height(at)?)?;
            Some(hash.as_bytes().to_vec())
        });
        match hash.await? {
            Some(hash) => Ok(hash),
            // It is an assertion.
            None => {
                self.0.cut(Cut::End);
                std::future::pending().await
            }
        }
    }

    async fn have_block_on_disk(&self, at: i32) -> Result<bool, Exception> {
        let has = |state: &State| height(at).and_then(|at| state.at(at)).is_some();
        self.state("Chain.haveBlockOnDisk", has).await
    }

    async fn find_locator_fork(&self, locator: Vec<u8>) -> Result<Option<i32>, Exception> {
        let locator = Locator::try_from(&locator[..]).map_err(Exception::failed)?;
        self.state("Chain.findLocatorFork", |state| {
            let mut known = locator
                .0
                .into_iter()
                .filter_map(|hash| state.known(&hash.into()));
            let shared = known.find(|known| known.in_active_chain)?;
            Some(wire_height(shared.height))
        })
        .await
    }

    async fn has_block_filter_index(&self, _filter_type: u8) -> Result<bool, Exception> {
        self.state("Chain.hasBlockFilterIndex", |_| false).await
    }

    async fn block_filter_matches_any(
        &self,
        _filter_type: u8,
        _block_hash: Vec<u8>,
        _filter_set: Vec<Vec<u8>>,
    ) -> Result<Option<bool>, Exception> {
        self.state("Chain.blockFilterMatchesAny", |_| None).await
    }

    async fn find_block(
        &self,
        of: Vec<u8>,
        block: FoundBlockParam,
    ) -> Result<ChainFindBlockResults, Exception> {
        let block = |state: &State| found(state, known(state, &of), &block);
        let block = self.state("Chain.findBlock", block).await?;
        let result = block.found;
        Ok(ChainFindBlockResults { block, result })
    }

    async fn find_first_block_with_time_and_height(
        &self,
        min_time: i64,
        min_height: i32,
        block: FoundBlockParam,
    ) -> Result<ChainFindFirstBlockWithTimeAndHeightResults, Exception> {
        let block = |state: &State| found(state, first(state, min_time, min_height), &block);
        let method = "Chain.findFirstBlockWithTimeAndHeight";
        let block = self.state(method, block).await?;
        let result = block.found;
        Ok(ChainFindFirstBlockWithTimeAndHeightResults { block, result })
    }

    async fn find_ancestor_by_height(
        &self,
        block_hash: Vec<u8>,
        ancestor_height: i32,
        ancestor: FoundBlockParam,
    ) -> Result<ChainFindAncestorByHeightResults, Exception> {
        let ancestor = |state: &State| {
            let at = known(state, &block_hash).zip(height(ancestor_height));
            let at = at.and_then(|(block, height)| state.ancestor(block, height));
            found(state, at, &ancestor)
        };
        let ancestor = self.state("Chain.findAncestorByHeight", ancestor).await?;
        let result = ancestor.found;
        Ok(ChainFindAncestorByHeightResults { ancestor, result })
    }

    async fn find_ancestor_by_hash(
        &self,
        block_hash: Vec<u8>,
        ancestor_hash: Vec<u8>,
        ancestor: FoundBlockParam,
    ) -> Result<ChainFindAncestorByHashResults, Exception> {
        let ancestor = |state: &State| {
            let both = known(state, &block_hash).zip(known(state, &ancestor_hash));
            let below = both.and_then(|(block, wanted)| {
                let there = state.ancestor(block, wanted.height)?;
                (there.block == wanted.block).then_some(wanted)
            });
            found(state, below, &ancestor)
        };
        let ancestor = self.state("Chain.findAncestorByHash", ancestor).await?;
        let result = ancestor.found;
        Ok(ChainFindAncestorByHashResults { ancestor, result })
    }

    async fn find_common_ancestor(
        &self,
        block_hash1: Vec<u8>,
        block_hash2: Vec<u8>,
        ancestor: FoundBlockParam,
        block1: FoundBlockParam,
        block2: FoundBlockParam,
    ) -> Result<ChainFindCommonAncestorResults, Exception> {
        self.state("Chain.findCommonAncestor", |state| {
            let (first, second) = (known(state, &block_hash1), known(state, &block_hash2));
            let common = first.zip(second);
            let common = common.and_then(|(first, second)| state.common(first, second));
            ChainFindCommonAncestorResults {
                ancestor: found(state, common, &ancestor),
                block1: found(state, first, &block1),
                block2: found(state, second, &block2),
                result: common.is_some(),
            }
        })
        .await
    }

    async fn find_coins(&self, coins: Vec<Entry>) -> Result<Vec<Entry>, Exception> {
        self.state("Chain.findCoins", |state| fill(state, coins))
            .await?
    }

    async fn guess_verification_progress(&self, block_hash: Vec<u8>) -> Result<f64, Exception> {
        let verified = |state: &State| known(state, &block_hash).map_or(0.0, |_| 1.0);
        self.state("Chain.guessVerificationProgress", verified)
            .await
    }

    async fn has_blocks(
        &self,
        block_hash: Vec<u8>,
        _min_height: i32,
        _max_height: Option<i32>,
    ) -> Result<bool, Exception> {
        let has = |state: &State| known(state, &block_hash).is_some();
        self.state("Chain.hasBlocks", has).await
    }

    async fn is_rbf_opt_in(&self, tx: Vec<u8>) -> Result<i32, Exception> {
        let transaction: Transaction = read(&tx)?;
        self.state("Chain.isRBFOptIn", |state| {
            let is = |known: &Transaction| known.compute_txid() == transaction.compute_txid();
            match (transaction.is_explicitly_rbf(), state.transaction(is)) {
                (true, _) => 1,
                (false, Some(_)) => 2,
                (false, None) => 0,
            }
        })
        .await
    }

    async fn is_in_mempool(&self, txid: Vec<u8>) -> Result<bool, Exception> {
        let is = |state: &State| waiting(state, &txid).is_some();
        self.state("Chain.isInMempool", is).await
    }

    async fn has_descendants_in_mempool(&self, txid: Vec<u8>) -> Result<bool, Exception> {
        let Ok(txid) = txid.try_into().map(Txid::from_byte_array) else {
            return Ok(false);
        };
        let spends = |known: &Transaction| {
            let mut inputs = known.input.iter();
            inputs.any(|input| input.previous_output.txid == txid)
        };
        self.state("Chain.hasDescendantsInMempool", |state| {
            state.transaction(spends).is_some()
        })
        .await
    }

    async fn broadcast_transaction(
        &self,
        tx: Vec<u8>,
        _max_tx_fee: i64,
        _broadcast_method: i32,
    ) -> Result<ChainBroadcastTransactionResults, Exception> {
        self.0.enter("Chain.broadcastTransaction").await?;
        let taken = self.0.broadcast(read(&tx)?);
        Ok(ChainBroadcastTransactionResults {
            result: taken.is_ok(),
            error: taken.err().unwrap_or_default().to_owned(),
        })
    }

    async fn get_transaction_ancestry(
        &self,
        txid: Vec<u8>,
    ) -> Result<ChainGetTransactionAncestryResults, Exception> {
        self.state("Chain.getTransactionAncestry", |state| {
            let known = waiting(state, &txid);
            // No transaction here depends on another.
            ChainGetTransactionAncestryResults {
                ancestors: u64::from(known.is_some()),
                descendants: u64::from(known.is_some()),
                ancestorsize: known
                    .and_then(|(known, _)| u64::try_from(known.vsize()).ok())
                    .unwrap_or(0),
                ancestorfees: known.map_or(0, |(_, fee)| *fee),
            }
        })
        .await
    }

    async fn calculate_individual_bump_fees(
        &self,
        outpoints: Vec<Vec<u8>>,
        target_feerate: Vec<u8>,
    ) -> Result<Vec<PairInt64<Vec<u8>>>, Exception> {
        FeeRate::try_from(&target_feerate[..]).map_err(Exception::failed)?;
        let nothing = |key| PairInt64 { key, value: 0 };
        self.state("Chain.calculateIndividualBumpFees", |_| {
            outpoints.into_iter().map(nothing).collect()
        })
        .await
    }

    async fn calculate_combined_bump_fee(
        &self,
        _outpoints: Vec<Vec<u8>>,
        target_feerate: Vec<u8>,
    ) -> Result<Option<i64>, Exception> {
        FeeRate::try_from(&target_feerate[..]).map_err(Exception::failed)?;
        self.state("Chain.calculateCombinedBumpFee", |_| Some(0))
            .await
    }

    async fn get_package_limits(&self) -> Result<ChainGetPackageLimitsResults, Exception> {
        let limits = ChainGetPackageLimitsResults {
            ancestors: CHAIN,
            descendants: CHAIN,
        };
        self.state("Chain.getPackageLimits", |_| limits).await
    }

    async fn check_chain_limits(&self, tx: Vec<u8>) -> Result<ResultVoid, Exception> {
        let _transaction: Transaction = read(&tx)?;
        self.state("Chain.checkChainLimits", |_| ResultVoid::default())
            .await
    }

    async fn estimate_smart_fee(
        &self,
        num_blocks: i32,
        _conservative: bool,
        want_calc: bool,
    ) -> Result<ChainEstimateSmartFeeResults, Exception> {
        self.state("Chain.estimateSmartFee", |state| {
            let blocks = u32::try_from(num_blocks).unwrap_or(0);
            let rate = state.multiprocess.estimate(blocks);
            let calculation = FeeCalculation {
                reason: if rate == FeeRate::ZERO { 0 } else { 2 },
                desired_target: num_blocks,
                returned_target: num_blocks,
                best_height: state.tip().height,
                ..FeeCalculation::default()
            };
            ChainEstimateSmartFeeResults {
                calc: want_calc.then_some(calculation),
                result: state.multiprocess.wire(rate),
            }
        })
        .await
    }

    async fn estimate_max_blocks(&self) -> Result<u32, Exception> {
        self.state("Chain.estimateMaxBlocks", |_| LONGEST).await
    }

    async fn mempool_min_fee(&self) -> Result<Vec<u8>, Exception> {
        self.rate("Chain.mempoolMinFee", MIN_FEE).await
    }

    async fn relay_min_fee(&self) -> Result<Vec<u8>, Exception> {
        self.rate("Chain.relayMinFee", MIN_FEE).await
    }

    async fn relay_incremental_fee(&self) -> Result<Vec<u8>, Exception> {
        self.rate("Chain.relayIncrementalFee", MIN_FEE).await
    }

    async fn relay_dust_fee(&self) -> Result<Vec<u8>, Exception> {
        self.rate("Chain.relayDustFee", DUST_FEE).await
    }

    async fn have_pruned(&self) -> Result<bool, Exception> {
        self.state("Chain.havePruned", |_| false).await
    }

    async fn get_prune_height(&self) -> Result<Option<i32>, Exception> {
        self.state("Chain.getPruneHeight", |_| None).await
    }

    async fn is_ready_to_broadcast(&self) -> Result<bool, Exception> {
        let ready = |state: &State| !state.catching_up && !state.loading;
        self.state("Chain.isReadyToBroadcast", ready).await
    }

    async fn is_initial_block_download(&self) -> Result<bool, Exception> {
        self.state("Chain.isInitialBlockDownload", |state| state.catching_up)
            .await
    }

    async fn shutdown_requested(&self) -> Result<bool, Exception> {
        self.state("Chain.shutdownRequested", |state| state.stopping)
            .await
    }

    async fn init_message(&self, _message: String) -> Result<(), Exception> {
        self.0.enter("Chain.initMessage").await?;
        Ok(())
    }

    async fn init_warning(&self, _message: BilingualStr) -> Result<(), Exception> {
        self.0.enter("Chain.initWarning").await?;
        Ok(())
    }

    async fn init_error(&self, _message: BilingualStr) -> Result<(), Exception> {
        self.0.enter("Chain.initError").await?;
        Ok(())
    }

    async fn show_progress(
        &self,
        _title: String,
        _progress: i32,
        _resume_possible: bool,
    ) -> Result<(), Exception> {
        self.0.enter("Chain.showProgress").await?;
        Ok(())
    }

    async fn handle_notifications(
        &self,
        notifications: ChainNotificationsProxy,
    ) -> Result<HandlerProxy, Exception> {
        self.0.enter("Chain.handleNotifications").await?;
        Ok(notifications::handle(&self.0, notifications))
    }

    async fn wait_for_notifications_if_tip_changed(
        &self,
        old_tip: Vec<u8>,
    ) -> Result<(), Exception> {
        self.0
            .enter("Chain.waitForNotificationsIfTipChanged")
            .await?;
        if self.0.tip().hash.as_bytes()[..] != old_tip[..] {
            notifications::wait(&self.0).await;
        }
        Ok(())
    }

    async fn handle_rpc(&self, command: RPCCommand) -> Result<HandlerProxy, Exception> {
        self.0.enter("Chain.handleRpc").await?;
        rpc_methods::handle(&self.0, command)
    }

    async fn rpc_enable_deprecated(&self, _method: String) -> Result<bool, Exception> {
        self.state("Chain.rpcEnableDeprecated", |_| false).await
    }

    async fn get_setting(&self, name: String) -> Result<String, Exception> {
        self.state("Chain.getSetting", |state| {
            state.multiprocess.setting(&name)
        })
        .await
    }

    async fn get_settings_list(&self, name: String) -> Result<Vec<String>, Exception> {
        let list = |state: &State| state.multiprocess.settings_list(&name);
        self.state("Chain.getSettingsList", list).await
    }

    async fn get_rw_setting(&self, name: String) -> Result<String, Exception> {
        self.state("Chain.getRwSetting", |state| {
            state.multiprocess.setting(&name)
        })
        .await
    }

    async fn update_rw_setting(
        &self,
        name: String,
        update: SettingsUpdateCallbackProxy,
    ) -> Result<bool, Exception> {
        self.0.enter("Chain.updateRwSetting").await?;
        settings::update(&self.0, name, update).await
    }

    async fn overwrite_rw_setting(
        &self,
        name: String,
        value: String,
        _action: i32,
    ) -> Result<bool, Exception> {
        self.0.enter("Chain.overwriteRwSetting").await?;
        self.0.change(|state| state.multiprocess.set(name, &value));
        Ok(true)
    }

    async fn delete_rw_settings(&self, name: String, _action: i32) -> Result<bool, Exception> {
        self.0.enter("Chain.deleteRwSettings").await?;
        self.0.change(|state| state.multiprocess.set(name, "null"));
        Ok(true)
    }

    async fn request_mempool_transactions(
        &self,
        notifications: ChainNotificationsProxy,
    ) -> Result<(), Exception> {
        self.0.enter("Chain.requestMempoolTransactions").await?;
        notifications::request_mempool(&self.0, &notifications).await
    }

    async fn has_assumed_valid_chain(&self) -> Result<bool, Exception> {
        self.state("Chain.hasAssumedValidChain", |_| false).await
    }
}
