//! One connection of a client.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;

use super::listener::Stream;
use super::patience::{Patient, Turn};
use super::server::Shared;
use crate::handler::Handler;
use crate::session::Member;

/// The longest head of a request, in bytes.
const HEAD: usize = 16 << 10;

/// Answers the requests of one connection, one after the other, until it ends or the server stops.
pub(super) async fn serve<H: Handler>(stream: Stream, shared: &Shared<H>) {
    let member = Arc::new(Member::new(&shared.sessions, shared.limits.objects));
    let turn = Arc::new(Turn::default());
    let stream = Patient::new(
        stream,
        &shared.limits,
        Arc::clone(&turn),
        Arc::clone(&member),
    );
    let service = service_fn(async |request: Request<Incoming>| {
        let _ours = turn.begin();
        Ok::<_, Infallible>(shared.answering.answer(request, &member).await)
    });
    let connection = http1::Builder::new()
        .max_header_size(HEAD)
        .serve_connection(TokioIo::new(stream), service);
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
