//! A call on its way.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use serde_json::Value;

use super::connection::{Connection, Failure, Http, Session};
use super::pool::Pool;

/// A call that is sent, and its answer. Dropping it gives the call up: its connection is closed as soon as the session does
/// not need it.
pub(super) struct Sent {
    pool: Arc<Pool>,
    session: Option<Arc<Session>>,
    /// Until the answer has come.
    exchange: Option<Exchange>,
}

type Exchange = Pin<Box<dyn Future<Output = (Http, Result<Value, Failure>)> + Send>>;

impl Sent {
    pub(super) fn new(pool: &Arc<Pool>, connection: Connection, body: Bytes) -> Self {
        let (mut http, session) = connection.into_parts();
        let request = pool.server.request(body);
        let exchange = async move {
            let answer = http.call(request).await;
            (http, answer)
        };
        Self {
            pool: Arc::clone(pool),
            session,
            exchange: Some(Box::pin(exchange)),
        }
    }
}

impl Future for Sent {
    type Output = Result<Value, Failure>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(exchange) = &mut self.exchange else {
            return Poll::Pending;
        };
        let (http, answer) = ready!(exchange.as_mut().poll(context));
        self.exchange = None;
        if answer.is_ok() {
            let session = self.session.take();
            self.pool.give_back(Connection::new(http, session));
        }
        Poll::Ready(answer)
    }
}

impl Drop for Sent {
    fn drop(&mut self) {
        let Some(exchange) = self.exchange.take() else {
            return;
        };
        let (pool, mut session) = (Arc::clone(&self.pool), self.session.take());
        self.pool.runtime.spawn(async move {
            tokio::select! {
                (http, answer) = exchange => if answer.is_ok() {
                    pool.give_back(Connection::new(http, session));
                },
                () = pool.leave(&mut session) => {}
            }
        });
    }
}
