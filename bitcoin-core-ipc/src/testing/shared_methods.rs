//! The methods that versions share, which are those of as many generated traits.

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

                $($init)*
            }

            struct OurEcho(Arc<Chain>);

            impl EchoTrait for OurEcho {
                async fn echo(&self, text: String) -> Result<String, Exception> {
                    self.0.enter("Echo.echo").await?;
                    Ok(text)
                }
            }

            struct OurMining(Arc<Chain>, Interrupt);

            impl OurMining {
                fn new(chain: &Arc<Chain>) -> Self {
                    Self(Arc::clone(chain), Interrupt::default())
                }

                async fn template(
                    &self,
                    use_mempool: bool,
                    cooldown: bool,
                ) -> Result<BlockTemplateProxy, Exception> {
                    self.0.enter("Mining.createNewBlock").await?;
                    wait_for_template(&self.0, &self.1, cooldown).await?;
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
                    let entered = self.0.enter("Mining.getTip").await?;
                    let state = self.0.state();
                    let tip = (!state.loading).then(|| wire_tip(state.tip()));
                    Ok(tip.map(|(hash, height)| {
                        let hash = entered.bytes(hash);
                        common::BlockRef { hash, height }
                    }))
                }

                async fn wait_tip_changed(
                    &self,
                    current_tip: Vec<u8>,
                    timeout: f64,
                ) -> Result<Option<common::BlockRef>, Exception> {
                    let entered = self.0.enter("Mining.waitTipChanged").await?;
                    let tip = wait_tip_changed(&self.0, &self.1, current_tip, timeout).await?;
                    Ok(tip.map(|(hash, height)| {
                        let hash = entered.bytes(hash);
                        common::BlockRef { hash, height }
                    }))
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
                    let entered = self.0.chain().enter("BlockTemplate.getBlockHeader").await?;
                    Ok(entered.bytes(self.0.header()))
                }

                async fn get_block(&self) -> Result<Vec<u8>, Exception> {
                    let entered = self.0.chain().enter("BlockTemplate.getBlock").await?;
                    Ok(entered.bytes(self.0.block()))
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
                    let entered = self.0.chain().enter("BlockTemplate.getCoinbaseMerklePath").await?;
                    let path = self.0.merkle_path();
                    Ok(path.into_iter().map(|node| entered.bytes(node)).collect())
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

/// What v30 and multiprocess have.
macro_rules! make_mining_at_once {
    () => {
        async fn make_mining(&self) -> Result<MiningProxy, Exception> {
            self.0.enter("Init.makeMining").await?;
            Ok(MiningProxy::new(OurMining::new(&self.0)))
        }
    };
}

/// What v31 and v32 have.
macro_rules! make_mining_when_loaded {
    () => {
        async fn make_mining(&self) -> Result<MiningProxy, Exception> {
            self.0.enter("Init.makeMining").await?;
            let mining = OurMining::new(&self.0);
            let loaded = |state: &mut State| match state.stopping {
                true => Some(Err(null())),
                false => (!state.loading).then_some(Ok(())),
            };
            match self.0.reach(loaded, None).await {
                Some(Ok(())) => Ok(MiningProxy::new(mining)),
                _stopping => Err(null()),
            }
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
            self.1.set(&self.0);
            Ok(())
        }
    };
}

pub(super) use {
    get_coinbase_tx, interrupt, make_mining_at_once, make_mining_old2, make_mining_when_loaded,
    personality, submit_solution_to_bool,
};
