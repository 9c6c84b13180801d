//! One connection of a client.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};

use super::listener::Stream;
use super::patience::Patient;
use super::server::Shared;
use crate::handler::Handler;
use crate::rt::Table;

/// The longest head of a request, in bytes.
const HEAD: usize = 16 << 10;

/// Answers the requests of one connection, one after the other, until it ends or the server stops.
pub(super) async fn serve<H: Handler>(stream: Stream, shared: &Shared<H>) {
    let limits = &shared.limits;
    let stream = TokioIo::new(Patient::new(stream, limits.write_timeout));
    let objects = Arc::new(Table::new(limits.objects));
    let service = service_fn(async |request: Request<Incoming>| {
        let objects = Arc::clone(&objects);
        Ok::<_, Infallible>(shared.answering.answer(request, objects).await)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_timeout)
        .max_header_size(HEAD)
        .serve_connection(stream, service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = shared.stopped() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection of a client failed");
    }
}
