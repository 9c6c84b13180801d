//! The objects of the fake node: one set for each version, with exactly its methods.

use std::sync::Arc;

use bitcoin::consensus::serialize;
use bitcoin::hashes::Hash;
use ipc_runtime::{CapnpProtocol, Exception, Protocol};

use super::answers::{look_up, told, wait_tip_changed, was_processed, wire_tip};
use super::blocks::height_push;
use super::chain::Chain;
use super::multiprocess;
use super::rpc;
use super::rules::Check;
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

/// What a version has in common with the others, and, in three blocks, its own methods.
macro_rules! personality {
    (
        $module:ident, $set:ident,
        init { $($init:tt)* }
        mining { $($mining:tt)* }
        template { $($template:tt)* }
    ) => {
        mod $module {
            use generated_examples::$set::common;
            use generated_examples::$set::echo::{Echo as EchoTrait, EchoProxy};
            use generated_examples::$set::init::Init as InitTrait;
            use generated_examples::$set::mining::*;

            use super::*;

            pub(super) struct Init(pub(super) Arc<Chain>);

            impl InitTrait for Init {
                async fn make_echo(&self) -> Result<EchoProxy, Exception> {
                    self.0.enter("Init.makeEcho").await?;
                    Ok(EchoProxy::new(OurEcho(Arc::clone(&self.0))))
                }

                async fn make_mining(&self) -> Result<MiningProxy, Exception> {
                    self.0.enter("Init.makeMining").await?;
                    Ok(MiningProxy::new(OurMining(Arc::clone(&self.0))))
                }

                $($init)*
            }

            struct OurEcho(Arc<Chain>);

            impl EchoTrait for OurEcho {
                async fn echo(&self, text: String) -> Result<String, Exception> {
                    self.0.enter("Echo.echo").await?;
                    Ok(text)
                }
            }

            struct OurMining(Arc<Chain>);

            impl OurMining {
                async fn template(&self, use_mempool: bool) -> Result<BlockTemplateProxy, Exception> {
                    self.0.enter("Mining.createNewBlock").await?;
                    Ok(BlockTemplateProxy::new(OurTemplate(Template::new(&self.0, use_mempool))))
                }
            }

            impl Mining for OurMining {
                async fn is_test_chain(&self) -> Result<bool, Exception> {
                    self.0.enter("Mining.isTestChain").await?;
                    Ok(true)
                }

                async fn is_initial_block_download(&self) -> Result<bool, Exception> {
                    self.0.enter("Mining.isInitialBlockDownload").await?;
                    Ok(self.0.state().catching_up)
                }

                async fn get_tip(&self) -> Result<Option<common::BlockRef>, Exception> {
                    self.0.enter("Mining.getTip").await?;
                    let state = self.0.state();
                    let tip = (!state.loading).then(|| wire_tip(state.tip()));
                    Ok(tip.map(|(hash, height)| common::BlockRef { hash, height }))
                }

                async fn wait_tip_changed(
                    &self,
                    current_tip: Vec<u8>,
                    timeout: f64,
                ) -> Result<Option<common::BlockRef>, Exception> {
                    self.0.enter("Mining.waitTipChanged").await?;
                    let tip = wait_tip_changed(&self.0, current_tip, timeout).await?;
                    Ok(tip.map(|(hash, height)| common::BlockRef { hash, height }))
                }

                async fn check_block(
                    &self,
                    block: Vec<u8>,
                    options: BlockCheckOptions,
                ) -> Result<MiningCheckBlockResults, Exception> {
                    self.0.enter("Mining.checkBlock").await?;
                    let check = Check {
                        merkle_root: options.check_merkle_root,
                        pow: options.check_pow,
                    };
                    let block = read(&block)?;
                    let (result, reason, debug) = told(self.0.state().check(&block, check));
                    Ok(MiningCheckBlockResults { reason, debug, result })
                }

                $($mining)*
            }

            struct OurTemplate(Template);

            impl BlockTemplate for OurTemplate {
                async fn get_block_header(&self) -> Result<Vec<u8>, Exception> {
                    self.0.chain().enter("BlockTemplate.getBlockHeader").await?;
                    Ok(self.0.header())
                }

                async fn get_block(&self) -> Result<Vec<u8>, Exception> {
                    self.0.chain().enter("BlockTemplate.getBlock").await?;
                    Ok(self.0.block())
                }

                async fn get_tx_fees(&self) -> Result<Vec<i64>, Exception> {
                    self.0.chain().enter("BlockTemplate.getTxFees").await?;
                    Ok(self.0.draft().fees.clone())
                }

                async fn get_tx_sigops(&self) -> Result<Vec<i64>, Exception> {
                    self.0.chain().enter("BlockTemplate.getTxSigops").await?;
                    Ok(vec![0; self.0.draft().fees.len()])
                }

                async fn get_coinbase_merkle_path(&self) -> Result<Vec<Vec<u8>>, Exception> {
                    self.0.chain().enter("BlockTemplate.getCoinbaseMerklePath").await?;
                    Ok(self.0.merkle_path())
                }

                async fn wait_next(
                    &self,
                    options: BlockWaitOptions,
                ) -> Result<Option<BlockTemplateProxy>, Exception> {
                    self.0.chain().enter("BlockTemplate.waitNext").await?;
                    let next = self.0.wait_next(options.timeout, options.fee_threshold).await?;
                    Ok(next.map(|next| BlockTemplateProxy::new(OurTemplate(next))))
                }

                async fn interrupt_wait(&self) -> Result<(), Exception> {
                    self.0.interrupt();
                    Ok(())
                }

                $($template)*
            }
        }
    };
}

