//! What a node tells its user interface.

use generated_examples::multiprocess::node::BlockTip;

use super::NodeControl;
use crate::error::Error;
use crate::hash::BlockHash;
use crate::numbered::numbered;
use crate::subscription::Subscription;
use crate::wire;

numbered! {
    /// What a node is doing to get to the tip.
    pub enum SyncState {
        /// It indexes anew the blocks that it has on disk.
        Reindex = 0,
        /// It catches up with the chain.
        Download = 1,
        /// It is there.
        Done = 2,
    }
}

/// A chain has another tip.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TipChange {
    /// What the node is doing.
    pub state: SyncState,
    /// The height of the tip.
    pub height: u32,
    /// The time of its header, in seconds since 1970.
    pub time: u32,
    /// Its hash; none of headers that are counted ahead of being stored.
    pub hash: Option<BlockHash>,
    /// The estimated share, from 0 to 1, of all transactions that is verified. Of headers it says nothing.
    pub verification_progress: f64,
}

/// Something takes its time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// What it is.
    pub title: String,
    /// How much of it is done, in percent. 100 is its end.
    pub percent: i32,
    /// Whether it goes on after a restart.
    pub resume_possible: bool,
}

impl NodeControl {
    /// Is told of each new tip.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn block_tips(&self) -> Result<Subscription<TipChange>, Error> {
        Subscription::begin(|events| {
            let call = move |state, tip, progress| {
                let tip = TipChange::read(state, tip, progress);
                events.clone().told(tip)
            };
            self.0.handle_notify_block_tip(call)
        })
        .await
    }

    /// Is told of each new best header.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn header_tips(&self) -> Result<Subscription<TipChange>, Error> {
        Subscription::begin(|events| {
            let call = move |state, tip, progress| {
                let tip = TipChange::read(state, tip, progress);
                events.clone().told(tip)
            };
            self.0.handle_notify_header_tip(call)
        })
        .await
    }

    /// Is told when the [warnings](NodeControl::warnings) change.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn warning_changes(&self) -> Result<Subscription<()>, Error> {
        Subscription::begin(|events| {
            let call = move || events.clone().told(Ok(()));
            self.0.handle_notify_alert_changed(call)
        })
        .await
    }

    /// Is told what start-up is doing.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn init_messages(&self) -> Result<Subscription<String>, Error> {
        Subscription::begin(|events| {
            let call = move |message| events.clone().told(Ok(message));
            self.0.handle_init_message(call)
        })
        .await
    }

    /// Is told how far the node is with what takes its time.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn progress(&self) -> Result<Subscription<Progress>, Error> {
        Subscription::begin(|events| {
            let call = move |title, percent, resume_possible| {
                let progress = Progress {
                    title,
                    percent,
                    resume_possible,
                };
                events.clone().told(Ok(progress))
            };
            self.0.handle_show_progress(call)
        })
        .await
    }

    /// Is told when the wallets can be set up.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn wallets_ready(&self) -> Result<Subscription<()>, Error> {
        Subscription::begin(|events| {
            let call = move || events.clone().told(Ok(()));
            self.0.handle_init_wallet(call)
        })
        .await
    }
}

impl TipChange {
    fn read(state: i32, tip: BlockTip, verification_progress: f64) -> Result<Self, Error> {
        let hash = wire::hash_if_any(&tip.block_hash)?;
        Ok(Self {
            state: state.into(),
            height: wire::height(tip.block_height)?,
            time: wire::block_time(tip.block_time)?,
            hash: hash.filter(|hash| hash.as_bytes() != &[0; 32]),
            verification_progress,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_that_are_counted_ahead_have_no_hash() {
        let tip = |block_hash| BlockTip {
            block_height: 5,
            block_time: 6,
            block_hash,
        };
        let read = |hash| TipChange::read(1, tip(hash), 1.0).unwrap();
        assert_eq!(read(vec![0; 32]).hash, None);
        assert_eq!(read(Vec::new()).hash, None);
        let hash = BlockHash::from_byte_array([1; 32]);
        assert_eq!(read(vec![1; 32]).hash, Some(hash));
        assert_eq!(read(Vec::new()).state, SyncState::Download);
        let later = TipChange::read(9, tip(Vec::new()), 1.0).unwrap();
        assert_eq!(later.state, SyncState::Other(9));
        assert!(TipChange::read(1, tip(vec![1; 3]), 1.0).is_err());
    }
}
