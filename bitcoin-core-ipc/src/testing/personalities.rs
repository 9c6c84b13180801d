//! The objects of the fake node: one set for each version, with exactly its methods.

use std::sync::Arc;

use bitcoin::consensus::serialize;
use bitcoin::hashes::Hash;
use ipc_runtime::{CapnpProtocol, Exception, Protocol};

use super::answers::{look_up, told, wait_for_template, wait_tip_changed, was_processed, wire_tip};
use super::blocks::height_push;
use super::calls::{Interrupt, null};
use super::chain::{Chain, State};
use super::multiprocess;
use super::rpc;
use super::rules::Check;
use super::shared_methods::{
    get_coinbase_tx, interrupt, make_mining_at_once, make_mining_old2, make_mining_when_loaded,
    personality, submit_solution_to_bool,
};
use super::template::{Template, read};
use crate::interfaces::Interfaces;

/// The least weight that v32 keeps free for the coinbase transaction; it refuses less, where others take this instead.
const MINIMUM_RESERVED: u64 = 2000;

/// Serves the first object of a version on a socket, until the peer leaves.
pub(super) async fn serve(
    protocol: &CapnpProtocol,
    socket: std::os::unix::net::UnixStream,
    chain: Arc<Chain>,
    interfaces: Interfaces,
) -> Result<(), Exception> {
    use generated_examples::{
        multiprocess::init as multiprocess, v30::init as v30, v31::init as v31, v32::init as v32,
    };

    match interfaces {
        Interfaces::V30 => {
            let init = of_v30::Init(chain);
            protocol.serve::<v30::InitProxy, _>(socket, init).await
        }
        Interfaces::V31 => {
            let init = of_v31::Init(chain);
            protocol.serve::<v31::InitProxy, _>(socket, init).await
        }
        Interfaces::V32 => {
            let init = of_v32::Init(chain);
            protocol.serve::<v32::InitProxy, _>(socket, init).await
        }
        Interfaces::Multiprocess => {
            let init = of_multiprocess::Init(chain);
            protocol
                .serve::<multiprocess::InitProxy, _>(socket, init)
                .await
        }
    }
}

personality! {
    of_v30, v30,
    init {
        make_mining_at_once!();
    }
    mining {
        async fn create_new_block(
            &self,
            options: BlockCreateOptions,
        ) -> Result<BlockTemplateProxy, Exception> {
            self.template(options.use_mempool, false).await
        }
    }
    template {
        async fn get_coinbase_tx(&self) -> Result<Vec<u8>, Exception> {
            self.0.chain().enter("BlockTemplate.getCoinbaseTx").await?;
            Ok(serialize(&self.0.draft().block.txdata[0]))
        }

        async fn get_coinbase_commitment(&self) -> Result<Vec<u8>, Exception> {
            self.0.chain().enter("BlockTemplate.getCoinbaseCommitment").await?;
            let draft = self.0.draft();
            let script = draft.required_outputs().first().map(|output| output.script_pubkey.to_bytes());
            Ok(script.unwrap_or_default())
        }

        async fn get_witness_commitment_index(&self) -> Result<i32, Exception> {
            self.0.chain().enter("BlockTemplate.getWitnessCommitmentIndex").await?;
            Ok(if self.0.draft().required_outputs().is_empty() { -1 } else { 1 })
        }

        submit_solution_to_bool!();
    }
}

personality! {
    of_v31, v31,
    init {
        make_mining_when_loaded!();
        make_mining_old2!();
    }
    mining {
        async fn create_new_block(
            &self,
            options: BlockCreateOptions,
            cooldown: bool,
        ) -> Result<BlockTemplateProxy, Exception> {
            self.template(options.use_mempool, cooldown).await
        }

        interrupt!();
    }
    template {
        get_coinbase_tx!();
        submit_solution_to_bool!();
    }
}

