//! A socket that peers connect to.

use std::fmt;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::UnixListener;
use tokio::task::AbortHandle;

use crate::exception::Exception;
use crate::incoming::Incoming;
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
    accepting: AbortHandle,
    file: SocketFile,
}

impl Listener {
    /// Accepts connections on the current runtime; `serve` is called for each.
    pub(crate) fn start(
        socket: BoundSocket,
        incoming: Arc<Incoming>,
        runtime: &tokio::runtime::Handle,
        serve: impl Fn(UnixStream) + Send + 'static,
    ) -> Result<Self, Exception> {
        let _entered = runtime.enter();
        let listener = UnixListener::from_std(socket.listener)
            .map_err(|error| Exception::io("the listening socket", error))?;
        let accepting = runtime.spawn(async move {
            loop {
                let accepted = match listener.accept().await {
                    Ok((stream, _address)) => stream.into_std(),
                    Err(error) => Err(error),
                };
                match accepted {
                    Ok(stream) => serve(stream),
                    Err(error) => {
                        tracing::warn!(%error, "a connection was not accepted");
                        tokio::time::sleep(PAUSE).await;
                    }
                }
            }
        });
        Ok(Self {
            incoming,
            accepting: accepting.abort_handle(),
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
        self.accepting.abort();
        self.incoming.closed().await;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.accepting.abort();
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
