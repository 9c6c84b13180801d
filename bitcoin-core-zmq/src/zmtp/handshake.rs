//! How a connection begins: a greeting, and what kind of socket each side is.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::frame::{Frame, put_command, put_name, read_frame};
use super::violation;

/// What we are on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Publisher,
    Subscriber,
}

impl Role {
    fn name(self) -> &'static [u8] {
        match self {
            Self::Publisher => b"PUB",
            Self::Subscriber => b"SUB",
        }
    }

    fn talks_to(self, peer: &[u8]) -> bool {
        match self {
            Self::Publisher => matches!(peer, b"SUB" | b"XSUB"),
            Self::Subscriber => matches!(peer, b"PUB" | b"XPUB"),
        }
    }
}

/// How long a greeting is.
const GREETING: usize = 64;
/// Where in a greeting is what.
const MAJOR: usize = 10;
const MECHANISM: std::ops::Range<usize> = 12..32;
const NULL: &[u8] = b"NULL";

/// How long a command of the handshake may be.
const COMMAND: usize = 4096;
const SOCKET_TYPE: &[u8] = b"Socket-Type";

/// Begins a connection.
///
/// # Errors
///
/// The peer does not speak ZMTP 3, wants encryption, or is of a kind that we have nothing to say to.
pub(crate) async fn shake_hands(
    reader: &mut (impl AsyncRead + Unpin),
    writer: &mut (impl AsyncWrite + Unpin),
    role: Role,
) -> io::Result<()> {
    writer.write_all(&greeting()).await?;
    writer.flush().await?;
    let mut theirs = [0; GREETING];
    // A peer of another protocol may never send so much.
    reader.read_exact(&mut theirs[..=MAJOR]).await?;
    if theirs[0] != 0xff || theirs[9] != 0x7f {
        return Err(violation("the peer does not speak ZMTP"));
    }
    if theirs[MAJOR] < 3 {
        return Err(violation("the peer speaks ZMTP older than 3"));
    }
    reader.read_exact(&mut theirs[MAJOR + 1..]).await?;
    let mechanism = theirs[MECHANISM].trim_ascii_end();
    let mechanism = mechanism.split(|byte| *byte == 0).next();
    let mechanism = mechanism.unwrap_or_default();
    if mechanism != NULL {
        let mechanism = mechanism.escape_ascii();
        return Err(violation(format!(
            "the peer wants the security mechanism {mechanism}, and we have only NULL"
        )));
    }
    writer.write_all(&ready(role)).await?;
    writer.flush().await?;
    match read_frame(reader, COMMAND).await? {
        Some(Frame::Command { name, data }) if name == b"READY" => {
            let kind = property(&data, SOCKET_TYPE).unwrap_or_default();
            match role.talks_to(kind) {
                true => Ok(()),
                false => {
                    let (kind, ours) = (kind.escape_ascii(), role.name().escape_ascii());
                    let reason = format!("the peer is a socket of type {kind}, and we are {ours}");
                    Err(violation(reason))
                }
            }
        }
        Some(Frame::Command { name, data }) if name == b"ERROR" => {
            let reason = data.get(1..).unwrap_or_default().escape_ascii();
            Err(violation(format!("the peer refuses: {reason}")))
        }
        Some(_) => Err(violation("the peer does not say that it is ready")),
        None => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

fn greeting() -> [u8; GREETING] {
    let mut greeting = [0; GREETING];
    greeting[0] = 0xff;
    greeting[9] = 0x7f;
    greeting[MAJOR] = 3;
    greeting[MECHANISM][..NULL.len()].copy_from_slice(NULL);
    greeting
}

fn ready(role: Role) -> Vec<u8> {
    let mut properties = Vec::new();
    put_name(&mut properties, SOCKET_TYPE);
    properties.extend((role.name().len() as u32).to_be_bytes());
    properties.extend(role.name());
    let mut out = Vec::new();
    put_command(&mut out, b"READY", &properties);
    out
}

/// The value of a property, whose name is of whichever case.
fn property<'a>(mut properties: &'a [u8], wanted: &[u8]) -> Option<&'a [u8]> {
    while let Some((length, rest)) = properties.split_first() {
        let (name, rest) = rest.split_at_checked(usize::from(*length))?;
        let (length, rest) = rest.split_first_chunk()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (value, rest) = rest.split_at_checked(length)?;
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        properties = rest;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What we make of a peer that sends this.
    async fn meet(bytes: &[u8]) -> io::Result<()> {
        let mut sent = Vec::new();
        shake_hands(&mut &*bytes, &mut sent, Role::Publisher).await
    }

    fn peer(mechanism: &[u8], major: u8, rest: &[u8]) -> Vec<u8> {
        let mut bytes = greeting().to_vec();
        bytes[MAJOR] = major;
        bytes[MECHANISM].fill(0);
        bytes[MECHANISM][..mechanism.len()].copy_from_slice(mechanism);
        bytes.extend(rest);
        bytes
    }

    #[tokio::test]
    async fn a_subscriber_is_met() {
        meet(&peer(NULL, 3, &ready(Role::Subscriber)))
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn says_why_a_peer_is_not_met() {
        let mut refusal = Vec::new();
        put_command(&mut refusal, b"ERROR", b"\x02no");
        let mut nameless = Vec::new();
        put_command(&mut nameless, b"READY", b"\x0bSocket-Type\xff\xff\xff\xff");
        for (bytes, reason) in [
            (b"GET / HTTP/1.1\r\n\r\n".to_vec(), "does not speak ZMTP"),
            (peer(NULL, 1, &[]), "older than 3"),
            (peer(b"CURVE", 3, &[]), "mechanism CURVE"),
            (
                peer(NULL, 3, &ready(Role::Publisher)),
                "type PUB, and we are PUB",
            ),
            (peer(NULL, 3, &refusal), "refuses: no"),
            (peer(NULL, 3, &nameless), "type , and we are PUB"),
            (peer(NULL, 3, &[0, 1, 1]), "not say that it is ready"),
            (peer(NULL, 3, &[]), "unexpected end of file"),
        ] {
            let error = meet(&bytes).await.unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