personality! {
    of_v32, v32,
    init {
        make_mining_when_loaded!();
        make_mining_old2!();

        async fn make_rpc(&self) -> Result<generated_examples::v32::rpc::RpcProxy, Exception> {
            self.0.enter("Init.makeRpc").await?;
            Ok(rpc::object(&self.0))
        }
    }
    mining {
        async fn create_new_block(
            &self,
            options: BlockCreateOptions,
            cooldown: bool,
        ) -> Result<BlockTemplateProxy, Exception> {
            let weight = options.block_reserved_weight;
            if weight < MINIMUM_RESERVED {
                return Err(Exception::failed(format_args!(
                    "std::exception: block_reserved_weight ({weight}) is lower than minimum safety value of \
                     ({MINIMUM_RESERVED})"
                )));
            }
            self.template(options.use_mempool, cooldown).await
        }

        interrupt!();

        async fn submit_block(&self, block: Vec<u8>) -> Result<MiningSubmitBlockResults, Exception> {
            self.0.enter("Mining.submitBlock").await?;
            let block = read(&block)?;
            let (result, reason, debug) = told(self.0.change(|state| state.submit(block)));
            Ok(MiningSubmitBlockResults { reason, debug, result })
        }

        async fn get_transactions_by_tx_id(
            &self,
            txids: Vec<Vec<u8>>,
        ) -> Result<Vec<Vec<u8>>, Exception> {
            self.0.enter("Mining.getTransactionsByTxID").await?;
            Ok(look_up(&self.0, &txids, |it| it.compute_txid().to_byte_array()))
        }

        async fn get_transactions_by_witness_id(
            &self,
            wtxids: Vec<Vec<u8>>,
        ) -> Result<Vec<Vec<u8>>, Exception> {
            self.0.enter("Mining.getTransactionsByWitnessID").await?;
            Ok(look_up(&self.0, &wtxids, |it| it.compute_wtxid().to_byte_array()))
        }
    }
    template {
        get_coinbase_tx!();

        async fn submit_solution_old7(
            &self,
            _version: u32,
            _timestamp: u32,
            _nonce: u32,
            _coinbase: Vec<u8>,
        ) -> Result<bool, Exception> {
            Err(Exception::failed(
                "std::exception: Old submitSolution (@7) not supported. Please update your client!",
            ))
        }

        async fn submit_solution(
            &self,
            version: u32,
            timestamp: u32,
            nonce: u32,
            coinbase: Vec<u8>,
        ) -> Result<BlockTemplateSubmitSolutionResults, Exception> {
            self.0.chain().enter("BlockTemplate.submitSolution").await?;
            let submitted = self.0.submit(version, timestamp, nonce, &coinbase)?;
            let (result, reason, debug) = told(submitted);
            Ok(BlockTemplateSubmitSolutionResults { reason, debug, result })
        }
    }
}

personality! {
    of_multiprocess, multiprocess,
    init {
        make_mining_at_once!();
        make_mining_old2!();

        async fn make_chain(
            &self,
        ) -> Result<generated_examples::multiprocess::chain::ChainProxy, Exception> {
            self.0.enter("Init.makeChain").await?;
            Ok(multiprocess::chain(&self.0))
        }

        async fn make_node(
            &self,
        ) -> Result<generated_examples::multiprocess::node::NodeProxy, Exception> {
            self.0.enter("Init.makeNode").await?;
            Ok(multiprocess::node(&self.0))
        }

        async fn make_wallet_loader(
            &self,
            _global_args: common::GlobalArgs,
            _chain: generated_examples::multiprocess::chain::ChainProxy,
        ) -> Result<generated_examples::multiprocess::wallet::WalletLoaderProxy, Exception> {
            self.0.enter("Init.makeWalletLoader").await?;
            Ok(multiprocess::wallet_loader(&self.0))
        }
    }
    mining {
        async fn create_new_block(
            &self,
            options: BlockCreateOptions,
        ) -> Result<BlockTemplateProxy, Exception> {
            self.template(options.use_mempool, false).await
        }
    }
    template {
        get_coinbase_tx!();
        submit_solution_to_bool!();
    }
}
