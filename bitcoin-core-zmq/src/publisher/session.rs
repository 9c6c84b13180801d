//! The connection to one subscriber.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncWriteExt, BufReader, BufWriter};
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinSet;

use super::outlet::{Frames, Membership, Outlet};
use crate::socket::{Listener, Reader, Writer};
use crate::zmtp::{Incoming, MessageReader, PING, Role, pong, shake_hands, violation};

/// How long a peer has to say what it is.
const HANDSHAKE: Duration = Duration::from_secs(30);
/// How many connections an endpoint has at a time, as in libzmq.
const CONNECTIONS: usize = 1023;
/// How long a message of a subscriber may be: all that it has to say is a prefix.
const LONGEST: usize = 1024;
/// What to wait when the system has no descriptors left.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves all who connect.
pub(super) async fn accept(listener: Listener, outlet: Arc<Outlet>) {
    let mut sessions = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(_) if sessions.len() == CONNECTIONS => {
                    tracing::warn!("a subscriber is refused: there are {CONNECTIONS} already");
                }
                Ok((reader, writer)) => {
                    sessions.spawn(serve(reader, writer, Arc::clone(&outlet)));
                }
                Err(error) => {
                    tracing::warn!(%error, "a subscriber cannot be accepted");
                    tokio::time::sleep(PAUSE).await;
                }
            },
            Some(_) = sessions.join_next() => {}
        }
    }
}

async fn serve(reader: Reader, writer: Writer, outlet: Arc<Outlet>) {
    match converse(reader, writer, outlet).await {
        Ok(()) => tracing::debug!("a subscriber has gone"),
        Err(error) => tracing::debug!(%error, "the connection to a subscriber ends"),
    }
}

async fn converse(reader: Reader, writer: Writer, outlet: Arc<Outlet>) -> io::Result<()> {
    let mut reader = BufReader::new(reader);
    let mut writer = BufWriter::new(writer);
    let handshake = shake_hands(&mut reader, &mut writer, Role::Publisher);
    match tokio::time::timeout(HANDSHAKE, handshake).await {
        Ok(shaken) => shaken?,
        Err(_) => return Err(io::ErrorKind::TimedOut.into()),
    }
    let (membership, frames) = outlet.join();
    tokio::select! {
        ended = listen(reader, membership) => ended,
        ended = talk(writer, frames) => ended,
    }
}

/// Reads what the subscriber subscribes to, until it ends.
async fn listen(reader: BufReader<Reader>, membership: Membership) -> io::Result<()> {
    let mut messages = MessageReader::new(reader, LONGEST);
    while let Some(incoming) = messages.next().await? {
        match incoming {
            Incoming::Command { name, data } => match name.as_slice() {
                PING => membership.send(pong(&data)),
                b"SUBSCRIBE" => subscribe(&membership, &data)?,
                b"CANCEL" => membership.unsubscribe(&data),
                _ => {}
            },
            Incoming::Message(parts) => match parts.first().map(Vec::as_slice) {
                Some([1, prefix @ ..]) => subscribe(&membership, prefix)?,
                Some([0, prefix @ ..]) => membership.unsubscribe(prefix),
                // What those may send who are more than subscribers, and nobody here asked for.
                _ => {}
            },
        }
    }
    Ok(())
}

fn subscribe(membership: &Membership, prefix: &[u8]) -> io::Result<()> {
    match membership.subscribe(prefix) {
        true => Ok(()),
        false => Err(violation("too many subscriptions")),
    }
}

/// Writes what is queued. Whatever is there is written at once.
async fn talk(mut writer: BufWriter<Writer>, mut frames: Receiver<Frames>) -> io::Result<()> {
    while let Some(first) = frames.recv().await {
        writer.write_all(&first).await?;
        while let Ok(next) = frames.try_recv() {
            writer.write_all(&next).await?;
        }
        writer.flush().await?;
    }
    Ok(())
}
