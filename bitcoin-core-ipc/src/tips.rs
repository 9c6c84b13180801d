//! The tips of the chain, one after the other.

use std::time::Duration;

use ipc_runtime::ExceptionKind;

use crate::error::Error;
use crate::hash::BlockHash;
use crate::interfaces::Interfaces;
use crate::mining::Mining;
use crate::node::Node;
use crate::options::BlockRef;
use crate::stream::Updates;

/// No block has this hash, so that every tip is another one.
const NO_BLOCK: BlockHash = BlockHash::from_byte_array([0; 32]);

/// How long a wait may be that nothing ends before its time.
pub(crate) const UNINTERRUPTIBLE: Duration = Duration::from_secs(10);

/// What a v30 on a small chain takes to end.
const V30_ENDS: Duration = Duration::from_secs(1);

impl Mining {
    /// The tips of the chain: the one that there is, or the first one of a node that still loads its chain, and then each
    /// that follows.
    ///
    /// Whoever asks late is told of the latest tip, not of those between. It ends when the node shuts down.
    ///
    /// It waits through an object of its own, so that [`Mining::interrupt`] does not concern it. When it is dropped, the
    /// wait ends in the node: at once on v31 and v32, within ten seconds on the others, which have nothing for it.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub fn tips(&self) -> Updates<BlockRef> {
        of(self.node())
    }
}

/// The tips of a node.
pub(crate) fn of(node: &Node) -> Updates<BlockRef> {
    let start = Following {
        watch: Watch::new(node),
        last: NO_BLOCK,
    };
    Updates::unfold(start, Following::next)
}

struct Following {
    watch: Watch,
    last: BlockHash,
}

impl Following {
    async fn next(mut self) -> Result<Option<(BlockRef, Self)>, Error> {
        let Some(mining) = self.watch.mining().await? else {
            return Ok(None);
        };
        let limit = match mining.interfaces() {
            Interfaces::V31 | Interfaces::V32 => None,
            Interfaces::V30 | Interfaces::Multiprocess => Some(UNINTERRUPTIBLE),
        };
        loop {
            match mining.wait_tip_changed(self.last, limit).await? {
                Some(tip) if tip.hash == self.last => {}
                Some(tip) => {
                    self.last = tip.hash;
                    return Ok(Some((tip, self)));
                }
                // Nobody else can interrupt a wait of this object.
                None => return Ok(None),
            }
        }
    }
}

/// A `Mining` that nobody else calls, made when it is first needed. Interrupts concern one object of the node alone: so
/// a wait of this one that gives nothing means that the node shuts down.
pub(crate) struct Watch {
    node: Node,
    mining: Option<Mining>,
}

impl Watch {
    pub(crate) fn new(node: &Node) -> Self {
        Self {
            node: node.clone(),
            mining: None,
        }
    }

    /// The object; none while the node shuts down.
    pub(crate) async fn mining(&mut self) -> Result<Option<Mining>, Error> {
        if self.mining.is_none() {
            self.mining = match Mining::of(&self.node).await {
                Ok(mining) => Some(mining),
                Err(Error::Ipc(none)) if none.kind() == ExceptionKind::Null => None,
                Err(error) => return Err(error),
            };
        }
        Ok(self.mining.clone())
    }

    /// Whether the node shuts down. A lost connection is a sign of that, to who has another one already.
    pub(crate) async fn is_shutting_down(&mut self) -> Result<bool, Error> {
        if self.node.interfaces() == Interfaces::V30 {
            // At its very end, v30 fails on a question that arrives when the chain is gone already.
            let lost = tokio::time::timeout(V30_ENDS, self.node.disconnected());
            if lost.await.is_ok() {
                return Ok(true);
            }
        }
        let asked = async {
            match self.mining().await? {
                Some(mining) => {
                    let tip = mining.wait_tip_changed(NO_BLOCK, Some(Duration::ZERO));
                    Ok(tip.await?.is_none())
                }
                None => Ok(true),
            }
        };
        match asked.await {
            Err(Error::Ipc(lost)) if lost.kind() == ExceptionKind::Disconnected => Ok(true),
            asked => asked,
        }
    }
}
