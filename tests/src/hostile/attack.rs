//! One input against a live connection.

use std::io;
use std::os::unix::net::UnixStream as Socket;
use std::time::Duration;

use ipc_runtime::{Exception, Ipc, Protocol};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use super::conversation::{self, Frames, Lines, Side, stream};
use super::damage::Damage;
use crate::our_partner::{OurPartner, Shared, reach};
use crate::partner::PartnerProxy;
use crate::peers::within;

/// How long the other side is waited for before it counts as thrown off the track.
const PATIENCE: Duration = Duration::from_millis(20);

/// What attacks need, once for many of them.
#[derive(Debug)]
pub struct Scene {
    ipc: Ipc,
    client: Lines,
    server: Lines,
    /// A connection of the same Ipc that behaves.
    bystander: PartnerProxy,
}

impl Scene {
    /// Records a conversation, and opens the connection that is to stay.
    ///
    /// # Errors
    ///
    /// The two sides do not understand each other.
    pub async fn new() -> Result<Self, Exception> {
        let (client, server) = conversation::record().await?;
        let ipc = Ipc::new()?;
        let (ours, theirs) = Socket::pair()?;
        drop(serve(&ipc, theirs, &Shared::default()));
        let bystander = ipc.protocol().connect(ours).await?;
        Ok(Self {
            ipc,
            client,
            server,
            bystander,
        })
    }

    /// Lets one side of the conversation be what an input makes of it, against the other side alive.
    ///
    /// Panics when anything hangs or is left over.
    pub async fn attack(&self, input: &[u8]) {
        let mut damage = Damage::new(input);
        let side = damage.side();
        let shared = Shared::default();
        match side {
            Side::Client => {
                let mut lines = self.client.clone();
                damage.inflict(&mut lines);
                self.attack_server(lines, &shared).await;
            }
            Side::Server => {
                let mut lines = self.server.clone();
                damage.inflict(&mut lines);
                self.attack_client(lines, &shared).await;
            }
        }
        within("the end of all handlers", reach(&shared.waiting, 0)).await;
        within("the end of all objects", reach(&shared.counters, 0)).await;
        within("the end of the server", reach(&shared.partners, 0)).await;
        let echo = within("another connection", self.bystander.blob([1])).await;
        assert_eq!(echo.expect("the other connection works"), [1]);
    }

    async fn attack_server(&self, lines: Lines, shared: &Shared) {
        let (attacker, victim) = Socket::pair().expect("a socket pair");
        let serving = serve(&self.ipc, victim, shared);
        within("the attack", play(attacker, lines)).await;
        within("the server's end", serving)
            .await
            .expect("no error at the end");
    }

    async fn attack_client(&self, lines: Lines, shared: &Shared) {
        let (attacker, victim) = Socket::pair().expect("a socket pair");
        let playing = tokio::spawn(play(attacker, lines));
        let connecting = self.ipc.protocol().connect::<PartnerProxy>(victim);
        if let Ok(partner) = within("connecting", connecting).await {
            within("the client", conversation::client(partner, shared.clone())).await;
        }
        within("the attack", playing).await.expect("no panic");
    }
}

/// Serves on a socket; the future is ready when the connection has ended.
fn serve(
    ipc: &Ipc,
    socket: Socket,
    shared: &Shared,
) -> impl Future<Output = Result<(), Exception>> + use<> {
    let partner = OurPartner::new(ipc, shared);
    let protocol = ipc.clone();
    // Serving begins at once, and goes on if nobody waits.
    let serving = tokio::spawn(async move { protocol.protocol().serve(socket, partner).await });
    async move { serving.await.map_err(Exception::failed)? }
}

/// Sends the lines, each when the other side has said as much as in the recording, as long as it does;
/// then closes and reads to the end.
async fn play(attacker: Socket, lines: Lines) {
    let attacker = stream(attacker).expect("a stream");
    // It fails when the victim has closed the connection, as it may.
    let _ = talk(attacker, lines).await;
}

async fn talk(mut attacker: UnixStream, lines: Lines) -> io::Result<()> {
    let mut frames = Frames::default();
    let (mut heard, mut on_track) = (0, true);
    for line in lines {
        while on_track && heard < line.after {
            match tokio::time::timeout(PATIENCE, hear(&mut attacker, &mut frames)).await {
                Ok(count) => heard += count?,
                Err(_elapsed) => on_track = false,
            }
        }
        attacker.write_all(&line.bytes).await?;
    }
    attacker.shutdown().await?;
    attacker.read_to_end(&mut Vec::new()).await.map(drop)
}

/// How many more messages came.
async fn hear(attacker: &mut UnixStream, frames: &mut Frames) -> io::Result<usize> {
    let mut bytes = [0; 4096];
    match attacker.read(&mut bytes).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        read => Ok(frames.add(&bytes[..read]).len()),
    }
}