/// What v31 and later have on templates, and multiprocess.
macro_rules! get_coinbase_tx {
    () => {
        async fn get_coinbase_tx(&self) -> Result<CoinbaseTx, Exception> {
            self.0.chain().enter("BlockTemplate.getCoinbaseTx").await?;
            let draft = self.0.draft();
            let coinbase = &draft.coinbase;
            Ok(CoinbaseTx {
                version: coinbase.version.0.cast_unsigned(),
                sequence: coinbase.input[0].sequence.to_consensus_u32(),
                script_sig_prefix: height_push(draft.height).into_bytes(),
                witness: coinbase.input[0]
                    .witness
                    .nth(0)
                    .unwrap_or_default()
                    .to_vec(),
                block_reward_remaining: i64::try_from(coinbase.output[0].value.to_sat())
                    .unwrap_or(i64::MAX),
                required_outputs: draft.required_outputs().iter().map(serialize).collect(),
                lock_time: coinbase.lock_time.to_consensus_u32(),
            })
        }
    };
}

/// What all but v32 have.
macro_rules! submit_solution_to_bool {
    () => {
        async fn submit_solution(
            &self,
            version: u32,
            timestamp: u32,
            nonce: u32,
            coinbase: Vec<u8>,
        ) -> Result<bool, Exception> {
            self.0.chain().enter("BlockTemplate.submitSolution").await?;
            Ok(was_processed(
                self.0.submit(version, timestamp, nonce, &coinbase)?,
            ))
        }
    };
}

/// What all but v30 have.
macro_rules! make_mining_old2 {
    () => {
        async fn make_mining_old2(&self) -> Result<(), Exception> {
            Err(Exception::failed(
                "std::exception: Old mining interface (@2) not supported. Please update your client!",
            ))
        }
    };
}

/// What v31 and v32 have.
macro_rules! interrupt {
    () => {
        async fn interrupt(&self) -> Result<(), Exception> {
            self.0.change(|state| state.interrupted = true);
            Ok(())
        }
    };
}

personality! {
    of_v30, v30,
    init {}
    mining {
        async fn create_new_block(
            &self,
            options: BlockCreateOptions,
        ) -> Result<BlockTemplateProxy, Exception> {
            self.template(options.use_mempool).await
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
        make_mining_old2!();
    }
    mining {
        async fn create_new_block(
            &self,
            options: BlockCreateOptions,
            _cooldown: bool,
        ) -> Result<BlockTemplateProxy, Exception> {
            self.template(options.use_mempool).await
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
            _cooldown: bool,
        ) -> Result<BlockTemplateProxy, Exception> {
            let weight = options.block_reserved_weight;
            if weight < MINIMUM_RESERVED {
                return Err(Exception::failed(format_args!(
                    "std::exception: block_reserved_weight ({weight}) is lower than minimum safety value of \
                     ({MINIMUM_RESERVED})"
                )));
            }
            self.template(options.use_mempool).await
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
            self.template(options.use_mempool).await
        }
    }
    template {
        get_coinbase_tx!();
        submit_solution_to_bool!();
    }
}
