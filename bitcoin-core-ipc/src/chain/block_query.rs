//! What to ask for of a block.

use generated_examples::multiprocess::chain::{FoundBlockParam, FoundBlockResult};

use crate::encoded::Block;
use crate::error::Error;
use crate::hash::BlockHash;
use crate::locator::Locator;
use crate::{none_if_null, wire};

/// Which parts of a block the node is to look up. At first none: then it just says whether there is such a block.
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "a query does nothing until it is asked"]
pub struct BlockQuery(FoundBlockParam);

/// What a node has found of a block: the parts that a [`BlockQuery`] asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FoundBlock {
    /// [`BlockQuery::hash`].
    pub hash: Option<BlockHash>,
    /// [`BlockQuery::height`].
    pub height: Option<u32>,
    /// [`BlockQuery::time`].
    pub time: Option<u32>,
    /// [`BlockQuery::max_time`].
    pub max_time: Option<u32>,
    /// [`BlockQuery::median_time`].
    pub median_time: Option<u32>,
    /// [`BlockQuery::in_active_chain`].
    pub in_active_chain: Option<bool>,
    /// [`BlockQuery::locator`].
    pub locator: Option<Locator>,
    /// [`BlockQuery::block`]. None also if it is not on disk: pruned, or never downloaded.
    pub block: Option<Block>,
    /// [`BlockQuery::next`]. None also if there is no next block.
    pub next: Option<Box<FoundBlock>>,
}

/// The last block that two branches share, and the ends of these. Of the three only those are there that the node has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CommonAncestor {
    /// The last block that they share.
    pub ancestor: Option<FoundBlock>,
    /// The end of the one.
    pub first: Option<FoundBlock>,
    /// The end of the other.
    pub second: Option<FoundBlock>,
}

impl BlockQuery {
    /// Asks for nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for the hash.
    pub fn hash(mut self) -> Self {
        self.0.want_hash = true;
        self
    }

    /// Asks for the height.
    pub fn height(mut self) -> Self {
        self.0.want_height = true;
        self
    }

    /// Asks for the time of the header, in seconds since 1970.
    pub fn time(mut self) -> Self {
        self.0.want_time = true;
        self
    }

    /// Asks for the largest time of all blocks up to this, in seconds since 1970.
    pub fn max_time(mut self) -> Self {
        self.0.want_max_time = true;
        self
    }

    /// Asks for the median time of the block and the ten below it, in seconds since 1970.
    pub fn median_time(mut self) -> Self {
        self.0.want_mtp_time = true;
        self
    }

    /// Asks whether the block is on the active chain.
    pub fn in_active_chain(mut self) -> Self {
        self.0.want_in_active_chain = true;
        self
    }

    /// Asks for a locator that begins with the block.
    pub fn locator(mut self) -> Self {
        self.0.want_locator = true;
        self
    }

    /// Asks for the block itself, which the node reads from its disk.
    pub fn block(mut self) -> Self {
        self.0.want_data = true;
        self
    }

    /// Asks for these parts of the next block of the active chain.
    pub fn next(mut self, next: Self) -> Self {
        self.0.next_block = Some(Box::new(next.0));
        self
    }

    pub(crate) fn param(&self) -> FoundBlockParam {
        self.0.clone()
    }

    /// Reads the answer.
    pub(crate) fn read(&self, found: FoundBlockResult) -> Result<Option<FoundBlock>, Error> {
        read(&self.0, found)
    }
}

fn read(asked: &FoundBlockParam, found: FoundBlockResult) -> Result<Option<FoundBlock>, Error> {
    if !found.found {
        return Ok(None);
    }
    let next = match (&asked.next_block, found.next_block) {
        (Some(asked), Some(found)) => read(asked, *found)?.map(Box::new),
        _ => None,
    };
    fn only<T>(asked: bool, read: impl FnOnce() -> Result<T, Error>) -> Result<Option<T>, Error> {
        asked.then(read).transpose()
    }
    let hash = only(asked.want_hash, || BlockHash::try_from(&found.hash[..]))?;
    let locator = only(asked.want_locator, || Locator::try_from(&found.locator[..]))?;
    let Ok(block) = none_if_null::from_wire(&found.data);
    Ok(Some(FoundBlock {
        hash,
        height: only(asked.want_height, || wire::height(found.height))?,
        time: only(asked.want_time, || wire::block_time(found.time))?,
        max_time: only(asked.want_max_time, || wire::block_time(found.max_time))?,
        median_time: only(asked.want_mtp_time, || wire::block_time(found.mtp_time))?,
        in_active_chain: asked.want_in_active_chain.then_some(found.in_active_chain),
        locator,
        block: block.filter(|_| asked.want_data),
        next,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_what_was_asked_for() {
        let found = FoundBlockResult {
            hash: vec![3; 32],
            height: 7,
            time: 1_700_000_000,
            found: true,
            ..FoundBlockResult::default()
        };
        let read = BlockQuery::new().hash().height().read(found.clone());
        let read = read.unwrap().unwrap();
        assert_eq!(read.hash, Some(BlockHash::from_byte_array([3; 32])));
        assert_eq!(read.height, Some(7));
        assert_eq!(read.time, None);
        assert_eq!(
            BlockQuery::new().read(FoundBlockResult::default()).unwrap(),
            None
        );
        assert!(BlockQuery::new().locator().read(found).is_err());
    }

    #[test]
    fn refuses_times_and_heights_that_no_block_has() {
        let found = |height, time| FoundBlockResult {
            height,
            time,
            found: true,
            ..FoundBlockResult::default()
        };
        let read = |found| BlockQuery::new().height().time().read(found);
        assert!(read(found(0, i64::from(u32::MAX))).is_ok());
        assert!(read(found(-1, 0)).is_err());
        assert!(read(found(0, -1)).is_err());
        assert!(read(found(0, i64::MAX)).is_err());
    }

    #[test]
    fn a_block_that_is_not_on_disk_is_none() {
        let found = |data| FoundBlockResult {
            data,
            found: true,
            ..FoundBlockResult::default()
        };
        let read = |data| {
            BlockQuery::new()
                .block()
                .read(found(data))
                .unwrap()
                .unwrap()
        };
        assert_eq!(read(Vec::new()).block, None);
        assert_eq!(read(vec![0; 81]).block, None);
        assert_eq!(read(vec![1; 81]).block, Some(Block(vec![1; 81])));
    }
}
