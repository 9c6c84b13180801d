//! What a peer can make this side hold in bytes: one that does not read, one that stops within a
//! message, one that says nothing. All the while, another connection works.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::alloc::System;
use std::os::unix::net::UnixStream as Socket;

use cap::Cap;
use capnp::message::Builder;
use capnp_rpc::rpc_capnp::{message, payload};
use ipc_runtime::{Exception, Ipc, IpcBuilder, Protocol};
use ipc_tests::our_partner::{OurPartner, Shared, reach};
use ipc_tests::partner::PartnerProxy;
use ipc_tests::peers::within;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::sync::{Mutex, MutexGuard};
use tokio::task::JoinHandle;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// Memory is that of the process, so one test runs at a time.
static ALONE: Mutex<()> = Mutex::const_new(());

const PARTNER: u64 = 0xef6f_009b_ae84_f883;
const BLOB: u16 = 2;
const LATER: u16 = 5;
const WAIT: u16 = 11;

const MIB: usize = 1 << 20;

/// A server, a connection to it that behaves, and what there was before any other.
struct Scene {
    ipc: Ipc,
    shared: Shared,
    bystander: PartnerProxy,
    before: usize,
    _alone: MutexGuard<'static, ()>,
}

impl Scene {
    async fn new(knobs: IpcBuilder) -> Self {
        let alone = ALONE.lock().await;
        let ipc = knobs.build().unwrap();
        let shared = Shared::default();
        let (ours, theirs) = Socket::pair().unwrap();
        drop(serve(&ipc, &shared, theirs));
        let connecting = ipc.protocol().connect(ours);
        let bystander = within("connecting", connecting).await.unwrap();
        Self {
            before: ALLOCATOR.allocated(),
            ipc,
            shared,
            bystander,
            _alone: alone,
        }
    }

    /// A peer that does what a test says, and the end of its connection.
    fn peer(&self) -> (UnixStream, JoinHandle<Result<(), Exception>>) {
        let (peer, ours) = Socket::pair().unwrap();
        let serving = serve(&self.ipc, &self.shared, ours);
        peer.set_nonblocking(true).unwrap();
        (UnixStream::from_std(peer).unwrap(), serving)
    }

    /// The other connection works, and the process holds at most so much more than before.
    async fn check(&self, most: usize) {
        let echo = within("another connection", self.bystander.blob([1])).await;
        assert_eq!(echo.unwrap(), [1]);
        let held = ALLOCATOR.allocated().saturating_sub(self.before);
        assert!(held <= most, "{held} bytes are held, more than {most}");
    }
}

fn serve(ipc: &Ipc, shared: &Shared, socket: Socket) -> JoinHandle<Result<(), Exception>> {
    let partner = OurPartner::new(ipc, shared);
    let ipc = ipc.clone();
    tokio::spawn(async move { ipc.protocol().serve(socket, partner).await })
}

