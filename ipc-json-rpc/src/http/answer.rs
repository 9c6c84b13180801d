//! What every request goes through before a handler sees it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE,
};
use hyper::{Method, Request, Response, StatusCode};

use super::limits::Limits;
use crate::auth::{Auth, Verdict};
use crate::handler::Handler;
use crate::session::{Member, SESSION};

/// How long an answer to wrong credentials takes, so that guessing takes long.
const DETERRENCE: Duration = Duration::from_millis(250);

/// Checks requests, and has a handler answer those that pass.
pub(super) struct Answering<H> {
    handler: Arc<H>,
    auth: Option<Auth>,
    body_size: usize,
    body_timeout: Duration,
}

impl<H: Handler> Answering<H> {
    pub(super) fn new(handler: Arc<H>, auth: Option<Auth>, limits: &Limits) -> Self {
        Self {
            handler,
            auth,
            body_size: limits.body_size,
            body_timeout: limits.body_timeout,
        }
    }

    /// Nothing of a body is read before the credentials have been looked at.
    pub(super) async fn answer(
        &self,
        request: Request<Incoming>,
        member: &Member,
    ) -> Response<Full<Bytes>> {
        let answer = match self.pass(request, member).await {
            Ok((mut request, session)) => {
                request.extensions_mut().insert(member.objects());
                let mut answer = self.handler.handle(request).await;
                if let Some(session) = session {
                    answer.headers_mut().insert(SESSION, session);
                }
                answer
            }
            Err(refusal) => refusal,
        };
        answer.map(Full::new)
    }

    /// The request with its body, and the session that it asks for.
    async fn pass(
        &self,
        mut request: Request<Incoming>,
        member: &Member,
    ) -> Result<(Request<Bytes>, Option<HeaderValue>), Response<Bytes>> {
        if !self.handler.serves(request.uri()) {
            return Err(refusal(StatusCode::NOT_FOUND, ""));
        }
        if request.method() != Method::POST {
            let text = "JSONRPC server handles only POST requests";
            let mut refusal = refusal(StatusCode::METHOD_NOT_ALLOWED, text);
            let post = HeaderValue::from_static("POST");
            refusal.headers_mut().insert(ALLOW, post);
            return Err(refusal);
        }
        let mut user = None;
        if let Some(auth) = &self.auth {
            match auth.check(request.headers()) {
                Verdict::Accepted(accepted) => user = Some(accepted),
                Verdict::Missing => return Err(unauthorized()),
                Verdict::Wrong => {
                    tracing::warn!("a client has wrong credentials");
                    tokio::time::sleep(DETERRENCE).await;
                    return Err(unauthorized());
                }
            }
        }
        let asked = request.headers().get(SESSION);
        let session = asked.map(|asked| member.enter(asked, user.as_ref()));
        let session = session
            .transpose()
            .map_err(|why| refusal(why.status(), why.text()))?;
        if let Some(user) = user {
            request.extensions_mut().insert(user);
        }
        let (parts, body) = request.into_parts();
        let request = Request::from_parts(parts, self.read(body).await?);
        Ok((request, session))
    }

    async fn read(&self, body: Incoming) -> Result<Bytes, Response<Bytes>> {
        let body = Limited::new(body, self.body_size).collect();
        match tokio::time::timeout(self.body_timeout, body).await {
            Ok(Ok(body)) => Ok(body.to_bytes()),
            Ok(Err(error)) if error.is::<LengthLimitError>() => {
                Err(last(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large"))
            }
            Ok(Err(_broken)) => Err(last(StatusCode::BAD_REQUEST, "the body is broken")),
            Err(_elapsed) => Err(last(StatusCode::REQUEST_TIMEOUT, "the body took too long")),
        }
    }
}

fn unauthorized() -> Response<Bytes> {
    let mut refusal = refusal(StatusCode::UNAUTHORIZED, "");
    let basic = HeaderValue::from_static("Basic realm=\"jsonrpc\"");
    refusal.headers_mut().insert(WWW_AUTHENTICATE, basic);
    refusal
}

/// A refusal after which the connection is of no use, since the rest of the body would follow.
fn last(status: StatusCode, text: &'static str) -> Response<Bytes> {
    let mut refusal = refusal(status, text);
    let close = HeaderValue::from_static("close");
    refusal.headers_mut().insert(CONNECTION, close);
    refusal
}

fn refusal(status: StatusCode, text: &'static str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(text.as_bytes()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if !text.is_empty() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    }
    response
}
