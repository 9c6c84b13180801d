//! A client of one server.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use ipc_runtime::rt::Object;
use ipc_runtime::{Exception, ExceptionKind};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::runtime::Handle;

use crate::address::Address;
use crate::rt::{JsonObject, Remote, exception, identity};

/// The longest answer, in bytes.
const ANSWER: usize = 64 << 20;

/// A connection to a server, on which generated clients call objects. Clones share it.
///
/// Calls go one after the other, as HTTP has it: one that waits for long keeps the others waiting, so use a client of
/// its own for it. A call whose future is dropped runs on. The objects that calls bring end with the connection, and it
/// is not made again when it is lost.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    sender: tokio::sync::Mutex<SendRequest<Full<Bytes>>>,
    host: String,
    authorization: Option<HeaderValue>,
    calls: AtomicU64,
    /// The handles of the objects that are held, by what tells the objects apart.
    handles: Mutex<HashMap<usize, String>>,
    runtime: Handle,
}

impl Client {
    /// Connects to a server that listens there and takes everybody: `unix:PATH`, as an [`Address`] is written.
    ///
    /// # Errors
    ///
    /// The address is none; nobody listens there; there is no tokio runtime.
    pub async fn connect(address: &str) -> Result<Self, Exception> {
        Self::open(address, None).await
    }

    /// Connects to a server that wants credentials: `NAME:PASSWORD`, or what is in its cookie file.
    ///
    /// They are looked at when something is called.
    ///
    /// # Errors
    ///
    /// As [`Client::connect`].
    pub async fn connect_as(address: &str, credentials: &str) -> Result<Self, Exception> {
        let header = format!("Basic {}", STANDARD.encode(credentials));
        let mut header = HeaderValue::try_from(header).map_err(Exception::failed)?;
        header.set_sensitive(true);
        Self::open(address, Some(header)).await
    }

    /// The object that the server serves first. That it is of this interface is the caller's word.
    pub fn root<P: JsonObject>(&self) -> P {
        P::remote(Remote::root(self))
    }

    async fn open(address: &str, authorization: Option<HeaderValue>) -> Result<Self, Exception> {
        let runtime = Handle::try_current().map_err(Exception::failed)?;
        let parsed = address.parse().map_err(Exception::failed)?;
        let (sender, host) = match parsed {
            Address::Tcp(peer) => (
                begin(TcpStream::connect(peer).await).await,
                peer.to_string(),
            ),
            Address::Unix(path) => (
                begin(UnixStream::connect(path).await).await,
                "localhost".to_owned(),
            ),
        };
        let sender = sender.map_err(|error| {
            let message = format_args!("cannot connect to {address}: {}", error.message());
            Exception::new(ExceptionKind::Disconnected, message)
        })?;
        Ok(Self(Arc::new(Inner {
            sender: tokio::sync::Mutex::new(sender),
            host,
            authorization,
            calls: AtomicU64::new(0),
            handles: Mutex::default(),
            runtime,
        })))
    }

    /// Calls a method with parameters as JSON, and returns its result.
    ///
    /// # Errors
    ///
    /// The method's; the server does not answer, or refuses the credentials.
    pub async fn call(&self, method: &str, params: Value) -> Result<Value, Exception> {
        let answer = self.ask(method, params).await?;
        answer.map_err(|error| exception(&error))
    }

    /// As [`Client::call`], with a failed method's error as it was sent.
    pub(crate) async fn ask(
        &self,
        method: &str,
        params: Value,
    ) -> Result<Result<Value, Value>, Exception> {
        let id = self.0.calls.fetch_add(1, Ordering::Relaxed);
        let body = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        let client = self.clone();
        // So that it runs to its end: an answer that nobody reads would be taken for that to the next request.
        let exchange =
            (self.0.runtime).spawn(async move { client.exchange(body.to_string()).await });
        let mut answer = exchange.await.map_err(Exception::failed)??;
        match answer.get_mut("error") {
            Some(error) if !error.is_null() => Ok(Err(error.take())),
            _ => Ok(Ok(answer["result"].take())),
        }
    }

    async fn exchange(&self, body: String) -> Result<Value, Exception> {
        let mut request = Request::post("/")
            .header(HOST, &self.0.host)
            .header(CONTENT_TYPE, "application/json")
            .body(Full::from(body))
            .map_err(Exception::failed)?;
        if let Some(authorization) = &self.0.authorization {
            request
                .headers_mut()
                .insert(AUTHORIZATION, authorization.clone());
        }
        let mut sender = self.0.sender.lock().await;
        sender.ready().await.map_err(lost)?;
        let response = sender.send_request(request).await.map_err(lost)?;
        let status = response.status();
        let body = Limited::new(response.into_body(), ANSWER).collect().await;
        let body = body.map_err(|error| Exception::failed(format_args!("the answer: {error}")))?;
        match status {
            StatusCode::OK => serde_json::from_slice(&body.to_bytes())
                .map_err(|error| Exception::failed(format_args!("the answer: {error}"))),
            StatusCode::UNAUTHORIZED => {
                Err(Exception::failed("the server refuses the credentials"))
            }
            other => {
                let text = String::from_utf8_lossy(&body.to_bytes()).into_owned();
                Err(Exception::failed(format_args!(
                    "the server answers {other}: {text}"
                )))
            }
        }
    }

    /// The proxy of an object that a call brought.
    pub(crate) fn adopt<P: JsonObject>(&self, handle: String) -> P {
        let proxy = P::remote(Remote::of::<P>(self, handle.clone()));
        if let Some(identity) = identity(proxy.object()) {
            self.handles().insert(identity, handle);
        }
        proxy
    }

    /// The handle of an object that is passed back to its server.
    pub(crate) fn handle_of(&self, object: &Object) -> Result<String, Exception> {
        let known = identity(object).and_then(|identity| self.handles().get(&identity).cloned());
        known.ok_or_else(|| {
            Exception::failed("a client can pass only objects that it has from the same server")
        })
    }

    /// Has the server let go of an object.
    pub(crate) fn forget(&self, handle: String, destroy: String) {
        self.handles().retain(|_, kept| *kept != handle);
        let client = self.clone();
        self.0.runtime.spawn(async move {
            if let Err(error) = client.call(&destroy, json!([handle])).await {
                tracing::debug!(%error, handle, "the server was not told of an object's end");
            }
        });
    }

    fn handles(&self) -> std::sync::MutexGuard<'_, HashMap<usize, String>> {
        self.0
            .handles
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Begins HTTP on a connection, which a task of its own drives.
async fn begin<S>(stream: std::io::Result<S>) -> Result<SendRequest<Full<Bytes>>, Exception>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = handshake(TokioIo::new(stream?)).await.map_err(lost)?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "the connection to a server failed");
        }
    });
    Ok(sender)
}

fn lost(error: hyper::Error) -> Exception {
    let message = format_args!("the connection to the server: {error}");
    Exception::new(ExceptionKind::Disconnected, message)
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("host", &self.0.host)
            .finish_non_exhaustive()
    }
}
