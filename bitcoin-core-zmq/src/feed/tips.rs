//! The tips of nodes of every version.

use std::time::Duration;

use bitcoin_core_ipc::{Block, BlockHash, Error, Mining, Rpc};
use futures_util::Stream;
use futures_util::stream::try_unfold;

use crate::event::Event;

/// Waits end from time to time: some nodes have nothing to end them with when nobody waits any more.
const TURN: Duration = Duration::from_secs(10);
/// What to wait while the node gives no tip: it shuts down, or somebody has interrupted the wait.
const PAUSE: Duration = Duration::from_millis(100);
/// The tip while there is none.
const NONE: BlockHash = BlockHash::from_byte_array([0; 32]);

/// Every new tip of the chain from now on, by its hash alone: for nodes of all versions.
///
/// As of `bitcoind`, there is nothing while the node catches up with the chain, and where the tip moves by several
/// blocks at once, the last one counts. The first error ends the stream.
pub fn tips(mining: Mining) -> impl Stream<Item = Result<Event, Error>> + Send {
    follow(mining, None)
}

/// As [`tips`], each with the whole block: for nodes that have [`Rpc`].
pub fn blocks(mining: Mining, rpc: Rpc) -> impl Stream<Item = Result<Event, Error>> + Send {
    follow(mining, Some(rpc))
}

fn follow(mining: Mining, rpc: Option<Rpc>) -> impl Stream<Item = Result<Event, Error>> + Send {
    try_unfold((mining, rpc, None), |(mining, rpc, last)| async move {
        let mut tip = match last {
            Some(last) => last,
            None => mining.tip().await?.map_or(NONE, |tip| tip.hash),
        };
        loop {
            tip = changed(&mining, tip).await?;
            if !mining.is_initial_block_download().await? {
                break;
            }
        }
        let block = match &rpc {
            Some(rpc) => Some(block(rpc, tip).await?),
            None => None,
        };
        let event = Event::Tip { hash: tip, block };
        Ok(Some((event, (mining, rpc, Some(tip)))))
    })
}

/// The next tip that is not `current`.
async fn changed(mining: &Mining, current: BlockHash) -> Result<BlockHash, Error> {
    loop {
        match mining.wait_tip_changed(current, Some(TURN)).await? {
            Some(tip) if tip.hash != current => return Ok(tip.hash),
            Some(_) => {}
            None => tokio::time::sleep(PAUSE).await,
        }
    }
}

async fn block(rpc: &Rpc, hash: BlockHash) -> Result<Block, Error> {
    const METHOD: &str = "getblock";

    let digits: String = rpc.call(METHOD, (hash.to_string(), 0)).await?;
    let bytes = hex::decode(&digits).map_err(|_| Error::Json {
        method: METHOD.to_owned(),
        reason: "the result is not hexadecimal".to_owned(),
    })?;
    Ok(Block(bytes))
}
