//! The blocks of the chain.

use super::Chain;
use super::block_query::{BlockQuery, CommonAncestor, FoundBlock};
use crate::error::Error;
use crate::hash::BlockHash;
use crate::locator::Locator;
use crate::wire::{height, to_height};

impl Chain {
    /// The height of the tip; none while no block is loaded.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn height(&self) -> Result<Option<u32>, Error> {
        self.0.get_height().await?.map(height).transpose()
    }

    /// The hash of the block of the active chain at a height; none if the chain has no block there.
    ///
    /// It asks by `findFirstBlockWithTimeAndHeight`: of `getBlockHash`, nodes end if the chain has no block there.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn block_hash(&self, height: u32) -> Result<Option<BlockHash>, Error> {
        let query = BlockQuery::new().hash();
        let found = self.find_first_block(0, height, query).await?;
        Ok(found.and_then(|block| block.hash))
    }

    /// Whether the block of the active chain at a height is on disk with its transactions: neither pruned nor still to
    /// be downloaded.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn have_block_on_disk(&self, height: u32) -> Result<bool, Error> {
        Ok(self.0.have_block_on_disk(to_height(height)?).await?)
    }

    /// The height of the last block that a locator and the active chain share; none if they share no block.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn find_locator_fork(&self, locator: &Locator) -> Result<Option<u32>, Error> {
        let fork = self.0.find_locator_fork(locator.to_bytes()).await?;
        fork.map(height).transpose()
    }

    /// Whether the node has an index of block filters of a kind. 0 is the basic kind.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn has_block_filter_index(&self, filter_type: u8) -> Result<bool, Error> {
        Ok(self.0.has_block_filter_index(filter_type).await?)
    }

    /// Whether the filter of a block matches any of these elements, such as scripts; none if the node has no such filter.
    /// A filter may match by chance. 0 is the basic kind.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn block_filter_matches_any(
        &self,
        filter_type: u8,
        block: BlockHash,
        elements: impl IntoIterator<Item = impl Into<Vec<u8>>>,
    ) -> Result<Option<bool>, Error> {
        let elements: Vec<Vec<u8>> = elements.into_iter().map(Into::into).collect();
        let block = block.to_byte_array();
        let matches = self
            .0
            .block_filter_matches_any(filter_type, block, elements);
        Ok(matches.await?)
    }

    /// Looks up a block by its hash, on any branch; none if the node does not know it.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn find_block(
        &self,
        hash: BlockHash,
        query: BlockQuery,
    ) -> Result<Option<FoundBlock>, Error> {
        let found = self.0.find_block(hash.as_bytes(), query.param()).await?;
        query.read(found.block)
    }

    /// Looks up the first block of the active chain that has at least a height, and at or below which a block has at
    /// least a time, in seconds since 1970.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn find_first_block(
        &self,
        min_time: u32,
        min_height: u32,
        query: BlockQuery,
    ) -> Result<Option<FoundBlock>, Error> {
        let (time, height) = (i64::from(min_time), to_height(min_height)?);
        let param = query.param();
        let found = (self.0).find_first_block_with_time_and_height(time, height, param);
        query.read(found.await?.block)
    }

    /// Looks up the block at a height below a block, or itself; none if the node does not know the block, or the height
    /// is above it.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn find_ancestor_by_height(
        &self,
        block: BlockHash,
        height: u32,
        query: BlockQuery,
    ) -> Result<Option<FoundBlock>, Error> {
        let (block, height) = (block.to_byte_array(), to_height(height)?);
        let found = self.0.find_ancestor_by_height(block, height, query.param());
        query.read(found.await?.ancestor)
    }

    /// Looks up a block if it is below another, or itself; none if it is not, or the node does not know both.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn find_ancestor_by_hash(
        &self,
        block: BlockHash,
        ancestor: BlockHash,
        query: BlockQuery,
    ) -> Result<Option<FoundBlock>, Error> {
        let (block, ancestor) = (block.to_byte_array(), ancestor.to_byte_array());
        let found = self.0.find_ancestor_by_hash(block, ancestor, query.param());
        query.read(found.await?.ancestor)
    }

    /// Looks up the last block that two branches share, and the two blocks themselves, each with what is asked for of it.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn find_common_ancestor(
        &self,
        [first, second]: [BlockHash; 2],
        ancestor_query: BlockQuery,
        [first_query, second_query]: [BlockQuery; 2],
    ) -> Result<CommonAncestor, Error> {
        let found = self.0.find_common_ancestor(
            first.as_bytes(),
            second.as_bytes(),
            ancestor_query.param(),
            first_query.param(),
            second_query.param(),
        );
        let found = found.await?;
        Ok(CommonAncestor {
            ancestor: ancestor_query.read(found.ancestor)?,
            first: first_query.read(found.block1)?,
            second: second_query.read(found.block2)?,
        })
    }

    /// Whether all blocks from a height up to a block, or to a maximal height below it, are on disk with their
    /// transactions.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn has_blocks(
        &self,
        block: BlockHash,
        min_height: u32,
        max_height: Option<u32>,
    ) -> Result<bool, Error> {
        let max_height = max_height.map(to_height).transpose()?;
        let min_height = to_height(min_height)?;
        let has = self.0.has_blocks(block.as_bytes(), min_height, max_height);
        Ok(has.await?)
    }

    /// The estimated share, from 0 to 1, of all transactions that is verified once a block is; 0 if the node does not know
    /// it.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn guess_verification_progress(&self, block: BlockHash) -> Result<f64, Error> {
        Ok(self.0.guess_verification_progress(block.as_bytes()).await?)
    }

    /// Whether any block has been pruned.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn have_pruned(&self) -> Result<bool, Error> {
        Ok(self.0.have_pruned().await?)
    }

    /// The height up to which blocks are pruned; none if none is.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn prune_height(&self) -> Result<Option<u32>, Error> {
        self.0.get_prune_height().await?.map(height).transpose()
    }

    /// Whether the node runs on a snapshot of the chain whose history it has not verified yet.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn has_assumed_valid_chain(&self) -> Result<bool, Error> {
        Ok(self.0.has_assumed_valid_chain().await?)
    }

    /// Whether the node is still catching up with the chain.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn is_initial_block_download(&self) -> Result<bool, Error> {
        Ok(self.0.is_initial_block_download().await?)
    }

    /// Whether the node is about to shut down.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn shutdown_requested(&self) -> Result<bool, Error> {
        Ok(self.0.shutdown_requested().await?)
    }
}
