//! Accepting connections.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinSet;

use super::connection::serve;
use super::listener::{Listener, Stream};
use super::server::Shared;
use crate::handler::Handler;

/// How long to wait after a failed accept, which happens when the process has too many descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// Accepts as many connections as may be open at a time, until the server stops, and waits for their ends.
pub(super) async fn accept_all<H: Handler>(listener: Listener, shared: Arc<Shared<H>>) {
    let mut connections = JoinSet::new();
    while let Some((stream, permit)) = next(&listener, &shared).await {
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            serve(stream, &shared).await;
            drop(permit);
        });
        // Handlers that panic end their connections alone.
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// The next connection, when there is room for it; none when the server stops.
async fn next<H>(
    listener: &Listener,
    shared: &Shared<H>,
) -> Option<(Stream, OwnedSemaphorePermit)> {
    tokio::select! {
        () = shared.stopped() => None,
        // A permit is taken after a client has come: the sockets share them.
        next = async {
            let stream = accept(listener).await;
            if shared.room.available_permits() == 0 {
                tracing::warn!(limit = shared.limits.connections, "further clients have to wait");
            }
            let room = Arc::clone(&shared.room).acquire_owned();
            let permit = room.await.expect("the semaphore is never closed");
            (stream, permit)
        } => Some(next),
    }
}

async fn accept(listener: &Listener) -> Stream {
    // So that a long shortage is one line in the log.
    let mut failing = false;
    loop {
        match listener.accept().await {
            Ok(stream) => return stream,
            Err(error) => {
                if !failing {
                    tracing::warn!(%error, "connections are not accepted for now");
                }
                failing = true;
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
