//! How far a node has caught up with the chain.

use std::time::Duration;

use serde::Deserialize;

use crate::error::Error;
use crate::mining::Mining;
use crate::node::Node;
use crate::options::BlockRef;
use crate::rpc::Rpc;
use crate::stream::Updates;
use crate::tips::Watch;

/// How far a node has caught up with the chain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SyncProgress {
    /// The tip as it is now; none while no block is loaded.
    pub tip: Option<BlockRef>,
    /// The height of the best header that the node knows. Only nodes with JSON-RPC tell: v32 and multiprocess.
    pub headers: Option<u32>,
    /// The estimated part of all transactions that is verified, from 0 to 1. Only nodes with JSON-RPC tell.
    pub verified: Option<f64>,
}

impl Node {
    /// How far the node has caught up, at once and then at every `interval`, until it has. A node that has caught up
    /// already has nothing to tell.
    ///
    /// Between two items nothing waits in the node: it is asked each time. It ends, too, if the node shuts down before it
    /// has loaded its chain.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub fn sync_progress(&self, interval: Duration) -> Updates<SyncProgress> {
        let start = Asking {
            node: self.clone(),
            watch: Watch::new(self),
            rpc: None,
            pause: Duration::ZERO,
        };
        Updates::unfold(start, move |asking| asking.next(interval))
    }
}

struct Asking {
    node: Node,
    watch: Watch,
    rpc: Option<Rpc>,
    /// How long to wait before it is asked.
    pause: Duration,
}

/// What is of use here of `getblockchaininfo`.
#[derive(Deserialize)]
struct ChainInfo {
    headers: u32,
    verificationprogress: f64,
}

impl Asking {
    async fn next(mut self, interval: Duration) -> Result<Option<(SyncProgress, Self)>, Error> {
        tokio::time::sleep(self.pause).await;
        self.pause = interval;
        let Some(mining) = self.watch.mining().await? else {
            return Ok(None);
        };
        if !mining.is_initial_block_download().await? {
            return Ok(None);
        }
        let progress = self.ask(&mining).await?;
        Ok(Some((progress, self)))
    }

    async fn ask(&mut self, mining: &Mining) -> Result<SyncProgress, Error> {
        let tip = mining.tip().await?;
        let told = match self.chain_info().await {
            Ok(told) => Some(told),
            Err(error) if error.is_disconnected() => return Err(error),
            // A version without JSON-RPC, or a node that does not answer it yet.
            Err(_) => None,
        };
        Ok(SyncProgress {
            tip,
            headers: told.as_ref().map(|told| told.headers),
            verified: told.map(|told| told.verificationprogress),
        })
    }

    async fn chain_info(&mut self) -> Result<ChainInfo, Error> {
        let rpc = match &self.rpc {
            Some(rpc) => rpc,
            None => self.rpc.insert(self.node.rpc().await?),
        };
        rpc.call("getblockchaininfo", ()).await
    }
}
