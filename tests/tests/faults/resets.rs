//! Connections that are reset: closed by the peer while there was something for it to read.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};

use ipc_runtime::Protocol;
use ipc_tests::our_partner::{OurPartner, Shared};
use ipc_tests::partner::PartnerProxy;

use crate::support::{Scene, disconnected, soon};

#[tokio::test]
async fn by_the_server() {
    let scene = Scene::new().await;
    for bytes in [1, 8, 20, 100] {
        let _ = std::fs::remove_file(scene.path());
        let listener = UnixListener::bind(scene.path()).unwrap();
        let server = std::thread::spawn(move || {
            let mut socket = listener.accept().unwrap().0;
            socket.read_exact(&mut vec![0; bytes]).unwrap();
        });
        let address = scene.address();
        let connecting = scene.ipc.connect_address::<PartnerProxy>(&address);
        disconnected(soon(connecting).await.map(drop));
        server.join().unwrap();
        scene.is_as_before().await;
    }
}

#[tokio::test]
async fn by_the_client() {
    let scene = Scene::new().await;
    for wanted in [0, 1, 8, 20] {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let partner = OurPartner::new(&scene.ipc, &Shared::default());
        let serving = scene.ipc.protocol().serve(ours, partner);
        theirs.write_all(&bootstrap()).unwrap();
        let client = std::thread::spawn(move || {
            theirs.set_nonblocking(false).unwrap();
            // The answer is more than that, so there is something left.
            theirs.read_exact(&mut vec![0; wanted]).unwrap();
        });
        soon(serving).await.unwrap();
        client.join().unwrap();
        scene.is_as_before().await;
    }
}

/// The question for the first object, as it is on the stream.
fn bootstrap() -> Vec<u8> {
    let mut builder = capnp::message::Builder::new_default();
    builder
        .init_root::<capnp_rpc::rpc_capnp::message::Builder<'_>>()
        .init_bootstrap()
        .set_question_id(0);
    capnp::serialize::write_message_to_words(&builder)
}
