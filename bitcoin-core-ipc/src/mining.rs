//! The tip of the chain, and block templates on it.

use std::time::Duration;

use generated_examples::{multiprocess, v30, v31, v32};
use ipc_runtime::{Exception, ExceptionKind};

use crate::encoded::{Block, Transaction};
use crate::error::Error;
use crate::hash::{BlockHash, Txid, Wtxid};
use crate::interfaces::{AnyMining, AnyTemplate, Interfaces, Of, each, each_gives};
use crate::node::Node;
use crate::options::{BlockRef, CheckOptions, TemplateOptions, Verdict, milliseconds};
use crate::template::Template;

/// Follows the tip of the chain, makes block templates, and takes blocks. See [`Node::mining`](crate::Node::mining).
///
/// # Cancellation
///
/// Dropping a future of a wait ends the wait in the node: of [`Mining::wait_tip_changed`] and
/// [`Mining::create_new_block`] on v31 and v32, by the interfaces' `interrupt`. Other nodes have nothing that ends
/// these: there the node goes on, on a thread of its own, until the tip changes or the time is over, so give such
/// waits a time.
#[derive(Clone, Debug)]
pub struct Mining {
    object: AnyMining,
    node: Node,
}

impl Mining {
    /// Makes the object at a node's first object.
    pub(crate) async fn of(node: &Node) -> Result<Self, Error> {
        Ok(Self {
            object: each_gives!(node.init(), init => init.make_mining().await?),
            node: node.clone(),
        })
    }

    /// Whose it is.
    pub(crate) fn node(&self) -> &Node {
        &self.node
    }

    /// Which interfaces the node speaks.
    pub fn interfaces(&self) -> Interfaces {
        self.object.interfaces()
    }

