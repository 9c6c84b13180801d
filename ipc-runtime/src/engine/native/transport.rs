//! What the [`Writer`](super::writer::Writer) needs of the world: a socket to write to, and tasks.
//!
//! It is a trait so that the very writer that runs can be put under a model checker.

use std::future::Future;
use std::io::{self, ErrorKind, IoSlice};
use std::net::Shutdown;
use std::sync::{Arc, Mutex, PoisonError};

use socket2::SockRef;
use tokio::net::unix::OwnedWriteHalf;
use tokio::runtime::Handle;

pub(super) trait Transport: Send + Sync + 'static {
    /// Writes as much as the socket takes at once, or fails with `WouldBlock`.
    fn try_write(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize>;

    /// Waits until the socket may take more.
    fn writable(&self) -> impl Future<Output = io::Result<()>> + Send;

    /// Ends the stream in both directions.
    fn shut_down(&self);

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static);
}

/// A socket, and the runtime that it belongs to.
pub(super) struct UnixTransport {
    /// None once it has been shut down: proxies keep the transport, and should not keep the descriptor.
    socket: Mutex<Option<Arc<OwnedWriteHalf>>>,
    runtime: Handle,
}

impl UnixTransport {
    pub(super) fn new(socket: OwnedWriteHalf, runtime: Handle) -> Self {
        Self {
            socket: Mutex::new(Some(Arc::new(socket))),
            runtime,
        }
    }

    fn socket(&self) -> io::Result<Arc<OwnedWriteHalf>> {
        let socket = self.socket.lock().unwrap_or_else(PoisonError::into_inner);
        socket.clone().ok_or_else(|| ErrorKind::NotConnected.into())
    }
}

impl Transport for UnixTransport {
    fn try_write(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        self.socket()?.try_write_vectored(pieces)
    }

    async fn writable(&self) -> io::Result<()> {
        self.socket()?.writable().await
    }

    fn shut_down(&self) {
        let socket = (self.socket.lock().unwrap_or_else(PoisonError::into_inner)).take();
        if let Some(socket) = socket {
            // It fails when the peer has closed the socket already.
            let _ = SockRef::from((*socket).as_ref()).shutdown(Shutdown::Both);
        }
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.runtime.spawn(task);
    }
}
