//! How far a node is.

use super::NodeControl;
use crate::error::Error;
use crate::hash::BlockHash;
use crate::wire::{block_time, height};

impl NodeControl {
    /// The height of the tip.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn height(&self) -> Result<u32, Error> {
        height(self.0.get_num_blocks().await?)
    }

    /// The hash of the tip.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn best_block_hash(&self) -> Result<BlockHash, Error> {
        BlockHash::try_from(&self.0.get_best_block_hash().await?[..])
    }

    /// The time of the tip, in seconds since 1970.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn last_block_time(&self) -> Result<u32, Error> {
        block_time(self.0.get_last_block_time().await?)
    }

    /// The height and the time, in seconds since 1970, of the best header; none if there is none.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn header_tip(&self) -> Result<Option<(u32, u32)>, Error> {
        let tip = self.0.get_header_tip().await?;
        match tip.result {
            true => Ok(Some((height(tip.height)?, block_time(tip.block_time)?))),
            false => Ok(None),
        }
    }

    /// The estimated share, from 0 to 1, of all transactions that is verified.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn verification_progress(&self) -> Result<f64, Error> {
        Ok(self.0.get_verification_progress().await?)
    }

    /// Whether the node is still catching up with the chain.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn is_initial_block_download(&self) -> Result<bool, Error> {
        Ok(self.0.is_initial_block_download().await?)
    }

    /// Whether the node is reading blocks from disk, to import or to index them anew.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn is_loading_blocks(&self) -> Result<bool, Error> {
        Ok(self.0.is_loading_blocks().await?)
    }
}
