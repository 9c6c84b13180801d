//! What is asked of blocks.

use bitcoin::BlockHash;
use bitcoin::consensus::serialize;
use bitcoin::hashes::Hash;
use generated_examples::multiprocess::chain::{FoundBlockParam, FoundBlockResult};

use crate::locator::Locator;
use crate::testing::chain::State;
use crate::testing::tree::Known;

/// A block by a hash that a peer sent.
pub(super) fn known<'a>(state: &'a State, hash: &[u8]) -> Option<Known<'a>> {
    let hash = hash.try_into().ok().map(BlockHash::from_byte_array)?;
    state.known(&hash)
}

/// The first block of the chain that has at least this height, and at or below which a block has at least this time.
pub(super) fn first(state: &State, min_time: i64, min_height: i32) -> Option<Known<'_>> {
    let lowest = height(min_height).unwrap_or(0);
    let mut above = (lowest..state.blocks.len()).filter_map(|at| state.at(at));
    above.find(|known| i64::from(state.max_time(*known)) >= min_time)
}

/// A height that a peer sent.
pub(super) fn height(height: i32) -> Option<usize> {
    usize::try_from(height).ok()
}

pub(super) fn wire_height(height: usize) -> i32 {
    i32::try_from(height).unwrap_or(i32::MAX)
}

/// The parts of a block that are asked for, if there is one.
pub(super) fn found(
    state: &State,
    known: Option<Known<'_>>,
    asked: &FoundBlockParam,
) -> FoundBlockResult {
    let Some(known) = known else {
        return FoundBlockResult::default();
    };
    let Known {
        block,
        height,
        in_active_chain,
    } = known;
    let bytes = |asked: bool, bytes: &dyn Fn() -> Vec<u8>| if asked { bytes() } else { Vec::new() };
    let time = |asked: bool, time: u32| if asked { i64::from(time) } else { 0 };
    FoundBlockResult {
        hash: bytes(asked.want_hash, &|| {
            block.block_hash().to_byte_array().to_vec()
        }),
        height: if asked.want_height {
            wire_height(height)
        } else {
            0
        },
        time: time(asked.want_time, block.header.time),
        max_time: time(asked.want_max_time, state.max_time(known)),
        mtp_time: time(asked.want_mtp_time, state.median_time(known)),
        in_active_chain: asked.want_in_active_chain && in_active_chain,
        locator: bytes(asked.want_locator, &|| {
            Locator(state.locator(known)).to_bytes()
        }),
        next_block: asked.next_block.as_ref().map(|asked| {
            let next = in_active_chain.then(|| state.at(height + 1)).flatten();
            Box::new(found(state, next, asked))
        }),
        data: bytes(asked.want_data, &|| serialize(block)),
        found: true,
    }
}
