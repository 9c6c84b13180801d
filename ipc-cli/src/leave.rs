//! The end of connections.

use std::time::Duration;

use ipc_runtime::Ipc;

use crate::interrupt::unless_interrupted;
use crate::progress::waiting;

/// How long a peer has: some cannot be told that nobody waits any more.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(5);

/// Waits until peers have ended what was dropped: waits that were given up, and objects. Their connections end then. Ctrl-C ends
/// it at once.
pub(crate) async fn leave(ipc: &Ipc) {
    let left = async {
        while ipc.stats().connections > 0 {
            tokio::time::sleep(PAUSE).await;
        }
    };
    // Otherwise the end of the process tells them.
    let left = tokio::time::timeout(PATIENCE, left);
    let what = "the node still does what it was asked to; Ctrl-C leaves it at once";
    let _ = waiting(what, unless_interrupted(left)).await;
}
