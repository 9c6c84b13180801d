//! A socket that peers connect to.

use std::fmt;
use std::io;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::UnixListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

use crate::context::Context;
use crate::exception::Exception;
use crate::incoming::Incoming;
use crate::opening::first_message;
use crate::shutdown::shut_down;
use crate::socket::{BoundSocket, SocketFile};

/// How long to wait after a failed accept, which happens when the process has too many descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves an object on a unix socket until it is dropped or closed.
///
/// Every peer that connects gets the same object first. Ending the listener closes the connections
/// that it accepted and removes the socket's file.
#[must_use = "dropping the listener stops serving"]
pub struct Listener {
    incoming: Arc<Incoming>,
    file: SocketFile,
}

impl Listener {
    /// Accepts connections on the current runtime; `serve` is called for each, with the permit that
    /// it has to keep until the connection has ended.
    pub(crate) fn start(
        socket: BoundSocket,
        incoming: Arc<Incoming>,
        context: Arc<Context>,
        serve: impl Fn(UnixStream, OwnedSemaphorePermit) + Send + Sync + 'static,
    ) -> Result<Self, Exception> {
        let runtime = context.runtime.clone();
        let _entered = runtime.enter();
        let listener = UnixListener::from_std(socket.listener)
            .map_err(|error| Exception::io("the listening socket", error))?;
        let accepting = runtime.spawn(accept_all(listener, context, serve));
        incoming.accepts_by(accepting.abort_handle());
        Ok(Self {
            incoming,
            file: socket.file,
        })
    }

    /// The address that peers connect to: `unix:` and the full path.
    pub fn address(&self) -> String {
        self.file.address()
    }

    /// Stops accepting, closes the connections, and waits until they have ended.
    ///
    /// Handlers that still run are dropped at their next await.
    pub async fn close(self) {
        self.incoming.stop_accepting();
        self.incoming.closed().await;
    }

    /// Stops accepting, and closes each connection when the calls that run on it have been answered, at the
    /// latest when `patience` is over. Returns how many calls were cut off then: their handlers are dropped at
    /// their next await, and their callers are told that the connection is closed.
    ///
    /// Calls that arrive meanwhile are served, since a running one may need them (it may have called back, and
    /// been called by that), but not waited for. Dropping the future closes the connections at once.
    pub async fn shutdown(self, patience: Duration) -> usize {
        self.incoming.stop_accepting();
        shut_down(self.incoming.all(), patience).await
    }
}

/// Accepts as many connections as may be open at a time.
async fn accept_all(
    listener: UnixListener,
    context: Arc<Context>,
    serve: impl Fn(UnixStream, OwnedSemaphorePermit) + Send + Sync + 'static,
) {
    let serve = Arc::new(serve);
    // Peers that have not sent their first message yet. They go when this task ends.
    let mut silent = JoinSet::new();
    let room = Arc::new(Semaphore::new(context.connections));
    // So that a long shortage is one line in the log.
    let mut failing = false;
    loop {
        if room.available_permits() == 0 {
            tracing::warn!(limit = context.connections, "further peers have to wait");
        }
        // The semaphore is never closed.
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else {
            return;
        };
        match accept(&listener, &context).await {
            Ok(Some(stream)) => {
                let (serve, context) = (Arc::clone(&serve), Arc::clone(&context));
                silent.spawn(async move {
                    if let Some(stream) = opened(stream, &context).await {
                        serve(stream, permit);
                    }
                });
            }
            Ok(None) => {}
            Err(error) => {
                if !failing {
                    tracing::warn!(%error, "connections are not accepted for now");
                }
                failing = true;
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        }
        failing = false;
        while silent.try_join_next().is_some() {}
    }
}

/// The stream, once the peer has sent its first message or has left; none if it does not, since it would keep
/// others from the place that it takes.
async fn opened(stream: tokio::net::UnixStream, context: &Context) -> Option<UnixStream> {
    let patience = context.handshake_timeout;
    let opening = first_message(&stream, context.message_words);
    match tokio::time::timeout(patience, opening).await {
        Ok(Ok(())) => stream.into_std().ok(),
        Ok(Err(error)) => {
            tracing::warn!(%error, "a peer connected that is not served");
            None
        }
        Err(_elapsed) => {
            tracing::warn!(?patience, "a peer connected and sent no whole message");
            None
        }
    }
}

/// The next connection; none if its peer may not connect.
async fn accept(
    listener: &UnixListener,
    context: &Context,
) -> io::Result<Option<tokio::net::UnixStream>> {
    let (stream, _address) = listener.accept().await?;
    if let Some(reason) = context.refusal(&stream) {
        tracing::warn!(reason, "a peer was refused");
        return Ok(None);
    }
    Ok(Some(stream))
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.incoming.stop_accepting();
        self.incoming.close();
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener")
            .field("address", &self.address())
            .finish_non_exhaustive()
    }
}
