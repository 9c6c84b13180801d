//! The chain and the mempool of a multiprocess node.

use bitcoin_core_ipc::chain::{BlockInfo, Chain, ChainEvent};
use bitcoin_core_ipc::{Block, BlockHash, Error, Subscription, Transaction, Txid, bitcoin};
use futures_util::Stream;
use futures_util::stream::try_unfold;

use crate::event::Event;

/// What happens to the chain and the mempool from now on.
///
/// As of `bitcoind`, there is no [`Event::Tip`] while the node catches up with the chain, and nothing of a chain in the
/// background. The numbers of changes of the mempool are not known. The first error ends the stream.
///
/// While it is not read, the node waits, as for [`Chain::notifications`].
///
/// # Errors
///
/// The connection is lost.
pub async fn chain(
    chain: Chain,
) -> Result<impl Stream<Item = Result<Event, Error>> + Send + use<>, Error> {
    let following = Following {
        events: chain.notifications().await?,
        chain,
        tip: None,
    };
    Ok(try_unfold(following, |mut following| async move {
        let event = following.next().await?;
        Ok(event.map(|event| (event, following)))
    }))
}

struct Following {
    chain: Chain,
    events: Subscription<ChainEvent>,
    /// The last block that came onto the chain, or is the last again: told when the node says that it is the tip.
    tip: Option<(BlockHash, Option<Block>)>,
}

impl Following {
    async fn next(&mut self) -> Result<Option<Event>, Error> {
        while let Some(event) = self.events.next().await {
            if let Some(event) = self.told(event?).await? {
                return Ok(Some(event));
            }
        }
        Ok(None)
    }

    /// What is published of an event, if anything.
    async fn told(&mut self, event: ChainEvent) -> Result<Option<Event>, Error> {
        Ok(match event {
            ChainEvent::TransactionAdded(transaction) => Some(Event::TransactionAdded {
                txid: txid(&transaction)?,
                transaction,
                mempool_sequence: None,
            }),
            ChainEvent::TransactionRemoved { transaction, .. } => Some(Event::TransactionRemoved {
                txid: txid(&transaction)?,
                mempool_sequence: None,
            }),
            ChainEvent::BlockConnected { role, block } if !role.historical => {
                self.tip = Some((block.hash, block.block.clone()));
                Some(Event::BlockConnected {
                    hash: block.hash,
                    transactions: transactions(&block)?,
                })
            }
            ChainEvent::BlockDisconnected(block) => {
                self.tip = block.prev_hash.map(|below| (below, None));
                Some(Event::BlockDisconnected {
                    hash: block.hash,
                    transactions: transactions(&block)?,
                })
            }
            ChainEvent::UpdatedTip => self.tip().await?,
            _ => None,
        })
    }

    async fn tip(&mut self) -> Result<Option<Event>, Error> {
        if self.chain.is_initial_block_download().await? {
            return Ok(None);
        }
        let tip = match self.tip.take() {
            Some(tip) => Some(tip),
            // It came before we subscribed.
            None => match self.chain.height().await? {
                Some(height) => {
                    let hash = self.chain.block_hash(height).await?;
                    hash.map(|hash| (hash, None))
                }
                None => None,
            },
        };
        Ok(tip.map(|(hash, block)| Event::Tip { hash, block }))
    }
}

fn txid(transaction: &Transaction) -> Result<Txid, Error> {
    let transaction = bitcoin::Transaction::try_from(transaction)?;
    Ok(transaction.compute_txid().into())
}

/// The transactions of a block, where the node has it at hand.
fn transactions(block: &BlockInfo) -> Result<Vec<(Txid, Transaction)>, Error> {
    let Some(block) = &block.block else {
        return Ok(Vec::new());
    };
    let block = bitcoin::Block::try_from(block)?;
    let all = block.txdata.iter();
    Ok(all
        .map(|transaction| (transaction.compute_txid().into(), transaction.into()))
        .collect())
}
