//! How objects, connections and listeners end.

use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, Mutex};

use generated_examples::v32::init::InitProxy;
use ipc_runtime::{EngineKind, ExceptionKind, Ipc};
use ipc_tests::service::{TestInit, WAIT, Watch};

use crate::support::{address, client, directory, pair, server, soon};

#[tokio::test]
async fn the_last_clone_destroys_the_object() {
    let pair = pair().await;
    let first = pair.echo().await;
    let second = first.clone();
    soon(pair.watch.echoes(1)).await;
    drop(first);
    assert_eq!(soon(second.echo("alive")).await.unwrap(), "alive");
    drop(second);
    soon(pair.watch.echoes(0)).await;
    assert!(!pair.serving.is_finished());
}

#[tokio::test]
async fn a_thousand_dropped_objects_are_destroyed() {
    let pair = pair().await;
    let mut echoes = Vec::new();
    for _ in 0..1000 {
        echoes.push(pair.echo().await);
    }
    soon(pair.watch.echoes(1000)).await;
    drop(echoes);
    soon(pair.watch.echoes(0)).await;
}

#[tokio::test]
async fn an_object_goes_even_if_its_call_was_abandoned() {
    let pair = pair().await;
    let echo = pair.echo().await;
    let call = tokio::spawn(echo.echo(WAIT));
    soon(pair.watch.waiting(1)).await;
    call.abort();
    drop(echo);
    soon(pair.watch.echoes(0)).await;
}

#[tokio::test]
async fn the_last_proxy_closes_the_connection() {
    let pair = pair().await;
    let echo = pair.echo().await;
    drop(pair.init);
    assert_eq!(
        soon(echo.echo("keeps it open")).await.unwrap(),
        "keeps it open"
    );
    drop(echo);
    soon(pair.serving).await.unwrap().unwrap();
    soon(pair.watch.echoes(0)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disconnect_reaches_every_waiting_call() {
    let server = server().await;
    let init = server.connect().await;
    let echo = soon(init.make_echo()).await.unwrap();
    let calls: Vec<_> = (0..20).map(|_| tokio::spawn(echo.echo(WAIT))).collect();
    soon(server.watch.waiting(20)).await;
    soon(server.listener.close()).await;
    for call in calls {
        let exception = soon(call).await.unwrap().unwrap_err();
        assert_eq!(exception.kind(), ExceptionKind::Disconnected, "{exception}");
        assert_eq!(exception.method(), Some("echo"));
    }
    let later = soon(echo.echo("too late")).await.unwrap_err();
    assert_eq!(later.kind(), ExceptionKind::Disconnected, "{later}");
    soon(server.watch.waiting(0)).await;
    soon(server.watch.echoes(0)).await;
}

#[tokio::test]
async fn cleanups_run_in_order_when_the_connection_ends() {
    let pair = pair().await;
    let order = Arc::new(Mutex::new(Vec::new()));
    for number in 0..5 {
        let order = Arc::clone(&order);
        pair.ipc
            .add_cleanup(&pair.init, move || order.lock().unwrap().push(number));
    }
    let (done, last) = tokio::sync::oneshot::channel();
    pair.ipc
        .add_cleanup(&pair.init, move || done.send(()).unwrap());
    assert!(order.lock().unwrap().is_empty());
    drop(pair.init);
    soon(last).await.unwrap();
    assert_eq!(*order.lock().unwrap(), [0, 1, 2, 3, 4]);
}

/// Who is told by a call that the connection is lost finds it lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_is_known_to_be_lost() {
    let server = server().await;
    let ipc = client();
    let init: InitProxy = soon(ipc.connect_address(&server.listener.address()))
        .await
        .unwrap();
    let echo = soon(init.make_echo()).await.unwrap();
    assert!(ipc.is_connected(&init) && ipc.is_connected(&echo));
    let lost = tokio::spawn(ipc.disconnected(&echo));
    let calls: Vec<_> = (0..20).map(|_| tokio::spawn(echo.echo(WAIT))).collect();
    soon(server.watch.waiting(20)).await;
    assert!(!lost.is_finished());
    server.ipc.disconnect_incoming();
    for call in calls {
        soon(call).await.unwrap().unwrap_err();
        // The other engine tells calls first.
        assert!(crate::CLIENT != EngineKind::Native || !ipc.is_connected(&echo));
    }
    soon(lost).await.unwrap();
    soon(ipc.disconnected(&init)).await;

    assert!(!ipc.is_connected(&echo) && !ipc.is_connected(&init));

    let local = InitProxy::new(TestInit(Watch::new()));
    assert!(ipc.is_connected(&local));
}

#[tokio::test]
async fn disconnect_incoming_leaves_the_listener() {
    let server = server().await;
    let init = server.connect().await;
    server.ipc.disconnect_incoming();
    let echo = async { while init.make_echo().await.is_ok() {} };
    soon(echo).await;
    let again = server.connect().await;
    soon(again.make_echo()).await.unwrap();
}

#[tokio::test]
async fn the_socket_is_for_its_owner_and_goes_with_the_listener() {
    let server = server().await;
    let path = server.directory.path().join("test.sock");
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    drop(server.listener);
    assert!(!path.exists());
}

#[tokio::test]
async fn a_live_socket_is_not_stolen() {
    let server = server().await;
    let taken = server
        .ipc
        .listen_address(&server.listener.address(), TestInit(Watch::new()))
        .await;
    let message = taken.unwrap_err().to_string();
    assert!(
        message.contains("another process listens there"),
        "{message}"
    );
    server.connect().await;
}

#[tokio::test]
async fn a_stale_socket_is_replaced() {
    let directory = directory();
    let path = directory.path().join("test.sock");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let ipc = client();

    let refused = ipc.connect_address::<InitProxy>(&address(&directory)).await;
    let message = refused.unwrap_err().to_string();
    assert!(
        message.contains("nobody listens on this socket"),
        "{message}"
    );

    let listener = ipc
        .listen_address(&address(&directory), TestInit(Watch::new()))
        .await
        .unwrap();
    soon(ipc.connect_address::<InitProxy>(&listener.address()))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_file_that_is_no_socket_is_left_alone() {
    let directory = directory();
    let path = directory.path().join("test.sock");
    std::fs::write(&path, "precious").unwrap();
    let refused = client()
        .listen_address(&address(&directory), TestInit(Watch::new()))
        .await;
    let message = refused.unwrap_err().to_string();
    assert!(message.contains("a file that is not a socket"), "{message}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
}

#[tokio::test]
async fn missing_directories_are_made() {
    let directory = directory();
    let address = format!("unix:{}", directory.path().join("a/b/test.sock").display());
    let ipc = client();
    let listener = ipc
        .listen_address(&address, TestInit(Watch::new()))
        .await
        .unwrap();
    assert_eq!(listener.address(), address);
}

#[test]
fn an_ipc_needs_a_runtime() {
    let message = Ipc::new().unwrap_err().to_string();
    assert!(message.contains("no tokio runtime"), "{message}");
}
