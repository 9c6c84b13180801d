//! The chain and the mempool of a multiprocess node.

use bitcoin_core_ipc::chain::{BlockInfo, Chain, ChainEvent, RemovalReason};
use bitcoin_core_ipc::{Block, BlockHash, Error, Transaction, Txid, bitcoin};
use futures_util::Stream;
use futures_util::stream::try_unfold;

use crate::event::Event;

/// What happens to the chain and the mempool from now on.
///
/// As of `bitcoind`, there is no [`Event::Tip`] while the node catches up with the chain, and nothing of a chain in the
/// background. The numbers of changes of the mempool are not known: see [`numbered_chain`](super::numbered_chain). The first error
/// ends the stream.
///
/// While it is not read, the node waits, as for [`Chain::notifications`].
///
/// # Errors
///
/// The connection is lost.
pub async fn chain(
    chain: Chain,
) -> Result<impl Stream<Item = Result<Event, Error>> + Send + use<>, Error> {
    let events = chain.notifications().await?;
    let state = (Following::new(chain), events);
    Ok(try_unfold(
        state,
        |(mut following, mut events)| async move {
            while let Some(event) = events.next().await {
                if let Some(told) = following.told(event?).await? {
                    return Ok(Some((told.event, (following, events))));
                }
            }
            Ok(None)
        },
    ))
}

/// Makes of what a node tells what is published.
pub(super) struct Following {
    chain: Chain,
    /// The last block that came onto the chain, or is the last again: told when the node says that it is the tip.
    tip: Option<(BlockHash, Option<Block>)>,
}

/// What is published, and what its number depends on.
pub(super) struct Told {
    pub(super) event: Event,
    /// The transaction that has left, if it is for a block that spends what it spends.
    pub(super) conflict: Option<bitcoin::Transaction>,
}

impl Told {
    pub(super) fn new(event: Event) -> Self {
        let conflict = None;
        Self { event, conflict }
    }
}

impl Following {
    pub(super) fn new(chain: Chain) -> Self {
        Self { chain, tip: None }
    }

    /// What is published of an event, if anything.
    pub(super) async fn told(&mut self, event: ChainEvent) -> Result<Option<Told>, Error> {
        let event = match event {
            ChainEvent::TransactionAdded(transaction) => Some(Event::TransactionAdded {
                txid: bitcoin::Transaction::try_from(&transaction)?
                    .compute_txid()
                    .into(),
                transaction,
                mempool_sequence: None,
            }),
            ChainEvent::TransactionRemoved {
                transaction,
                reason,
            } => {
                let transaction = bitcoin::Transaction::try_from(&transaction)?;
                let event = Event::TransactionRemoved {
                    txid: transaction.compute_txid().into(),
                    mempool_sequence: None,
                };
                let conflict = (reason == RemovalReason::Conflict).then_some(transaction);
                return Ok(Some(Told { event, conflict }));
            }
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
        };
        Ok(event.map(Told::new))
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

/// The transactions of a block, where the node has it at hand.
pub(super) fn transactions(block: &BlockInfo) -> Result<Vec<(Txid, Transaction)>, Error> {
    let Some(block) = &block.block else {
        return Ok(Vec::new());
    };
    let block = bitcoin::Block::try_from(block)?;
    let all = block.txdata.iter();
    Ok(all
        .map(|transaction| (transaction.compute_txid().into(), transaction.into()))
        .collect())
}
