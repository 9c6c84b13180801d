//! Peers that misbehave.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::time::Duration;

use generated_examples::v32::echo::EchoProxy;
use generated_examples::v32::init::InitProxy;
use ipc_runtime::{Exception, ExceptionKind, Ipc};

use crate::support::{address, client, directory, server, soon};

/// Connects to a server that does this with its one connection.
async fn connect_to(serve: impl FnOnce(UnixStream) + Send + 'static) -> Exception {
    let directory = directory();
    let listener = UnixListener::bind(directory.path().join("test.sock")).unwrap();
    let server = std::thread::spawn(move || serve(listener.accept().unwrap().0));
    let ipc = Ipc::builder()
        .engine(crate::CLIENT)
        .handshake_timeout(Duration::from_millis(500))
        .build()
        .unwrap();
    let address = address(&directory);
    let exception = soon(ipc.connect_address::<InitProxy>(&address))
        .await
        .unwrap_err();
    let again = soon(async move { tokio::task::spawn_blocking(move || server.join()).await });
    again.await.unwrap().unwrap();
    assert!(exception.message().starts_with(&address), "{exception}");
    exception
}

#[tokio::test]
async fn a_peer_that_closes_at_once() {
    let exception = connect_to(drop).await;
    assert_eq!(exception.kind(), ExceptionKind::Disconnected, "{exception}");
    assert!(exception.message().contains("closed"), "{exception}");
}

#[tokio::test]
async fn a_peer_that_speaks_another_protocol() {
    let exception = connect_to(|mut socket| {
        socket
            .write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            .unwrap();
    })
    .await;
    assert_eq!(exception.kind(), ExceptionKind::Disconnected, "{exception}");
    assert!(
        exception.message().contains("not Cap'n Proto"),
        "{exception}"
    );
}

#[tokio::test]
async fn a_peer_that_stops_within_a_message() {
    let exception = connect_to(|mut socket| {
        // One segment of four words is announced, and one word of it sent.
        socket.write_all(&[0, 0, 0, 0, 4, 0, 0, 0]).unwrap();
        socket.write_all(&[0; 8]).unwrap();
    })
    .await;
    assert_eq!(exception.kind(), ExceptionKind::Disconnected, "{exception}");
}

#[tokio::test]
async fn a_peer_that_never_answers() {
    // The server listens until the client has given up and closed.
    let exception = connect_to(|mut socket| {
        socket.read_to_end(&mut Vec::new()).unwrap();
    })
    .await;
    assert_eq!(exception.kind(), ExceptionKind::TimedOut, "{exception}");
    assert!(
        exception.message().contains("did not answer within 500ms"),
        "{exception}"
    );
}

#[tokio::test]
async fn nobody_there() {
    let directory = directory();
    let ipc = client();
    let exception = ipc
        .connect_address::<InitProxy>(&address(&directory))
        .await
        .unwrap_err();
    assert!(
        exception.message().contains("no socket at this path"),
        "{exception}"
    );
}

#[tokio::test]
async fn addresses_that_make_no_sense() {
    let ipc = client();
    let long = format!("unix:/{}", "x".repeat(200));
    for (address, text) in [
        ("invalid:", "Unrecognized address 'invalid:'"),
        ("/run/node.sock", "Unrecognized address '/run/node.sock'"),
        (&long, "exceeded maximum socket path length"),
    ] {
        let exception = ipc.connect_address::<InitProxy>(address).await.unwrap_err();
        assert!(exception.message().contains(text), "{exception}");
    }
}

#[tokio::test]
async fn hostile_clients_do_not_disturb_others() {
    let server = server().await;
    let init = server.connect().await;
    let echo: EchoProxy = soon(init.make_echo()).await.unwrap();
    let path = server.directory.path().join("test.sock");
    let garbage: [&[u8]; 6] = [
        b"GET / HTTP/1.1\r\n\r\n",
        &[0xff; 64],
        &[0; 64],
        // A message of one segment that is no RPC message.
        &[
            0, 0, 0, 0, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
        ],
        // A segment table that promises 32 GiB.
        &[0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0],
        &[],
    ];
    let mut silent = Vec::new();
    for bytes in garbage {
        let mut hostile = UnixStream::connect(&path).unwrap();
        hostile.write_all(bytes).unwrap();
        silent.push(hostile);
        assert_eq!(soon(echo.echo("undisturbed")).await.unwrap(), "undisturbed");
    }
    drop(silent);
    let another = server.connect().await;
    soon(another.make_echo()).await.unwrap();
}
