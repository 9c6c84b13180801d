//! How peers of a listener may begin, and how long that may take.

use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use capnp_rpc::rpc_capnp::message;
use generated_examples::v32::init::InitProxy;
use ipc_runtime::{EngineKind, Ipc, Listener};
use ipc_tests::service::Watch;
use tempfile::TempDir;

use crate::support::{directory, listen, soon};

/// Of peers that do not go on.
const SHORT: Duration = Duration::from_millis(100);
/// Of peers that do.
const LONG: Duration = Duration::from_secs(600);

/// A listener with one place, which is not kept for longer than that by who does not open its connection.
async fn one_place(engine: EngineKind, patience: Duration) -> (TempDir, Listener) {
    let directory = directory();
    let ipc = Ipc::builder().engine(engine);
    let ipc = ipc.connections(1).handshake_timeout(patience).build();
    let listener = listen(&ipc.unwrap(), &directory, &Watch::new()).await;
    (directory, listener)
}

async fn each(patience: Duration, mut of: impl AsyncFnMut(UnixStream, &Listener)) {
    for engine in [EngineKind::Native, EngineKind::CapnpRpc] {
        let (directory, listener) = one_place(engine, patience).await;
        let peer = UnixStream::connect(directory.path().join("test.sock")).unwrap();
        of(peer, &listener).await;
    }
}

/// The question for the first object, as it is on the stream.
fn bootstrap() -> Vec<u8> {
    let mut builder = capnp::message::Builder::new_default();
    let message: message::Builder<'_> = builder.init_root();
    message.init_bootstrap().set_question_id(0);
    capnp::serialize::write_message_to_words(&builder)
}

/// Somebody else gets the place.
async fn another_is_served(listener: &Listener) {
    let ipc = Ipc::new().unwrap();
    let init = soon(ipc.connect_address::<InitProxy>(&listener.address()));
    soon(init.await.unwrap().make_echo()).await.unwrap();
}

fn is_closed(peer: &mut UnixStream) {
    match peer.read(&mut [0]) {
        Ok(count) => assert_eq!(count, 0, "it was told something"),
        // What it has said was not read.
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
    }
}

#[tokio::test]
async fn one_that_says_nothing_does_not_keep_its_place() {
    each(SHORT, async |mut peer, listener| {
        another_is_served(listener).await;
        is_closed(&mut peer);
    })
    .await;
}

#[tokio::test]
async fn one_that_stalls_within_its_first_message_does_not_either() {
    let bootstrap = bootstrap();
    for length in [1, 8, 20, bootstrap.len() - 1] {
        each(SHORT, async |mut peer, listener| {
            peer.write_all(&bootstrap[..length]).unwrap();
            another_is_served(listener).await;
            is_closed(&mut peer);
        })
        .await;
    }
}

#[tokio::test]
async fn one_that_begins_with_far_too_much_is_not_waited_for() {
    each(LONG, async |mut peer, listener| {
        // 64 KiB, in one segment.
        peer.write_all(&[0, 0, 0, 0, 0, 32, 0, 0]).unwrap();
        another_is_served(listener).await;
        is_closed(&mut peer);
    })
    .await;
}

#[tokio::test]
async fn one_that_stops_sending_has_left() {
    let bootstrap = bootstrap();
    for length in [0, 1, 20, bootstrap.len()] {
        each(LONG, async |mut peer, listener| {
            peer.write_all(&bootstrap[..length]).unwrap();
            peer.shutdown(Shutdown::Write).unwrap();
            another_is_served(listener).await;
            // It may have been told something.
            let _ = peer.read_to_end(&mut Vec::new());
        })
        .await;
    }
}

#[tokio::test]
async fn one_that_sends_little_by_little_is_served() {
    each(LONG, async |mut peer, _listener| {
        for byte in bootstrap() {
            peer.write_all(&[byte]).unwrap();
            // The listener sees each alone.
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
        }
        let mut answer = [0; 8];
        let answered = tokio::task::spawn_blocking(move || peer.read_exact(&mut answer));
        soon(answered).await.unwrap().unwrap();
    })
    .await;
}
