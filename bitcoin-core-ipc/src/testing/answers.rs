//! What the objects of the fake node answer, as the interfaces have it.

use std::sync::Arc;

use bitcoin::consensus::serialize;
use ipc_runtime::Exception;

use super::calls::{Interrupt, null};
use super::chain::Chain;
use super::rules::Refusal;
use super::template::{duration, to_its_end};
use crate::options::BlockRef;

/// A block as the interfaces have it: hash and height.
pub(super) type WireTip = (Vec<u8>, i32);

pub(super) fn wire_tip(tip: BlockRef) -> WireTip {
    (
        tip.hash.as_bytes().to_vec(),
        i32::try_from(tip.height).unwrap_or(i32::MAX),
    )
}

/// Waits for another tip; none while the node stops. An interrupt gives a block without a hash. It goes on to its end
/// when nobody waits for it any more, as in Bitcoin Core.
pub(super) async fn wait_tip_changed(
    chain: &Arc<Chain>,
    interrupt: &Interrupt,
    current: Vec<u8>,
    timeout: f64,
) -> Result<Option<WireTip>, Exception> {
    let (chain, interrupt) = (Arc::clone(chain), interrupt.clone());
    to_its_end(async move {
        let changed = chain.wait(
            |state| {
                if interrupt.take() {
                    return Some(Some((Vec::new(), 0)));
                }
                if state.stopping {
                    return Some(None);
                }
                let tip = (!state.loading).then(|| state.tip())?;
                (tip.hash.as_bytes()[..] != current[..]).then(|| Some(wire_tip(tip)))
            },
            duration(timeout),
        );
        let changed = changed.await;
        changed.unwrap_or_else(|| Some(wire_tip(chain.tip())))
    })
    .await
}

/// Waits until there can be a template, as all versions do: for a tip, and with a cooldown until the node has caught up
/// with the chain.
///
/// # Errors
///
/// There is none, because the node stops or the wait was interrupted.
pub(super) async fn wait_for_template(
    chain: &Arc<Chain>,
    interrupt: &Interrupt,
    cooldown: bool,
) -> Result<(), Exception> {
    let (chain, interrupt) = (Arc::clone(chain), interrupt.clone());
    to_its_end(async move {
        let ready = chain.wait(
            |state| {
                if interrupt.take() || state.stopping {
                    return Some(Err(null()));
                }
                let waits = state.loading || (cooldown && state.catching_up);
                (!waits).then_some(Ok(()))
            },
            None,
        );
        ready.await.unwrap_or_else(|| Err(null()))
    })
    .await?
}

/// What v32 tells of a block.
pub(super) fn told(checked: Result<(), Refusal>) -> (bool, String, String) {
    match checked {
        Ok(()) => (true, String::new(), String::new()),
        Err(Refusal { reason, debug }) => (false, reason, debug),
    }
}

/// What nodes before v32 tell of a block: they do not mind blocks that they know, and stale ones.
pub(super) fn was_processed(submitted: Result<(), Refusal>) -> bool {
    match submitted {
        Ok(()) => true,
        Err(refusal) => matches!(refusal.reason.as_str(), "duplicate" | "inconclusive"),
    }
}

/// The transactions of the mempool with these ids, each without any bytes where there is none.
pub(super) fn look_up(
    chain: &Chain,
    ids: &[Vec<u8>],
    id: impl Fn(&bitcoin::Transaction) -> [u8; 32],
) -> Vec<Vec<u8>> {
    let state = chain.state();
    let found = |wanted: &Vec<u8>| state.transaction(|it| id(it)[..] == wanted[..]);
    ids.iter()
        .map(|wanted| found(wanted).map(serialize).unwrap_or_default())
        .collect()
}
