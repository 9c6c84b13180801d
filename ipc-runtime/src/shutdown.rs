//! Ends that let running calls finish.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{Instant, timeout_at};

use crate::connection::Connection;

/// Closes connections, each when the calls of its peer that run now have been answered, and all when
/// `patience` is over. Returns how many calls were cut off.
pub(crate) async fn shut_down(connections: Vec<Arc<Connection>>, patience: Duration) -> usize {
    let now = Instant::now();
    // One that is too far away to be told is as good as one in a century.
    let century = Duration::from_secs(100 * 365 * 24 * 60 * 60);
    let deadline = now.checked_add(patience).unwrap_or(now + century);
    let ends = connections.iter().map(|connection| async move {
        let mut calls = connection.running().now();
        // What a peer that does not read keeps us from sending is bounded by the deadline, too.
        let _ = timeout_at(deadline, calls.ended()).await;
        let cut_off = calls.count();
        connection.close();
        let _ = timeout_at(deadline, connection.ended()).await;
        cut_off
    });
    join_all(ends).await.into_iter().sum()
}
