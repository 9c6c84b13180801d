//! A client of one server.

mod connection;
mod handles;
mod pool;
mod sent;
mod server;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use bytes::Bytes;
use ipc_runtime::Exception;
use ipc_runtime::rt::Object;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::runtime::Handle as Runtime;
use tokio::sync::Semaphore;

use crate::rt::{JsonObject, Remote, exception, identity};
use connection::Failure;
pub(crate) use connection::Session;
pub(crate) use handles::Handle;
use handles::Handles;
use pool::{Pool, Taken, closed, ended};
use sent::Sent;
use server::Server;

/// How many calls there may be at a time.
const CALLS: usize = 64;

/// A server, on which generated clients call objects. Clones share its connections and objects.
///
/// Calls may be made at the same time, from any task: each has a connection while it lasts, up to 64 of them; further
/// calls wait. They share a session of the server, and so objects. A call whose future is dropped is given up, here
/// and there.
///
/// Connections that are lost are made again, with the same credentials. The objects that calls brought end with the last
/// connection: calls on them fail as [`Disconnected`](ipc_runtime::ExceptionKind::Disconnected) then, and so does a call
/// whose connection is lost before it is answered, which may have been done or not.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    pool: Arc<Pool>,
    handles: Arc<Handles>,
    calls: AtomicU64,
    room: Semaphore,
}

/// A call as it is sent.
#[derive(Serialize)]
struct Call<'a> {
    jsonrpc: &'static str,
    id: u64,
    method: &'a str,
    params: Value,
}

/// The answer to a call, and the session of the objects that it brings.
pub(crate) struct Answer {
    /// The result, or the error as it was sent.
    pub(crate) outcome: Result<Value, Value>,
    pub(crate) session: Weak<Session>,
}

impl Client {
    /// Connects to a server that listens there and takes everybody: `unix:PATH`, as an
    /// [`Address`](crate::Address) is written.
    ///
    /// # Errors
    ///
    /// The address is none; nobody listens there, or wants credentials; there is no tokio runtime.
    pub async fn connect(address: &str) -> Result<Self, Exception> {
        Self::open(Server::new(address, None)?).await
    }

    /// Connects to a server that wants credentials: `NAME:PASSWORD`, or what is in its cookie file.
    ///
    /// # Errors
    ///
    /// As [`Client::connect`]; the credentials are refused.
    pub async fn connect_as(address: &str, credentials: &str) -> Result<Self, Exception> {
        Self::open(Server::new(address, Some(credentials))?).await
    }

    /// The object that the server serves first. That it is of this interface is the caller's word.
    pub fn root<P: JsonObject>(&self) -> P {
        P::remote(Remote::root(self))
    }

    async fn open(server: Server) -> Result<Self, Exception> {
        let runtime = Runtime::try_current().map_err(Exception::failed)?;
        let handles = Arc::default();
        let pool = Arc::new(Pool::new(server, runtime, Arc::clone(&handles)));
        let Taken { connection, .. } = pool.take(None).await?;
        // What has no sessions has objects of one connection, if it has any.
        let calls = connection.session_id().map_or(1, |_| CALLS);
        pool.give_back(connection);
        Ok(Self(Arc::new(Inner {
            pool,
            handles,
            calls: AtomicU64::new(0),
            room: Semaphore::new(calls),
        })))
    }

    /// Calls a method with parameters as JSON, and returns its result.
    ///
    /// # Errors
    ///
    /// The method's; the server does not answer, or refuses the credentials.
    pub async fn call(&self, method: &str, params: Value) -> Result<Value, Exception> {
        let answer = self.ask(method, params, None).await?;
        answer.outcome.map_err(|error| exception(&error))
    }

    /// As [`Client::call`], in the session of the object that is called.
    pub(crate) async fn ask(
        &self,
        method: &str,
        params: Value,
        session: Option<&Weak<Session>>,
    ) -> Result<Answer, Exception> {
        let pool = &self.0.pool;
        let call = Call {
            jsonrpc: "2.0",
            id: self.0.calls.fetch_add(1, Ordering::Relaxed),
            method,
            params,
        };
        let body = Bytes::from(serde_json::to_vec(&call).map_err(Exception::failed)?);
        let _room = self.0.room.acquire().await;
        loop {
            let Taken { connection, is_new } = pool.take(session).await?;
            let session = connection.session();
            let mut answer = match Sent::new(pool, connection, body.clone()).await {
                Ok(answer) => answer,
                Err(Failure::Unsent) if !is_new => continue,
                Err(Failure::Unsent | Failure::Ended) => return Err(closed()),
                Err(Failure::Failed(exception)) => return Err(exception),
            };
            let outcome = match answer.get_mut("error") {
                Some(error) if !error.is_null() => Err(error.take()),
                _ => Ok(answer["result"].take()),
            };
            return Ok(Answer { outcome, session });
        }
    }

    /// The proxy of an object that a call brought.
    pub(crate) fn adopt<P: JsonObject>(&self, handle: Handle) -> P {
        let proxy = P::remote(Remote::of::<P>(self, handle.clone()));
        if let Some(identity) = identity(proxy.object()) {
            self.0.handles.insert(identity, handle);
        }
        proxy
    }

    /// The handle of an object that is passed back to its server.
    pub(crate) fn handle_of(&self, object: &Object) -> Result<String, Exception> {
        let known = identity(object).and_then(|identity| self.0.handles.get(identity));
        let Some(handle) = known else {
            return Err(Exception::failed(
                "a client can pass only objects that it has from the same server",
            ));
        };
        match handle.session.ptr_eq(&self.0.pool.session()) {
            true => Ok(handle.text),
            false => Err(ended()),
        }
    }

    /// Has the server let go of an object.
    pub(crate) fn forget(&self, handle: Handle, destroy: String) {
        self.0.handles.remove(&handle);
        let client = self.clone();
        self.0.pool.runtime.spawn(async move {
            let params = json!([handle.text]);
            let answer = client.ask(&destroy, params, Some(&handle.session)).await;
            let failed = answer.map(|answer| answer.outcome.err());
            if !matches!(failed, Ok(None)) {
                let handle = handle.text;
                tracing::debug!(
                    ?failed,
                    handle,
                    "the server was not told of an object's end"
                );
            }
        });
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("server", &self.0.pool.server.address)
            .finish_non_exhaustive()
    }
}