fn encoded(build: impl FnOnce(message::Builder<'_>)) -> Vec<u8> {
    let mut builder = Builder::new_default();
    build(builder.init_root());
    capnp::serialize::write_message_to_words(&builder)
}

fn bootstrap() -> Vec<u8> {
    encoded(|message| message.init_bootstrap().set_question_id(0))
}

/// A call of the first object, whose one parameter is these bytes.
fn call(question: u32, method: u16, bytes: &[u8]) -> Vec<u8> {
    encoded(|message| {
        let mut call = message.init_call();
        call.set_question_id(question);
        call.set_interface_id(PARTNER);
        call.set_method_id(method);
        call.reborrow()
            .init_target()
            .init_promised_answer()
            .set_question_id(0);
        // A struct whose first field is a pointer, as the parameters are.
        let params: payload::Builder<'_> = call.init_params().init_content().init_as();
        params
            .init_content()
            .set_as::<capnp::data::Owned>(bytes)
            .unwrap();
    })
}

/// The next message, which is a Return, without its segment table.
async fn returned(peer: &mut UnixStream) -> Vec<u8> {
    let segments = peer.read_u32_le().await.unwrap() as usize + 1;
    let mut words = 0;
    for _ in 0..segments {
        words += peer.read_u32_le().await.unwrap() as usize;
    }
    if segments.is_multiple_of(2) {
        peer.read_u32_le().await.unwrap();
    }
    let mut bytes = vec![0; words * 8];
    peer.read_exact(&mut bytes).await.unwrap();
    bytes
}

/// A handler begins only when there is room for its results, so calls wait, and are refused when they
/// hold too much. When the peer reads, they go on.
#[tokio::test]
async fn calls_of_a_peer_that_does_not_read_wait() {
    let knobs = Ipc::builder()
        .unread_bytes(8 * MIB)
        .bytes_in_flight(16 * MIB);
    let scene = Scene::new(knobs).await;
    let (mut peer, serving) = scene.peer();
    within("sending", async {
        peer.write_all(&bootstrap()).await.unwrap();
        let bytes = vec![7; MIB];
        for question in 1..=200 {
            peer.write_all(&call(question, BLOB, &bytes)).await.unwrap();
        }
    })
    .await;
    scene.check(40 * MIB).await;
    assert!(!serving.is_finished());

    // The answer to the Bootstrap is there as well.
    let (mut results, mut refused) = (0, 0);
    while results + refused < 201 {
        match within("an answer", returned(&mut peer)).await.len() {
            0..1000 => refused += 1,
            _ => results += 1,
        }
    }
    assert!(results >= 16, "{results} calls were served");
    assert!(refused > 1, "nothing was refused");
    drop(peer);
    within("the end", serving).await.unwrap().unwrap();
}

/// What handlers that run already answer cannot be held back.
#[tokio::test]
async fn a_peer_that_never_reads_is_disconnected() {
    let scene = Scene::new(Ipc::builder().unread_bytes(8 * MIB)).await;
    let (mut peer, serving) = scene.peer();
    within("sending", async {
        peer.write_all(&bootstrap()).await.unwrap();
        for question in 1..=500 {
            let call = call(question, LATER, b"key\0");
            peer.write_all(&call).await.unwrap();
        }
        let last = call(501, WAIT, b"key\0");
        peer.write_all(&last).await.unwrap();
    })
    .await;
    // All of them fail at once, each with so long a reason.
    within("the calls", reach(&scene.shared.waiting, 1)).await;
    let reason = "why ".repeat(MIB / 16);
    let rejecting = scene.bystander.reject("key", reason);
    within("rejecting", rejecting).await.unwrap();
    within("the end", serving).await.unwrap().unwrap();
    scene.check(MIB).await;
}

#[tokio::test]
async fn a_peer_that_stops_within_a_message_holds_nothing() {
    let scene = Scene::new(Ipc::builder()).await;
    let mut peers = Vec::new();
    for _ in 0..20 {
        let (mut peer, serving) = scene.peer();
        // One segment of nearly 64 MiB, of which little comes.
        let words: u32 = (8 << 20) - 1;
        let mut bytes = vec![0; 100 << 10];
        bytes[4..8].copy_from_slice(&words.to_le_bytes());
        within("half a message", peer.write_all(&bytes))
            .await
            .unwrap();
        peers.push((peer, serving));
    }
    scene.check(10 * MIB).await;
    for (peer, serving) in peers {
        drop(peer);
        within("the end", serving).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_peer_that_says_nothing_holds_nothing() {
    let scene = Scene::new(Ipc::builder()).await;
    let peers: Vec<_> = (0..100).map(|_| scene.peer()).collect();
    scene.check(MIB).await;
    // Both ends of the one that behaves are ours.
    assert_eq!(scene.ipc.stats().connections, 102);
    for (peer, serving) in peers {
        drop(peer);
        within("the end", serving).await.unwrap().unwrap();
    }
}
