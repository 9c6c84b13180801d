//! The ends of connections between a Rust client and a C++ server.

use ipc_runtime::ExceptionKind;
use ipc_tests::partner::PartnerProxy;

use crate::support::{Server, ipc, soon};

#[tokio::test]
async fn the_server_closes_the_connection() {
    let Some(mut server) = Server::start().await else {
        return;
    };
    let waiting = tokio::spawn(server.partner.wait("key"));
    server.peer.line(&["waiting key"]).await;
    let leaving = soon(server.partner.leave()).await.expect_err("it fails");
    assert_eq!(leaving.kind(), ExceptionKind::Disconnected, "{leaving}");
    let waiting = soon(waiting)
        .await
        .expect("no panic")
        .expect_err("it fails");
    assert_eq!(waiting.kind(), ExceptionKind::Disconnected, "{waiting}");
    let later = soon(server.partner.blob([])).await.expect_err("it fails");
    assert_eq!(later.kind(), ExceptionKind::Disconnected, "{later}");
    server.finish().await;
}

#[tokio::test]
async fn the_server_is_killed() {
    let Some(mut server) = Server::start().await else {
        return;
    };
    let waiting = tokio::spawn(server.partner.wait("key"));
    let promise = soon(server.partner.promise("key"))
        .await
        .expect("a promise");
    let adding = tokio::spawn(promise.add(1));
    server.peer.line(&["waiting key"]).await;
    server.peer.kill().await;
    for exception in [
        soon(waiting)
            .await
            .expect("no panic")
            .expect_err("it fails"),
        soon(adding)
            .await
            .expect("no panic")
            .map(drop)
            .expect_err("it fails"),
        soon(promise.add(2)).await.map(drop).expect_err("it fails"),
    ] {
        assert_eq!(exception.kind(), ExceptionKind::Disconnected, "{exception}");
    }
}

#[tokio::test]
async fn closing_our_end_cancels_what_runs_there() {
    let Some(mut server) = Server::start().await else {
        return;
    };
    let other: PartnerProxy = soon(ipc().connect_address(&server.address))
        .await
        .expect("a connection");
    let waiting = tokio::spawn(other.wait("key"));
    server.peer.line(&["waiting key"]).await;
    waiting.abort();
    drop(other);
    server.peer.line(&["cancelled key"]).await;
    server.peer.line(&["disconnected"]).await;
    server.finish().await;
}
