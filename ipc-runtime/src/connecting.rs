//! A connection that is being made.

use std::fmt;
use std::future::Future;
use std::os::unix::net::UnixStream;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;

use crate::exception::Exception;
use crate::process::Process;
use crate::protocol::{CapnpProtocol, Protocol};
use crate::proxy::Proxy;

/// A connection that is made when this is awaited; it is ready when the peer has shown that it is there.
///
/// Dropping it before gives the connection up.
#[must_use = "a connection is made when this is awaited"]
pub struct Connecting<P>(Stage<P>);

enum Stage<P> {
    Prepared(Plan),
    Running(BoxFuture<'static, Result<P, Exception>>),
    Done,
}

/// What is to be done.
struct Plan {
    protocol: Arc<CapnpProtocol>,
    process: Process,
    address: String,
}

impl<P: Proxy> Connecting<P> {
    pub(crate) fn new(protocol: Arc<CapnpProtocol>, process: Process, address: &str) -> Self {
        Self(Stage::Prepared(Plan {
            protocol,
            process,
            address: address.to_owned(),
        }))
    }

    /// Connects now, and returns a proxy at once without waiting for a word of the peer: calls of it are sent
    /// together with the handshake, in one round trip.
    ///
    /// ```text
    /// let init: InitProxy = ipc.connect_address("unix:node.sock").pipeline()?;
    /// let template = init.make_mining().pipeline().create_new_block(options, true).await?;
    /// ```
    ///
    /// If the peer does not answer the handshake in time, or refuses it, the connection is closed, and calls
    /// fail with [`ExceptionKind::Disconnected`](crate::ExceptionKind::Disconnected).
    ///
    /// # Errors
    ///
    /// The address does not parse, nobody listens there, or a user does whose servers are not trusted
    /// ([`IpcBuilder::server_users`](crate::IpcBuilder::server_users)).
    pub fn pipeline(self) -> Result<P, Exception> {
        match self.0 {
            Stage::Prepared(plan) => Ok(plan.protocol.open_now(plan.connect()?)),
            Stage::Running(_) | Stage::Done => Err(Exception::failed(
                "`pipeline` was called after the connection had been polled",
            )),
        }
    }
}

impl Plan {
    fn connect(&self) -> Result<UnixStream, Exception> {
        self.process.connect(&self.address, self.protocol.context())
    }

    async fn run<P: Proxy>(self) -> Result<P, Exception> {
        let connected = self.protocol.connect(self.connect()?).await;
        connected.map_err(|exception| exception.context(&self.address))
    }
}

impl<P: Proxy> Future for Connecting<P> {
    type Output = Result<P, Exception>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let stage = &mut self.get_mut().0;
        if let Stage::Prepared(_) = stage
            && let Stage::Prepared(plan) = std::mem::replace(stage, Stage::Done)
        {
            *stage = Stage::Running(Box::pin(plan.run()));
        }
        let Stage::Running(running) = stage else {
            // It was ready before, after which a future may wait for ever.
            return Poll::Pending;
        };
        let outcome = running.as_mut().poll(cx);
        if outcome.is_ready() {
            *stage = Stage::Done;
        }
        outcome
    }
}

// Nothing in it is pinned in place.
impl<P> Unpin for Connecting<P> {}

impl<P> fmt::Debug for Connecting<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connecting").finish_non_exhaustive()
    }
}
