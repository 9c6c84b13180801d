//! What stands between a peer and the objects of the fake node: it notes every call, and damages what it is told to.

use std::pin::pin;
use std::sync::Arc;

use capnp::message::ReaderOptions;
use capnp_rpc::rpc_capnp::{message, return_};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};

use super::calls::{Cut, NULL};
use super::chain::Chain;

/// A call that arrived at a [`FakeNode`](super::FakeNode), by the numbers that are on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Received {
    /// The id of the interface.
    pub interface: u64,
    /// The ordinal of the method.
    pub ordinal: u16,
}

/// The interface of the method by which peers of `ipc-runtime` recognize each other. Bitcoin Core does not have it, and
/// so the fake node must not have it either, for peers to treat it as they treat a node.
const RUNTIME: u64 = 0xa2c5_8bd1_9f60_7e43;
/// An interface that nobody has.
const NOBODYS: u64 = 0xffff_ffff_ffff_fffe;

/// More segments than any message has.
const GARBAGE: [u8; 64] = [0xff; 64];

/// More than any message of a test.
const MAX_WORDS: usize = 8 << 20;
const MAX_SEGMENTS: usize = 512;

/// Passes on what peer and objects say to each other until either ends, or until connections are cut.
pub(super) async fn relay(client: UnixStream, server: UnixStream, chain: Arc<Chain>) {
    let mut cuts = chain.cuts();
    let (from_client, mut to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let mut requests = pin!(requests(from_client, to_server, &chain));
    tokio::select! {
        _ended = &mut requests => return,
        _ended = answers(from_server, &mut to_client) => return,
        _cut = cuts.changed() => {}
    }
    let cut = *cuts.borrow_and_update();
    if cut == Cut::Garbage && to_client.write_all(&GARBAGE).await.is_ok() {
        // It is the peer's to end the connection.
        requests.await;
    }
}

/// Passes on and notes what the peer says. Ends, without saying why, at what is not Cap'n Proto.
async fn requests(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, chain: &Chain) -> Option<()> {
    loop {
        let mut frame = read_frame(&mut from).await?;
        if let Some(call) = call(&frame)
            && (call.interface == RUNTIME || !chain.note(call))
        {
            rename(&mut frame, call.interface);
        }
        to.write_all(&frame).await.ok()?;
    }
}

/// Passes on what the objects answer.
async fn answers(mut from: OwnedReadHalf, to: &mut OwnedWriteHalf) -> Option<()> {
    loop {
        let frame = read_frame(&mut from).await?;
        match nothing(&frame) {
            Some(answer) => to.write_all(&answer).await.ok()?,
            None => to.write_all(&frame).await.ok()?,
        }
    }
}

/// Reads a message with its header: how many segments, how many words each has.
async fn read_frame(from: &mut OwnedReadHalf) -> Option<Vec<u8>> {
    let mut frame = vec![0; 4];
    from.read_exact(&mut frame).await.ok()?;
    let segments = u32::from_le_bytes(*frame.first_chunk()?).checked_add(1)?;
    let segments = usize::try_from(segments).ok()?;
    if segments > MAX_SEGMENTS {
        return None;
    }
    let header = (segments / 2 + 1) * 8;
    frame.resize(header, 0);
    from.read_exact(&mut frame[4..]).await.ok()?;
    let (lengths, _) = frame[4..].as_chunks::<4>();
    let lengths = lengths.iter().take(segments);
    let words: u64 = lengths
        .map(|length| u64::from(u32::from_le_bytes(*length)))
        .sum();
    let words = usize::try_from(words)
        .ok()
        .filter(|words| *words <= MAX_WORDS)?;
    frame.resize(header + words * 8, 0);
    from.read_exact(&mut frame[header..]).await.ok()?;
    Some(frame)
}

/// The answer without anything that a message is to become, if it is such a one: see [`NULL`].
fn nothing(frame: &[u8]) -> Option<Vec<u8>> {
    let mut rest = frame;
    let message =
        capnp::serialize::read_message_from_flat_slice(&mut rest, ReaderOptions::new()).ok()?;
    let message: message::Reader<'_> = message.get_root().ok()?;
    let message::Which::Return(answer) = message.which().ok()? else {
        return None;
    };
    let answer = answer.ok()?;
    let return_::Which::Exception(exception) = answer.which().ok()? else {
        return None;
    };
    if exception.ok()?.get_reason().ok()?.to_str().ok()? != NULL {
        return None;
    }
    let mut nothing = capnp::message::Builder::new_default();
    let mut changed = nothing.init_root::<message::Builder<'_>>().init_return();
    changed.set_answer_id(answer.get_answer_id());
    changed.set_release_param_caps(answer.get_release_param_caps());
    changed.init_results();
    Some(capnp::serialize::write_message_to_words(&nothing))
}

/// The method that a message calls, if it is a call.
fn call(frame: &[u8]) -> Option<Received> {
    let mut rest = frame;
    let message =
        capnp::serialize::read_message_from_flat_slice(&mut rest, ReaderOptions::new()).ok()?;
    let message: message::Reader<'_> = message.get_root().ok()?;
    match message.which().ok()? {
        message::Which::Call(call) => {
            let call = call.ok()?;
            Some(Received {
                interface: call.get_interface_id(),
                ordinal: call.get_method_id(),
            })
        }
        _ => None,
    }
}

/// Makes the call of an interface's method one of [`NOBODYS`].
fn rename(frame: &mut [u8], interface: u64) {
    for word in frame.as_chunks_mut().0 {
        if *word == interface.to_le_bytes() {
            *word = NOBODYS.to_le_bytes();
        }
    }
}