    /// Whether the node follows a test chain rather than the main chain.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn is_test_chain(&self) -> Result<bool, Error> {
        Ok(each!(&self.object, mining => mining.is_test_chain().await?))
    }

    /// Whether the node is still catching up with the chain.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn is_initial_block_download(&self) -> Result<bool, Error> {
        Ok(each!(&self.object, mining => mining.is_initial_block_download().await?))
    }

    /// The tip of the chain; none while the node has not loaded any block.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn tip(&self) -> Result<Option<BlockRef>, Error> {
        each!(&self.object, mining => match mining.get_tip().await? {
            Some(tip) => BlockRef::read(&tip.hash, tip.height),
            None => Ok(None),
        })
    }

    /// Waits until the tip is another block than `current`, and returns it; after `timeout` (without end, if that is
    /// none) the tip as it is then. None while the node shuts down, and if another program has interrupted the wait.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub fn wait_tip_changed(
        &self,
        current: BlockHash,
        timeout: Option<Duration>,
    ) -> impl Future<Output = Result<Option<BlockRef>, Error>> + Send + use<> {
        let this = self.object.clone();
        let timeout = milliseconds(timeout);
        async move {
            each!(&this, mining => {
                match mining.wait_tip_changed(current.as_bytes(), timeout).await? {
                    Some(tip) => BlockRef::read(&tip.hash, tip.height),
                    None => Ok(None),
                }
            })
        }
    }

    /// Makes a block template on the tip.
    ///
    /// Bitcoin Core v31 fails with `bad-cb-length` while the chain has fewer than 17 blocks: on a new regtest chain, have
    /// it mine those by its JSON-RPC method `generatetodescriptor`.
    ///
    /// # Errors
    ///
    /// [`Error::NoTemplate`] while the node shuts down; the node refuses the options; the connection is lost.
    pub fn create_new_block(
        &self,
        options: TemplateOptions,
    ) -> impl Future<Output = Result<Template, Error>> + Send + use<> {
        let this = self.clone();
        async move {
            let made = create(&this.object, options).await;
            made.map(|object| Template::new(object, this.node))
                .map_err(no_template)
        }
    }

    /// Checks whether a block would be valid on the tip, without submitting it.
    ///
    /// # Errors
    ///
    /// The node cannot read the block; the connection is lost.
    pub async fn check_block(
        &self,
        block: impl Into<Block>,
        options: CheckOptions,
    ) -> Result<Verdict, Error> {
        macro_rules! check {
            ($mining:ident, $set:ident) => {{
                let options = $set::mining::BlockCheckOptions {
                    check_merkle_root: options.merkle_root,
                    check_pow: options.pow,
                };
                let checked = $mining.check_block(block.into().0, options).await?;
                Ok(Verdict {
                    accepted: checked.result,
                    reason: checked.reason,
                    debug: checked.debug,
                })
            }};
        }
        match &self.object {
            Of::V30(mining) => check!(mining, v30),
            Of::V31(mining) => check!(mining, v31),
            Of::V32(mining) => check!(mining, v32),
            Of::Multiprocess(mining) => check!(mining, multiprocess),
        }
    }

    /// Ends a [`Mining::create_new_block`] or [`Mining::wait_tip_changed`] of whichever program that waits; without
    /// one, it ends the next. Dropping the future of one's own wait does so by itself.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] before v31, and on multiprocess; the connection is lost.
    pub async fn interrupt(&self) -> Result<(), Error> {
        match &self.object {
            Of::V31(mining) => Ok(mining.interrupt().await?),
            Of::V32(mining) => Ok(mining.interrupt().await?),
            Of::V30(_) | Of::Multiprocess(_) => {
                Err(self.missing("Mining.interrupt", &[Interfaces::V31, Interfaces::V32]))
            }
        }
    }

    /// Submits a whole block to the node, which checks it and passes it on to the network.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] except on v32; the node cannot read the block; the connection is lost.
    pub async fn submit_block(&self, block: impl Into<Block>) -> Result<Verdict, Error> {
        let mining = self.v32("Mining.submitBlock")?;
        let submitted = mining.submit_block(block.into().0).await?;
        Ok(Verdict {
            accepted: submitted.result,
            reason: submitted.reason,
            debug: submitted.debug,
        })
    }

    /// Looks up transactions of the mempool by their ids: one entry for each, none where it is unknown.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] except on v32; the connection is lost.
    pub async fn transactions_by_txid(
        &self,
        txids: &[Txid],
    ) -> Result<Vec<Option<Transaction>>, Error> {
        let mining = self.v32("Mining.getTransactionsByTxID")?;
        let txids: Vec<_> = txids.iter().map(|txid| txid.as_bytes().to_vec()).collect();
        let count = txids.len();
        found(mining.get_transactions_by_tx_id(txids).await?, count)
    }

    /// Looks up transactions of the mempool by their witness ids: one entry for each, none where it is unknown.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] except on v32; the connection is lost.
    pub async fn transactions_by_wtxid(
        &self,
        wtxids: &[Wtxid],
    ) -> Result<Vec<Option<Transaction>>, Error> {
        let mining = self.v32("Mining.getTransactionsByWitnessID")?;
        let wtxids: Vec<_> = wtxids
            .iter()
            .map(|wtxid| wtxid.as_bytes().to_vec())
            .collect();
        let count = wtxids.len();
        found(mining.get_transactions_by_witness_id(wtxids).await?, count)
    }

    fn v32(&self, what: &'static str) -> Result<&v32::mining::MiningProxy, Error> {
        match &self.object {
            Of::V32(mining) => Ok(mining),
            _ => Err(self.missing(what, &[Interfaces::V32])),
        }
    }

    fn missing(&self, what: &'static str, has: &'static [Interfaces]) -> Error {
        Error::Missing {
            what,
            speaks: self.interfaces(),
            has,
        }
    }
}

async fn create(mining: &AnyMining, options: TemplateOptions) -> Result<AnyTemplate, Exception> {
    macro_rules! options {
        ($set:ident) => {
            $set::mining::BlockCreateOptions {
                use_mempool: options.use_mempool,
                block_reserved_weight: options.reserved_weight,
                coinbase_output_max_additional_sigops: options.coinbase_sigops,
            }
        };
    }
    let cooldown = options.cooldown;
    Ok(match mining {
        Of::V30(mining) => Of::V30(mining.create_new_block(options!(v30)).await?),
        Of::V31(mining) => Of::V31(mining.create_new_block(options!(v31), cooldown).await?),
        Of::V32(mining) => Of::V32(mining.create_new_block(options!(v32), cooldown).await?),
        Of::Multiprocess(mining) => {
            Of::Multiprocess(mining.create_new_block(options!(multiprocess)).await?)
        }
    })
}

/// A template that is null is none; all else is an error of the call.
fn no_template(exception: Exception) -> Error {
    match exception.kind() {
        ExceptionKind::Null => Error::NoTemplate("Mining.createNewBlock"),
        _ => exception.into(),
    }
}

/// The answer to a look-up of so many transactions.
fn found(transactions: Vec<Vec<u8>>, count: usize) -> Result<Vec<Option<Transaction>>, Error> {
    if transactions.len() != count {
        let reason = format!("{} answers to {count} ids", transactions.len());
        return Err(Error::malformed("transactions", reason));
    }
    let entry = |bytes: Vec<u8>| (!bytes.is_empty()).then_some(Transaction(bytes));
    Ok(transactions.into_iter().map(entry).collect())
}
