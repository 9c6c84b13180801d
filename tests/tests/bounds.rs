//! What a peer can make this side hold: calls in flight are bounded, and what is over the bound harms
//! nobody but itself.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::os::unix::net::UnixStream;

use capnp::message::Builder;
use capnp_rpc::rpc_capnp::message;
use ipc_runtime::{Exception, ExceptionKind, Ipc, Protocol};
use ipc_tests::our_partner::{OurCounter, OurPartner, Shared, reach};
use ipc_tests::partner::PartnerProxy;
use ipc_tests::peers::within;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinHandle;

/// Serves a Partner that takes so many calls at a time.
fn serve(socket: UnixStream, limit: usize, shared: &Shared) -> JoinHandle<Result<(), Exception>> {
    let ipc = Ipc::builder().calls_in_flight(limit).build().unwrap();
    let partner = OurPartner::new(&ipc, shared);
    tokio::spawn(async move { ipc.protocol().serve(socket, partner).await })
}

async fn connect(limit: usize, shared: &Shared) -> PartnerProxy {
    let (ours, theirs) = UnixStream::pair().unwrap();
    drop(serve(theirs, limit, shared));
    let ipc = Ipc::new().unwrap();
    let connecting = ipc.protocol().connect(ours);
    within("connecting", connecting).await.unwrap()
}

#[tokio::test]
async fn calls_over_the_bound_are_refused() {
    let shared = Shared::default();
    let partner = connect(3, &shared).await;
    let waiting: Vec<_> = (0..3).map(|_| tokio::spawn(partner.wait("key"))).collect();
    within("the calls", reach(&shared.waiting, 3)).await;
    let refused = within("a fourth", partner.blob([])).await.unwrap_err();
    assert_eq!(refused.kind(), ExceptionKind::Overloaded, "{refused}");
    assert!(refused.message().contains("3 calls"), "{refused}");

    // The others go on, and there is room again when one has ended.
    waiting[0].abort();
    within("its end", reach(&shared.waiting, 2)).await;
    assert_eq!(within("a fourth", partner.blob([1])).await.unwrap(), [1]);
    for call in &waiting {
        call.abort();
    }
    within("their end", reach(&shared.waiting, 0)).await;
}

#[tokio::test]
async fn calls_back_go_on_at_the_bound() {
    let shared = Shared::default();
    let partner = connect(1, &shared).await;
    let counter = OurCounter::new(&shared, 0);
    let total = within("callbacks", partner.add_to(counter.proxy(), 2, 50)).await;
    assert_eq!(total.unwrap(), 100);
}

/// A message as it is on the stream.
fn encoded(build: impl FnOnce(message::Builder<'_>)) -> Vec<u8> {
    let mut builder = Builder::new_default();
    build(builder.init_root());
    capnp::serialize::write_message_to_words(&builder)
}

#[tokio::test]
async fn a_peer_that_finishes_nothing_is_disconnected() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let serving = serve(theirs, 10, &Shared::default());
    ours.set_nonblocking(true).unwrap();
    let (mut read, mut write) = tokio::net::UnixStream::from_std(ours).unwrap().into_split();
    let writing = tokio::spawn(async move {
        let bootstrap = encoded(|message| message.init_bootstrap().set_question_id(0));
        write.write_all(&bootstrap).await?;
        for question in 1..100_000 {
            // Of a method that there is not, so that each is answered at once, and by a failure.
            let call = encoded(|message| {
                let mut call = message.init_call();
                call.set_question_id(question);
                call.init_target().init_promised_answer().set_question_id(0);
            });
            write.write_all(&call).await?;
        }
        std::io::Result::Ok(())
    });
    let mut received = Vec::new();
    // Resetting the connection is an end, too: we were still writing.
    let _ = within("the end", read.read_to_end(&mut received)).await;
    within("the server", serving).await.unwrap().unwrap();
    assert!(within("writing", writing).await.unwrap().is_err());
    let text = String::from_utf8_lossy(&received);
    assert!(text.contains("far too many calls"), "no reason was given");
}
