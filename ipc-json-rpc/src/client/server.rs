//! The server of a client.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use hyper_util::rt::TokioIo;
use ipc_runtime::{Exception, ExceptionKind};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

use crate::address::Address;

/// Where a server listens, and as whom it is called.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) address: Address,
    authorization: Option<HeaderValue>,
}

impl Server {
    pub(super) fn new(address: &str, credentials: Option<&str>) -> Result<Self, Exception> {
        let address = address.parse().map_err(Exception::failed)?;
        let basic = |credentials| {
            let header = format!("Basic {}", STANDARD.encode(credentials));
            let mut header = HeaderValue::try_from(header).map_err(Exception::failed)?;
            header.set_sensitive(true);
            Ok::<_, Exception>(header)
        };
        Ok(Self {
            address,
            authorization: credentials.map(basic).transpose()?,
        })
    }

    /// A new connection, which a task of its own drives.
    pub(super) async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, Exception> {
        let connected = match &self.address {
            Address::Tcp(peer) => begin(TcpStream::connect(peer).await).await,
            Address::Unix(path) => begin(UnixStream::connect(path).await).await,
        };
        connected.map_err(|error| {
            let message = format_args!("cannot connect to {}: {error}", self.address);
            Exception::new(ExceptionKind::Disconnected, message)
        })
    }

    /// A request with this body.
    pub(super) fn request(&self, body: Bytes) -> Result<Request<Full<Bytes>>, Exception> {
        let host = match &self.address {
            Address::Tcp(peer) => peer.to_string(),
            Address::Unix(_) => "localhost".to_owned(),
        };
        let mut request = Request::post("/")
            .header(HOST, host)
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(body))
            .map_err(Exception::failed)?;
        if let Some(authorization) = &self.authorization {
            let headers = request.headers_mut();
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        Ok(request)
    }
}

async fn begin<S>(
    stream: std::io::Result<S>,
) -> Result<SendRequest<Full<Bytes>>, Box<dyn std::error::Error + Send + Sync>>
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
