//! A runtime that is shut down while others use what stands on it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::os::unix::net::UnixStream;
use std::sync::Arc;

use generated_examples::v32::init::InitProxy;
use ipc_runtime::{ExceptionKind, Ipc, Protocol};
use ipc_tests::peers::within;
use ipc_tests::service::{TestInit, WAIT, Watch};
use tokio::runtime::Builder;

#[tokio::test]
async fn calls_fail_when_the_runtime_of_their_connection_goes() {
    let elsewhere = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let watch = Watch::new();
    let (ours, theirs) = UnixStream::pair().unwrap();
    let init = TestInit(Arc::clone(&watch));
    let server = Ipc::new().unwrap();
    let serving = tokio::spawn(async move { server.protocol().serve(theirs, init).await });
    let client = Ipc::builder().runtime(elsewhere.handle().clone());
    let connecting = client.build().unwrap();
    let connecting = async { connecting.protocol().connect::<InitProxy>(ours).await };
    let init = within("the connection", connecting).await.unwrap();
    let echo = within("an echo", init.make_echo()).await.unwrap();

    let waiting = tokio::spawn(echo.echo(WAIT));
    within("the call", watch.waiting(1)).await;
    elsewhere.shutdown_background();

    let failed = within("the end", waiting).await.unwrap().unwrap_err();
    assert_eq!(failed.kind(), ExceptionKind::Disconnected);
    let failed = within("a call", echo.echo("later")).await.unwrap_err();
    assert_eq!(failed.kind(), ExceptionKind::Disconnected);
    within("the server's end", serving).await.unwrap().unwrap();
}
