//! A socket that clients connect to.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use ipc_runtime::{BoundSocket, Exception};
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};

use crate::address::Address;
use crate::error::Error;

/// How many clients may wait to be accepted.
const BACKLOG: u32 = 128;

/// How long nothing may come over TCP until the system asks whether the client is still there: one that holds objects
/// may be idle, and its machine can go without a word.
const SILENCE: Duration = Duration::from_secs(60);

/// What may be listened on.
pub(super) struct Rules {
    pub(super) allow_remote: bool,
    pub(super) authenticated: bool,
    pub(super) socket_mode: u32,
}

/// A socket that clients connect to, and its address.
pub(super) enum Listener {
    Tcp(TcpListener, SocketAddr),
    Unix(UnixListener, PathBuf),
}

/// A connection that a client has made.
pub(super) enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Listener {
    /// Listens; a unix socket has a file that goes with what is returned beside it.
    pub(super) async fn bind(
        address: Address,
        rules: &Rules,
    ) -> Result<(Self, Option<BoundSocket>), Error> {
        match address {
            Address::Tcp(address) => Ok((Self::bind_tcp(address, rules).await?, None)),
            Address::Unix(path) => {
                let bound = BoundSocket::bind(&path, BACKLOG, rules.socket_mode)?;
                Ok((Self::of(&bound)?, Some(bound)))
            }
        }
    }

    async fn bind_tcp(address: SocketAddr, rules: &Rules) -> Result<Self, Error> {
        if !rules.allow_remote && !address.ip().to_canonical().is_loopback() {
            return Err(Error::Remote(address));
        }
        if !rules.authenticated {
            return Err(Error::Anonymous(address));
        }
        let bind = async {
            let listener = TcpListener::bind(address).await?;
            let address = listener.local_addr()?;
            Ok(Self::Tcp(listener, address))
        };
        let bound: io::Result<Self> = bind.await;
        bound.map_err(|source| Error::Bind { address, source })
    }

    fn of(bound: &BoundSocket) -> Result<Self, Exception> {
        let listener = UnixListener::from_std(bound.listener().try_clone()?)?;
        Ok(Self::Unix(listener, bound.path().to_owned()))
    }

    /// Where it listens, with the port that the system chose.
    pub(super) fn address(&self) -> Address {
        match self {
            Self::Tcp(_, address) => Address::Tcp(*address),
            Self::Unix(_, path) => Address::Unix(path.clone()),
        }
    }

    pub(super) async fn accept(&self) -> io::Result<Stream> {
        match self {
            Self::Tcp(listener, _) => {
                let (stream, _address) = listener.accept().await?;
                // Answers are written whole: there is nothing to wait for.
                stream.set_nodelay(true)?;
                let keepalive = TcpKeepalive::new().with_time(SILENCE);
                SockRef::from(&stream).set_tcp_keepalive(&keepalive)?;
                Ok(Stream::Tcp(stream))
            }
            Self::Unix(listener, _) => Ok(Stream::Unix(listener.accept().await?.0)),
        }
    }
}

/// Runs the same on either kind of stream.
macro_rules! either {
    ($stream:expr, $pinned:ident => $run:expr) => {
        match $stream.get_mut() {
            Stream::Tcp(stream) => {
                let $pinned = Pin::new(stream);
                $run
            }
            Stream::Unix(stream) => {
                let $pinned = Pin::new(stream);
                $run
            }
        }
    };
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        either!(self, stream => stream.poll_read(context, into))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        either!(self, stream => stream.poll_write(context, bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        either!(self, stream => stream.poll_write_vectored(context, slices))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, stream => stream.poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, stream => stream.poll_shutdown(context))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_system_watches_over_clients_of_tcp() -> io::Result<()> {
        let rules = Rules {
            allow_remote: false,
            authenticated: true,
            socket_mode: 0o600,
        };
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let bound = Listener::bind_tcp(any, &rules).await;
        let Ok(Listener::Tcp(listener, address)) = bound else {
            panic!("not listening");
        };
        let client = TcpStream::connect(address).await?;
        let listener = Listener::Tcp(listener, address);
        let Stream::Tcp(stream) = listener.accept().await? else {
            panic!("another kind of stream");
        };
        let socket = SockRef::from(&stream);
        assert!(socket.keepalive()?);
        assert_eq!(socket.tcp_keepalive_time()?, SILENCE);
        drop(client);
        Ok(())
    }
}
