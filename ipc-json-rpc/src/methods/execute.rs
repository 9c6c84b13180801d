//! Running methods.

use jsonrpsee_server::middleware::rpc::{
    Batch, BatchEntry, MethodResponse, Notification, Request, RpcServiceT,
};
use jsonrpsee_server::types::{ErrorCode, ErrorObject, Id, Params};
use jsonrpsee_server::{BatchResponseBuilder, ConnectionId, MethodCallback, Methods};

/// Runs methods. Other than the service of `jsonrpsee` itself, it runs those of notifications too.
#[derive(Clone, Debug)]
pub(super) struct Executor {
    methods: Methods,
    response_size: usize,
}

impl Executor {
    pub(super) fn new(methods: Methods) -> Self {
        Self {
            methods,
            response_size: 32 << 20,
        }
    }

    pub(super) fn set_response_size(&mut self, bytes: usize) {
        self.response_size = bytes;
    }

    async fn run(&self, request: Request<'_>) -> MethodResponse {
        let Request {
            id,
            method,
            params,
            extensions,
            ..
        } = request;
        let params = Params::new(params.as_ref().map(|params| params.get()));
        match self.methods.method(&method) {
            Some(MethodCallback::Sync(run)) => run(id, params, self.response_size, extensions),
            Some(MethodCallback::Async(run)) => {
                let (id, params) = (id.into_owned(), params.into_owned());
                let connection = ConnectionId::default();
                run(id, params, connection, self.response_size, extensions).await
            }
            // Subscriptions need a connection on which the server may speak first.
            Some(MethodCallback::Subscription(_) | MethodCallback::Unsubscription(_)) | None => {
                MethodResponse::error(id, ErrorObject::from(ErrorCode::MethodNotFound))
            }
        }
    }

    async fn notify(&self, notification: Notification<'_>) -> MethodResponse {
        let mut request = Request::owned(String::new(), None, Id::Null);
        request.method = notification.method;
        request.params = notification.params;
        request.extensions = notification.extensions;
        let _unwanted = self.run(request).await;
        MethodResponse::notification()
    }

    async fn run_all(&self, batch: Batch<'_>) -> MethodResponse {
        if batch.is_empty() {
            return MethodResponse::error(Id::Null, ErrorObject::from(ErrorCode::InvalidRequest));
        }
        let mut responses = BatchResponseBuilder::new_with_limit(self.response_size);
        for entry in batch {
            let response = match entry {
                Ok(BatchEntry::Call(request)) => self.run(request).await,
                Ok(BatchEntry::Notification(notification)) => {
                    self.notify(notification).await;
                    continue;
                }
                Err(invalid) => {
                    let (error, id) = invalid.into_parts();
                    MethodResponse::error(id, error)
                }
            };
            if let Err(too_large) = responses.append(response) {
                return too_large;
            }
        }
        match responses.is_empty() {
            true => MethodResponse::notification(),
            false => MethodResponse::from_batch(responses.finish()),
        }
    }
}

impl RpcServiceT for Executor {
    type MethodResponse = MethodResponse;
    type NotificationResponse = MethodResponse;
    type BatchResponse = MethodResponse;

    fn call<'a>(&self, request: Request<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        let this = self.clone();
        async move { this.run(request).await }
    }

    fn batch<'a>(&self, batch: Batch<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        let this = self.clone();
        async move { this.run_all(batch).await }
    }

    fn notification<'a>(
        &self,
        notification: Notification<'a>,
    ) -> impl Future<Output = MethodResponse> + Send + 'a {
        let this = self.clone();
        async move { this.notify(notification).await }
    }
}
