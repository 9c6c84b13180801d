//! A client of one server.

mod connection;
mod handles;
mod pool;
mod server;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use bytes::Bytes;
use ipc_runtime::rt::Object;
use ipc_runtime::{Exception, ExceptionKind};
use serde_json::{Value, json};
use tokio::runtime::Handle as Runtime;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::rt::{JsonObject, Remote, exception, identity};
pub(crate) use connection::Session;
use connection::{Connection, Failure};
pub(crate) use handles::Handle;
use handles::Handles;
use pool::{Pool, Taken, closed, ended};
use server::Server;

/// How many calls there may be at a time.
const CALLS: usize = 64;

/// A server, on which generated clients call objects. Clones share its connections and objects.
///
/// Calls may be made at the same time, from any task: each has a connection while it lasts, up to 64 of them; further
/// calls wait. They share a session of the server, and so objects. A call whose future is dropped is given up, here
/// and there.
///
/// Connections that are lost are made again. The objects that calls brought end with the last connection: calls on
/// them fail as [`Disconnected`](ExceptionKind::Disconnected) then, and so does a call whose connection is lost before
/// it is answered, which may have been done or not.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    pool: Pool,
    handles: Handles,
    calls: AtomicU64,
    room: Semaphore,
    runtime: Runtime,
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
        let pool = Pool::new(server);
        let Taken { connection, .. } = pool.take(None, false).await?;
        // What has no sessions has objects of one connection, if it has any.
        let calls = connection.session.as_ref().map_or(1, |_| CALLS);
        pool.give_back(connection);
        Ok(Self(Arc::new(Inner {
            pool,
            handles: Handles::default(),
            calls: AtomicU64::new(0),
            room: Semaphore::new(calls),
            runtime,
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
        let id = self.0.calls.fetch_add(1, Ordering::Relaxed);
        let body = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        let body = Bytes::from(body.to_string());
        let given_up = CancellationToken::new();
        let _wanted = given_up.clone().drop_guard();
        let (inner, session) = (Arc::clone(&self.0), session.cloned());
        // A task, since there is something to do after this future has been dropped.
        let call = (self.0.runtime)
            .spawn(async move { inner.call(body, session.as_ref(), &given_up).await });
        call.await.map_err(Exception::failed)?
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
        self.0.runtime.spawn(async move {
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

impl Inner {
    async fn call(
        &self,
        body: Bytes,
        session: Option<&Weak<Session>>,
        given_up: &CancellationToken,
    ) -> Result<Answer, Exception> {
        let room = given_up.run_until_cancelled(self.room.acquire()).await;
        let _room = room.ok_or_else(cancelled)?;
        loop {
            let taken = self.pool.take(session, !self.handles.is_empty());
            let taken = given_up.run_until_cancelled(taken).await;
            let Taken { connection, is_new } = taken.ok_or_else(cancelled)??;
            return match self.exchange(connection, body.clone(), given_up).await {
                Ok(answer) => Ok(answer),
                Err(Failure::Unsent) if !is_new && !given_up.is_cancelled() => continue,
                Err(Failure::Unsent | Failure::Ended) => Err(closed()),
                Err(Failure::Failed(exception)) => Err(exception),
            };
        }
    }

    async fn exchange(
        &self,
        mut connection: Connection,
        body: Bytes,
        given_up: &CancellationToken,
    ) -> Result<Answer, Failure> {
        let session = connection.session();
        let request = self.pool.server.request(body).map_err(Failure::Failed)?;
        let leave = async {
            given_up.cancelled().await;
            self.pool.leave(&mut connection.session).await;
        };
        let mut answer = tokio::select! {
            answer = connection.http.call(request) => answer?,
            () = leave => return Err(Failure::Failed(cancelled())),
        };
        self.pool.give_back(connection);
        let outcome = match answer.get_mut("error") {
            Some(error) if !error.is_null() => Err(error.take()),
            _ => Ok(answer["result"].take()),
        };
        Ok(Answer { outcome, session })
    }
}

/// What nobody waits for.
fn cancelled() -> Exception {
    Exception::new(ExceptionKind::Cancelled, "the call was given up")
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("server", &self.0.pool.server.address)
            .finish_non_exhaustive()
    }
}
