//! A conversation between two peers that behave, as it was on the wire.

use std::os::unix::net::UnixStream as Socket;

use ipc_runtime::{Exception, Ipc, Protocol};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use crate::our_partner::{OurCounter, OurPartner, Shared};
use crate::partner::{Kind, PartnerProxy};
use crate::peers::within;

/// Which side of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// It connected.
    Client,
    /// It was connected to.
    Server,
}

/// One side of a conversation.
pub type Lines = Vec<Line>;

/// A message of one side, as it is on the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// How many messages of the other side came before.
    pub after: usize,
    /// The message with its segment table.
    pub bytes: Vec<u8>,
}

/// What a client does here, whatever the server answers.
pub async fn client(partner: PartnerProxy, shared: Shared) {
    let ours = OurCounter::new(&shared, 0);
    let waiting = tokio::spawn(partner.wait("for ever"));
    let later = tokio::spawn(partner.later("key"));
    let _ = partner.blob([7; 100]).await;
    let _ = partner.add_to(ours.proxy(), 2, 3).await;
    if let Ok(theirs) = partner.counter(5).await {
        let _ = theirs.add(1).await;
        let _ = theirs.wrap().await;
        let _ = partner.forward(theirs, 2).await;
    }
    let _ = partner.settle("key", ours.proxy()).await;
    if let Ok(Ok(home)) = later.await {
        let _ = home.add(1).await;
    }
    if let Ok(sink) = partner.sink("").await {
        for part in 0..3 {
            let _ = sink.push([part]).await;
        }
        let _ = sink.end().await;
    }
    let _ = partner.fail(Kind::Overloaded, "as asked").await;
    let _ = partner.on_thread("text").await;
    waiting.abort();
    let _ = partner.blob([]).await;
}

/// Records both sides of [`client`] with a server of ours: the client's, then the server's.
///
/// # Errors
///
/// The two do not come to an end.
pub async fn record() -> Result<(Lines, Lines), Exception> {
    let ipc = Ipc::new()?;
    let (client_end, from_client) = Socket::pair()?;
    let (server_end, from_server) = Socket::pair()?;
    let shared = Shared::default();
    let server = OurPartner::new(&ipc, &shared);
    let serving = tokio::spawn({
        let ipc = ipc.clone();
        async move { ipc.protocol().serve(server_end, server).await }
    });
    let relaying = tokio::spawn(relay(stream(from_client)?, stream(from_server)?));
    let partner: PartnerProxy = ipc.protocol().connect(client_end).await?;
    within("the client", client(partner, shared)).await;
    let recorded = within("the relay", relaying).await;
    within("the server", serving)
        .await
        .map_err(Exception::failed)??;
    Ok(recorded.map_err(Exception::failed)??)
}

/// A socket as tokio has it.
pub(super) fn stream(socket: Socket) -> std::io::Result<UnixStream> {
    socket.set_nonblocking(true)?;
    UnixStream::from_std(socket)
}

/// Passes messages on in both directions until the client closes.
async fn relay(mut client: UnixStream, mut server: UnixStream) -> std::io::Result<(Lines, Lines)> {
    let (mut from_client, mut from_server) = (Frames::default(), Frames::default());
    let (mut clients, mut servers) = (Lines::new(), Lines::new());
    loop {
        let (mut one, mut other) = ([0; 4096], [0; 4096]);
        tokio::select! {
            read = client.read(&mut one) => {
                let read = read?;
                if read == 0 {
                    return Ok((clients, servers));
                }
                for bytes in from_client.add(&one[..read]) {
                    server.write_all(&bytes).await?;
                    clients.push(Line { after: servers.len(), bytes });
                }
            }
            read = server.read(&mut other) => {
                for bytes in from_server.add(&other[..read?]) {
                    client.write_all(&bytes).await?;
                    servers.push(Line { after: clients.len(), bytes });
                }
            }
        }
    }
}

/// Cuts a stream into messages.
#[derive(Debug, Default)]
pub(super) struct Frames(Vec<u8>);

impl Frames {
    /// The messages that are complete with these bytes.
    pub(super) fn add(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        self.0.extend_from_slice(bytes);
        let mut frames = Vec::new();
        while let Some(length) = frame_length(&self.0).filter(|length| *length <= self.0.len()) {
            let rest = self.0.split_off(length);
            frames.push(std::mem::replace(&mut self.0, rest));
        }
        frames
    }
}

/// How long the first message is, if enough of it is there to tell.
fn frame_length(bytes: &[u8]) -> Option<usize> {
    let word = |index: usize| {
        let bytes = bytes.get(4 * index..4 * index + 4)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?) as usize)
    };
    let segments = word(0)? + 1;
    let mut words = 0;
    for segment in 0..segments {
        words += word(1 + segment)?;
    }
    Some(4 * (segments / 2 * 2 + 2) + 8 * words)
}
