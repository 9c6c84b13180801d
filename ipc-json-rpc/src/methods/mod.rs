//! Methods of `jsonrpsee`, as a handler.

mod execute;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{StatusCode, Uri};
use jsonrpsee_server::{BatchRequestConfig, Methods, http};

use crate::handler::{Handler, Request, Response};
use execute::Executor;

/// Answers JSON-RPC 2.0 at the path `/` with methods of `jsonrpsee`: single requests, batches, and notifications, which
/// are run and not answered.
///
/// Requests have to say that they are `application/json`, which web pages cannot say of what they send to others.
/// What a method's `Extensions` hold is what a [`Request`] holds.
#[derive(Clone, Debug)]
pub struct MethodHandler {
    executor: Executor,
    batch: u32,
}

impl MethodHandler {
    /// Answers with these methods: an `RpcModule` of `jsonrpsee`.
    pub fn new(methods: impl Into<Methods>) -> Self {
        Self {
            executor: Executor::new(methods.into()),
            batch: 1000,
        }
    }

    /// How many requests a batch may have. Default: 1000.
    #[must_use = "it is the handler that this returns that has the limit"]
    pub fn batch(mut self, requests: u32) -> Self {
        self.batch = requests;
        self
    }

    /// How many bytes the answer to a request or to a batch may have. Longer ones are errors. Default: 32 MiB.
    #[must_use = "it is the handler that this returns that has the limit"]
    pub fn response_size(mut self, bytes: usize) -> Self {
        self.executor.set_response_size(bytes);
        self
    }
}

impl Handler for MethodHandler {
    fn serves(&self, uri: &Uri) -> bool {
        uri.path() == "/"
    }

    async fn handle(&self, request: Request) -> Response {
        let request = request.map(Full::new);
        let batch = BatchRequestConfig::Limit(self.batch);
        // The server has limited it already.
        let size = u32::MAX;
        let response = http::call_with_service(request, batch, size, self.executor.clone()).await;
        let (mut parts, body) = response.into_parts();
        let body = match body.collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) => {
                tracing::error!(error, "an answer cannot be read");
                parts.status = StatusCode::INTERNAL_SERVER_ERROR;
                Bytes::new()
            }
        };
        // It is what `jsonrpsee` makes of no answer.
        if &*body == b"null" {
            parts.status = StatusCode::NO_CONTENT;
            parts.headers.clear();
            return Response::from_parts(parts, Bytes::new());
        }
        Response::from_parts(parts, body)
    }
}
