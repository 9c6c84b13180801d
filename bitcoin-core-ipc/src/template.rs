//! Block templates.

use generated_examples::{multiprocess, v30, v31, v32};
use ipc_runtime::Proxy;

use crate::coinbase::Coinbase;
use crate::encoded::{Amount, Block, Header, TxOut};
use crate::error::Error;
use crate::hash::MerkleNode;
use crate::interfaces::{AnyTemplate, Interfaces, Of, each};
use crate::node::Node;
use crate::options::{Solution, Verdict, WaitOptions, milliseconds};

/// A block template, which the node keeps until the last clone of this is dropped. See
/// [`Mining::create_new_block`](crate::Mining::create_new_block).
#[derive(Clone, Debug)]
pub struct Template {
    object: AnyTemplate,
    node: Node,
}

impl Template {
    pub(crate) fn new(object: AnyTemplate, node: Node) -> Self {
        Self { object, node }
    }

    /// Whose it is.
    pub(crate) fn node(&self) -> &Node {
        &self.node
    }

    /// Which interfaces the node speaks.
    pub fn interfaces(&self) -> Interfaces {
        self.object.interfaces()
    }

    /// The header, whose nonce is not solved and whose Merkle root is not final.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn header(&self) -> Result<Header, Error> {
        let header = each!(&self.object, template => template.get_block_header().await?);
        Header::try_from(header.as_slice())
    }

    /// The whole block, with a coinbase transaction to be replaced.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn block(&self) -> Result<Block, Error> {
        Ok(Block(
            each!(&self.object, template => template.get_block().await?),
        ))
    }

    /// The fee of each transaction but the coinbase transaction.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn fees(&self) -> Result<Vec<Amount>, Error> {
        let fees = each!(&self.object, template => template.get_tx_fees().await?);
        Ok(fees.into_iter().map(Amount).collect())
    }

    /// The signature operation cost of each transaction but the coinbase transaction.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn sigops(&self) -> Result<Vec<i64>, Error> {
        Ok(each!(&self.object, template => template.get_tx_sigops().await?))
    }

    /// What the coinbase transaction of a miner's own needs to contain. On v30, which has a transaction instead, it
    /// is what that contains: ask before a solution is submitted, which replaces it.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn coinbase(&self) -> Result<Coinbase, Error> {
        macro_rules! coinbase {
            ($template:ident) => {{
                let coinbase = $template.get_coinbase_tx().await?;
                Ok(Coinbase {
                    version: coinbase.version,
                    sequence: coinbase.sequence,
                    script_sig_prefix: coinbase.script_sig_prefix,
                    witness: Some(coinbase.witness).filter(|witness| !witness.is_empty()),
                    reward_remaining: Amount(coinbase.block_reward_remaining),
                    required_outputs: coinbase.required_outputs.into_iter().map(TxOut).collect(),
                    lock_time: coinbase.lock_time,
                })
            }};
        }
        match &self.object {
            Of::V30(template) => Coinbase::of_transaction(&template.get_coinbase_tx().await?),
            Of::V31(template) => coinbase!(template),
            Of::V32(template) => coinbase!(template),
            Of::Multiprocess(template) => coinbase!(template),
        }
    }

    /// The hashes that lead from the coinbase transaction to the Merkle root, from the leaf upwards.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn coinbase_merkle_path(&self) -> Result<Vec<MerkleNode>, Error> {
        let path = each!(&self.object, template => template.get_coinbase_merkle_path().await?);
        path.iter()
            .map(|node| MerkleNode::try_from(node.as_slice()))
            .collect()
    }

    /// Completes the block with the fields of a solved header and the coinbase transaction, and submits it.
    ///
    /// Also where it is rejected, the template has the new coinbase transaction from now on.
    ///
    /// # Errors
    ///
    /// The node cannot read the coinbase transaction; the connection is lost.
    pub async fn submit_solution(&self, solution: impl Into<Solution>) -> Result<Verdict, Error> {
        let Solution {
            version,
            time,
            nonce,
            coinbase,
        } = solution.into();
        let coinbase = coinbase.0;
        let accepted = match &self.object {
            Of::V30(template) => {
                template
                    .submit_solution(version, time, nonce, coinbase)
                    .await?
            }
            Of::V31(template) => {
                template
                    .submit_solution(version, time, nonce, coinbase)
                    .await?
            }
            Of::Multiprocess(template) => {
                template
                    .submit_solution(version, time, nonce, coinbase)
                    .await?
            }
            Of::V32(template) => {
                let submitted = template
                    .submit_solution(version, time, nonce, coinbase)
                    .await?;
                return Ok(Verdict {
                    accepted: submitted.result,
                    reason: submitted.reason,
                    debug: submitted.debug,
                });
            }
        };
        Ok(Verdict {
            accepted,
            reason: String::new(),
            debug: String::new(),
        })
    }

    /// Waits for a better template: on a new tip, or with fees that rose by the threshold. None when the time is over,
    /// while the node shuts down, and when the wait was interrupted.
    ///
    /// Dropping the future ends the wait in the node, except in Bitcoin Core 30.0, which has nothing for it. If the
    /// answer was on its way just then, the node ends the next wait on this template at once: wait again.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub fn wait_next(
        &self,
        options: WaitOptions,
    ) -> impl Future<Output = Result<Option<Self>, Error>> + Send + use<> {
        let this = self.clone();
        async move {
            macro_rules! wait {
                ($template:ident, $set:ident) => {{
                    let threshold = options.fee_threshold.unwrap_or(Amount::MAX_MONEY);
                    let options = $set::mining::BlockWaitOptions {
                        timeout: milliseconds(options.timeout),
                        fee_threshold: threshold.0,
                    };
                    $template.wait_next(options).await?
                }};
            }
            let next = match &this.object {
                Of::V30(template) => wait!(template, v30).map(Of::V30),
                Of::V31(template) => wait!(template, v31).map(Of::V31),
                Of::V32(template) => wait!(template, v32).map(Of::V32),
                Of::Multiprocess(template) => wait!(template, multiprocess).map(Of::Multiprocess),
            };
            Ok(next.map(|next| Self::new(next, this.node)))
        }
    }

    /// Ends a [`Template::wait_next`] of this template that waits; without one, it ends the next.
    ///
    /// # Errors
    ///
    /// The node is a Bitcoin Core 30.0, which does not have it; the connection is lost.
    pub async fn interrupt_wait(&self) -> Result<(), Error> {
        each!(&self.object, template => template.interrupt_wait().await?);
        Ok(())
    }

    /// Frees the template in the node, and waits for that: what dropping the last clone does without waiting.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn destroy(self) -> Result<(), Error> {
        each!(self.object, template => template.destroy().await?);
        Ok(())
    }
}
