//! The chain and the mempool of a multiprocess node, with the numbers of changes.

use std::collections::VecDeque;

use bitcoin_core_ipc::chain::{Chain, ChainEvent};
use bitcoin_core_ipc::{Error, Rpc, Subscription};
use futures_util::Stream;
use futures_util::future::{BoxFuture, FutureExt, OptionFuture};
use futures_util::stream::try_unfold;

use super::alignment::{align, all_told};
use super::chain::Following;
use super::numbering::Numbering;
use crate::event::Event;

/// As [`chain`](super::chain()), with the numbers of changes of the mempool: those that the node's own `sequence` has, and its
/// `getrawmempool`.
///
/// A node does not tell them over IPC. They follow from what it tells: from the number that `getrawmempool` gives for one moment,
/// each change has the next one, and so has each transaction of a block that leaves the mempool for it. This begins when that
/// moment is found, which takes a few calls of `getrawmempool`, with all ids of the mempool each.
///
/// When blocks are taken off the chain, events wait until the blocks that come in their place are known. In one case alone numbers
/// may be others than the node's own, of transactions that enter the mempool in between: if somebody invalidates a block,
/// and another branch becomes the chain at once.
///
/// # Errors
///
/// The connection is lost; the node does not run `getrawmempool`, `getblockcount` and
/// `syncwithvalidationinterfacequeue`; what they say contradicts what the node tells.
pub async fn numbered_chain(
    chain: Chain,
    rpc: Rpc,
) -> Result<impl Stream<Item = Result<Event, Error>> + Send + use<>, Error> {
    let mut events = chain.notifications().await?;
    let (numbering, told) = align(&mut events, &rpc).await?;
    let numbered = Numbered {
        events,
        told,
        following: Following::new(chain),
        numbering,
        rpc,
        reorganizing: None,
    };
    Ok(try_unfold(numbered, |mut numbered| async move {
        let event = numbered.next().await?;
        Ok(event.map(|event| (event, numbered)))
    }))
}

struct Numbered {
    events: Subscription<ChainEvent>,
    /// What has been told already, before the other events.
    told: VecDeque<ChainEvent>,
    following: Following,
    numbering: Numbering,
    rpc: Rpc,
    /// Ready when all is told of blocks that take the place of others.
    reorganizing: Option<BoxFuture<'static, Result<(), Error>>>,
}

impl Numbered {
    async fn next(&mut self) -> Result<Option<Event>, Error> {
        loop {
            if let Some(event) = self.numbering.next() {
                return Ok(Some(event));
            }
            if let Some(event) = self.told.pop_front() {
                self.take(event).await?;
                continue;
            }
            tokio::select! {
                biased;
                Some(all_told) = OptionFuture::from(self.reorganizing.as_mut()) => {
                    all_told?;
                    self.reorganizing = None;
                    self.reorganized().await?;
                }
                event = self.events.next() => match event {
                    Some(event) => self.take(event?).await?,
                    None => {
                        self.numbering.reorganized()?;
                        return Ok(self.numbering.next());
                    }
                },
            }
        }
    }

    async fn take(&mut self, event: ChainEvent) -> Result<(), Error> {
        if matches!(event, ChainEvent::BlockDisconnected(_)) {
            self.reorganizing = Some(all_told(self.rpc.clone()).boxed());
        }
        match self.following.told(event).await? {
            Some(told) => self.numbering.take(told),
            None => Ok(()),
        }
    }

    /// Takes the rest of what has been told of the blocks.
    async fn reorganized(&mut self) -> Result<(), Error> {
        while self.reorganizing.is_none()
            && let Some(Some(event)) = self.events.next().now_or_never()
        {
            self.take(event?).await?;
        }
        match self.reorganizing {
            // More blocks were taken off meanwhile.
            Some(_) => Ok(()),
            None => self.numbering.reorganized(),
        }
    }
}
