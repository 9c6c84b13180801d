//! The blocks of a fake node, with those that are not on its chain.

use bitcoin::{Block, BlockHash};

use super::chain::State;
use super::events::Event;

/// A block that is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'a> {
    pub(super) block: &'a Block,
    pub(super) height: usize,
    pub(super) in_active_chain: bool,
}

impl State {
    /// The block of the active chain at a height.
    pub(super) fn at(&self, height: usize) -> Option<Known<'_>> {
        self.blocks.get(height).map(|block| Known {
            block,
            height,
            in_active_chain: true,
        })
    }

    /// A block by its hash.
    pub(super) fn known(&self, hash: &BlockHash) -> Option<Known<'_>> {
        let active = |block: &Block| block.block_hash() == *hash;
        if let Some(height) = self.blocks.iter().position(active) {
            return self.at(height);
        }
        let block = self.stale(hash)?;
        let below = self.known(&block.header.prev_blockhash)?;
        Some(Known {
            block,
            height: below.height + 1,
            in_active_chain: false,
        })
    }

    /// A block and those below it, downwards.
    fn branch<'a>(&'a self, from: Known<'a>) -> impl Iterator<Item = Known<'a>> {
        // Looked up by their hashes only where they are beside the chain.
        std::iter::successors(Some(from), |above| match above.in_active_chain {
            true => self.at(above.height.checked_sub(1)?),
            false => self.known(&above.block.header.prev_blockhash),
        })
    }

    /// The block at a height at or below another.
    pub(super) fn ancestor<'a>(&'a self, of: Known<'a>, height: usize) -> Option<Known<'a>> {
        self.branch(of).find(|known| known.height == height)
    }

    /// The last block that two branches share.
    pub(super) fn common<'a>(&'a self, first: Known<'a>, second: Known<'a>) -> Option<Known<'a>> {
        self.branch(first).find(|known| {
            let beside = self.ancestor(second, known.height);
            beside.is_some_and(|beside| beside.block == known.block)
        })
    }

    /// The largest time up to a block, in seconds since 1970.
    pub(super) fn max_time(&self, known: Known<'_>) -> u32 {
        let times = self.branch(known).map(|known| known.block.header.time);
        times.max().unwrap_or(0)
    }

    /// The median time of a block and the ten below it, in seconds since 1970.
    pub(super) fn median_time(&self, known: Known<'_>) -> u32 {
        let times = self.branch(known).map(|known| known.block.header.time);
        let mut times: Vec<_> = times.take(11).collect();
        times.sort_unstable();
        times.get(times.len() / 2).copied().unwrap_or(0)
    }

    /// Tells that the chain is on disk.
    pub(super) fn flush(&mut self) {
        let tip = self.at(self.blocks.len() - 1);
        let locator = tip.map(|tip| self.locator(tip));
        let flushed = Event::Flushed(locator.unwrap_or_default());
        self.listeners.tell(&flushed);
    }

    /// The hashes of a locator that begins with a block: ten blocks, and then ever fewer.
    pub(super) fn locator(&self, known: Known<'_>) -> Vec<crate::hash::BlockHash> {
        let mut hashes = Vec::new();
        let (mut next, mut step) = (known.height, 1);
        for known in self.branch(known) {
            if known.height > next && known.height > 0 {
                continue;
            }
            hashes.push(known.block.block_hash().into());
            if hashes.len() > 10 {
                step *= 2;
            }
            next = known.height.saturating_sub(step);
        }
        hashes
    }
}
