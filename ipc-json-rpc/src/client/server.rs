//! The server of a client.

use std::error::Error;
use std::io;
use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderMap, HeaderValue};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use ipc_runtime::{Exception, ExceptionKind};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

use crate::address::Address;

/// Where a server listens, and as whom it is called.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) address: Address,
    /// What every request says.
    headers: HeaderMap,
}

impl Server {
    pub(super) fn new(address: &str, credentials: Option<&str>) -> Result<Self, Exception> {
        let address = address.parse().map_err(Exception::failed)?;
        let host = match &address {
            Address::Tcp(peer) => peer.to_string(),
            Address::Unix(_) => "localhost".to_owned(),
        };
        let mut headers = HeaderMap::new();
        headers.insert(HOST, value(host)?);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(credentials) = credentials {
            let mut basic = value(format!("Basic {}", STANDARD.encode(credentials)))?;
            basic.set_sensitive(true);
            headers.insert(AUTHORIZATION, basic);
        }
        Ok(Self { address, headers })
    }

    /// A new connection, which a task of its own drives.
    pub(super) async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, Exception> {
        let connected = match &self.address {
            Address::Tcp(peer) => begin(tcp(peer).await).await,
            Address::Unix(path) => begin(UnixStream::connect(path).await).await,
        };
        connected.map_err(|error| {
            let message = format_args!("cannot connect to {}: {error}", self.address);
            Exception::new(ExceptionKind::Disconnected, message)
        })
    }

    /// A request with this body.
    pub(super) fn request(&self, body: Bytes) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        request.headers_mut().clone_from(&self.headers);
        request
    }
}

fn value(text: String) -> Result<HeaderValue, Exception> {
    HeaderValue::try_from(text).map_err(Exception::failed)
}

async fn tcp(peer: &SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(peer).await?;
    // Requests are written whole: there is nothing to wait for.
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn begin<S>(
    stream: io::Result<S>,
) -> Result<SendRequest<Full<Bytes>>, Box<dyn Error + Send + Sync>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = handshake(TokioIo::new(stream?)).await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to a server failed");
        }
    });
    Ok(sender)
}
