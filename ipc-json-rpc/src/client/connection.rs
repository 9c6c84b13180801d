//! One connection of a client.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1::SendRequest;
use hyper::header::HeaderValue;
use hyper::{Request, Response, StatusCode};
use ipc_runtime::{Exception, ExceptionKind};
use serde_json::Value;

use super::server::Server;
use crate::session::{NEW, SESSION};

/// The longest answer, in bytes.
const ANSWER: usize = 64 << 20;

/// A notification, which servers do not answer. JSON-RPC 2.0 keeps names with this begin for such ends.
const NOTHING: &[u8] = br#"{"jsonrpc":"2.0","method":"rpc.session"}"#;

/// The objects that a server keeps for a client. Each of its connections holds it, and it ends with the last one.
#[derive(Debug)]
pub(crate) struct Session {
    pub(super) id: HeaderValue,
}

/// A connection, which is in a session if the server has such.
#[derive(Debug)]
pub(super) struct Connection {
    http: Http,
    session: Option<Arc<Session>>,
    /// When it was last used.
    used: Instant,
}

/// What requests are sent on, one after the other. Dropping it before an answer has come has the server give the call up.
#[derive(Debug)]
pub(super) struct Http(SendRequest<Full<Bytes>>);

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// Nothing of the request was sent, since the connection had ended.
    Unsent,
    /// The session has ended.
    Ended,
    Failed(Exception),
}

impl Connection {
    /// Connects, and begins a session.
    pub(super) async fn begin(server: &Server) -> Result<Self, Failure> {
        let (http, id) = enter(server, &HeaderValue::from_static(NEW)).await?;
        Ok(Self::new(http, id.map(|id| Arc::new(Session { id }))))
    }

    /// Connects, and enters a session.
    pub(super) async fn join(
        server: &Server,
        id: &HeaderValue,
        session: &Weak<Session>,
    ) -> Result<Self, Failure> {
        let (http, _same) = enter(server, id).await?;
        let session = session.upgrade().ok_or(Failure::Ended)?;
        Ok(Self::new(http, Some(session)))
    }

    pub(super) fn new(http: Http, session: Option<Arc<Session>>) -> Self {
        Self {
            http,
            session,
            used: Instant::now(),
        }
    }

    pub(super) fn into_parts(self) -> (Http, Option<Arc<Session>>) {
        (self.http, self.session)
    }

    /// What tells sessions apart, after their ends too.
    pub(super) fn session(&self) -> Weak<Session> {
        self.session
            .as_ref()
            .map(Arc::downgrade)
            .unwrap_or_default()
    }

    /// What other connections enter the session by, if it is in one.
    pub(super) fn session_id(&self) -> Option<&HeaderValue> {
        self.session.as_ref().map(|session| &session.id)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.http.0.is_closed()
    }

    pub(super) fn is_idle_for(&self, limit: Duration) -> bool {
        self.used.elapsed() > limit
    }
}

async fn enter(
    server: &Server,
    session: &HeaderValue,
) -> Result<(Http, Option<HeaderValue>), Failure> {
    let mut http = Http(server.connect().await.map_err(Failure::Failed)?);
    let mut request = server.request(Bytes::from_static(NOTHING));
    request.headers_mut().insert(SESSION, session.clone());
    let answer = http.exchange(request).await?;
    if answer.status() == StatusCode::GONE && session != NEW {
        return Err(Failure::Ended);
    }
    let answer = accepted(answer)?;
    Ok((http, answer.headers().get(SESSION).cloned()))
}

impl Http {
    /// Sends a request, and returns the answer to it.
    async fn exchange(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Bytes>, Failure> {
        if self.0.ready().await.is_err() {
            return Err(Failure::Unsent);
        }
        let response = match self.0.try_send_request(request).await {
            Ok(response) => response,
            Err(mut error) => {
                return Err(match error.take_message() {
                    Some(_) => Failure::Unsent,
                    None => lost(&error.into_error()),
                });
            }
        };
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, ANSWER).collect().await;
        let body = body.map_err(|error| unreadable(&*error))?;
        Ok(Response::from_parts(parts, body.to_bytes()))
    }

    /// Sends a call, and returns the answer to it.
    pub(super) async fn call(&mut self, request: Request<Full<Bytes>>) -> Result<Value, Failure> {
        let answer = accepted(self.exchange(request).await?)?;
        serde_json::from_slice(answer.body()).map_err(|error| unreadable(&error))
    }
}

/// What is no refusal.
fn accepted(answer: Response<Bytes>) -> Result<Response<Bytes>, Failure> {
    match answer.status() {
        status if status.is_success() => Ok(answer),
        StatusCode::UNAUTHORIZED => Err(failed("the server refuses the credentials")),
        other => {
            let text = String::from_utf8_lossy(answer.body());
            Err(failed(format_args!("the server answers {other}: {text}")))
        }
    }
}

fn lost(error: &hyper::Error) -> Failure {
    let message = format_args!("the connection to the server: {error}");
    Failure::Failed(Exception::new(ExceptionKind::Disconnected, message))
}

fn unreadable(error: &(dyn Error + 'static)) -> Failure {
    match error.downcast_ref() {
        // In the middle of it.
        Some(error) => lost(error),
        None => failed(format_args!("the answer: {error}")),
    }
}

fn failed(message: impl fmt::Display) -> Failure {
    Failure::Failed(Exception::failed(message))
}

#[cfg(test)]
pub(super) mod tests {
    use hyper::client::conn::http1::handshake;
    use hyper_util::rt::TokioIo;

    use super::*;

    impl Session {
        pub(in crate::client) fn of(id: &'static str) -> Arc<Self> {
            let id = HeaderValue::from_static(id);
            Arc::new(Self { id })
        }
    }

    /// A connection whose server says nothing.
    pub(in crate::client) async fn connection(session: &Arc<Session>) -> Connection {
        let (ours, theirs) = tokio::io::duplex(1);
        let (sender, driver) = handshake(TokioIo::new(ours))
            .await
            .expect("nothing is sent");
        tokio::spawn(async move {
            let _theirs = theirs;
            driver.await
        });
        Connection::new(Http(sender), Some(Arc::clone(session)))
    }
}
