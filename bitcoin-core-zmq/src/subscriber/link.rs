//! The connection to one endpoint, made anew whenever it is lost.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncWriteExt, BufReader};
use tokio::sync::mpsc::Sender;

use super::Received;
use super::gaps::Counters;
use crate::endpoint::Endpoint;
use crate::error::{Error, MessageError};
use crate::notification::Notification;
use crate::socket::{self, Writer};
use crate::topic::Topic;
use crate::zmtp::{Incoming, MessageReader, PING, Role, pong, put_message, shake_hands};

/// How long a peer has to say what it is.
const HANDSHAKE: Duration = Duration::from_secs(30);
/// What to wait before connecting again, at first and at most.
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(super) struct Link {
    pub(super) endpoint: Arc<Endpoint>,
    pub(super) topics: Vec<Topic>,
    pub(super) message_size: usize,
    pub(super) items: Sender<Result<Received, Error>>,
}

/// Why a connection ended.
enum End {
    Lost(io::Error),
    /// Nobody wants anything any more.
    Unwanted,
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        Self::Lost(error)
    }
}

/// Receives until nobody wants it any more.
pub(super) async fn follow(link: Link) {
    let mut counters = Counters::default();
    let mut pause = PAUSE;
    let mut told = false;
    loop {
        let mut connected = false;
        let ended = link.receive(&mut counters, &mut connected).await;
        let source = match ended {
            Err(End::Lost(source)) => source,
            Err(End::Unwanted) => return,
        };
        if connected {
            (pause, told) = (PAUSE, false);
        }
        if !told {
            let endpoint = link.endpoint.to_string();
            let error = Error::NotConnected { endpoint, source };
            if link.items.send(Err(error)).await.is_err() {
                return;
            }
            told = true;
        }
        tokio::time::sleep(pause).await;
        pause = LONGEST_PAUSE.min(pause * 2);
    }
}

impl Link {
    /// Receives over one connection; `connected` once there is one.
    async fn receive(
        &self,
        counters: &mut Counters,
        connected: &mut bool,
    ) -> Result<Infallible, End> {
        let handshake = async {
            let (reader, mut writer) = socket::connect(&self.endpoint).await?;
            let mut reader = BufReader::new(reader);
            shake_hands(&mut reader, &mut writer, Role::Subscriber).await?;
            self.subscribe(&mut writer).await?;
            Ok::<_, io::Error>((reader, writer))
        };
        let shaken = tokio::time::timeout(HANDSHAKE, handshake).await;
        let (reader, mut writer) = shaken.map_err(io::Error::from)??;
        *connected = true;
        let mut messages = MessageReader::new(reader, self.message_size);
        while let Some(incoming) = messages.next().await? {
            let parts = match incoming {
                Incoming::Message(parts) => parts,
                Incoming::Command { name, data } => {
                    if name == PING {
                        writer.write_all(&pong(&data)).await?;
                    }
                    continue;
                }
            };
            let received = self
                .understand(parts, counters)
                .map_err(|source| Error::Message {
                    endpoint: self.endpoint.to_string(),
                    source,
                });
            if self.items.send(received).await.is_err() {
                return Err(End::Unwanted);
            }
        }
        Err(io::Error::from(io::ErrorKind::UnexpectedEof).into())
    }

    async fn subscribe(&self, writer: &mut Writer) -> io::Result<()> {
        let mut out = Vec::new();
        for topic in &self.topics {
            let prefix = [&[1], topic.name().as_bytes()].concat();
            put_message(&mut out, &[&prefix]);
        }
        writer.write_all(&out).await?;
        writer.flush().await
    }

    fn understand(
        &self,
        parts: Vec<Vec<u8>>,
        counters: &mut Counters,
    ) -> Result<Received, MessageError> {
        let count = parts.len();
        let Ok([topic, body, counter]) = <[_; 3]>::try_from(parts) else {
            return Err(MessageError::Parts(count));
        };
        let topic = Topic::from_name(&topic).ok_or(MessageError::Topic(topic))?;
        let counter = match counter.as_slice().try_into() {
            Ok(counter) => u32::from_le_bytes(counter),
            Err(_) => {
                let length = counter.len();
                return Err(MessageError::Counter { topic, length });
            }
        };
        // It counts, also if its body has no meaning.
        let gap = counters.note(topic, counter);
        Ok(Received {
            notification: Notification::read(topic, body)?,
            counter,
            gap,
            endpoint: Arc::clone(&self.endpoint),
        })
    }
}
