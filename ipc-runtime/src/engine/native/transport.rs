//! What the [`Writer`](super::writer::Writer) needs of the world: a socket to write to, and tasks.
//!
//! It is a trait so that the very writer that runs can be put under a model checker.

use std::future::Future;
use std::io::{self, IoSlice};

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
    pub(super) socket: OwnedWriteHalf,
    pub(super) runtime: Handle,
}

impl Transport for UnixTransport {
    fn try_write(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        self.socket.try_write_vectored(pieces)
    }

    async fn writable(&self) -> io::Result<()> {
        self.socket.writable().await
    }

    fn shut_down(&self) {
        // It fails when the peer has closed the socket already.
        let _ = socket2::SockRef::from(self.socket.as_ref()).shutdown(std::net::Shutdown::Both);
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.runtime.spawn(task);
    }
}
