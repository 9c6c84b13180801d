//! Frames: the parts of messages, and commands.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

use super::violation;

const MORE: u8 = 1;
const LONG: u8 = 2;
const COMMAND: u8 = 4;

/// A frame that was read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// A part of a message.
    Part {
        body: Vec<u8>,
        /// Whether another part follows.
        more: bool,
    },
    /// A command: its name and what belongs to it.
    Command { name: Vec<u8>, data: Vec<u8> },
}

/// Reads a frame whose body has at most `limit` bytes; none if the peer has ended instead.
pub(crate) async fn read_frame(
    reader: &mut (impl AsyncRead + Unpin),
    limit: usize,
) -> io::Result<Option<Frame>> {
    let mut flags = [0];
    if reader.read(&mut flags).await? == 0 {
        return Ok(None);
    }
    let [flags] = flags;
    if flags & !(MORE | LONG | COMMAND) != 0 || flags & (MORE | COMMAND) == MORE | COMMAND {
        return Err(violation(format!("a frame has the flags {flags:#04x}")));
    }
    let size = match flags & LONG {
        0 => u64::from(reader.read_u8().await?),
        _ => reader.read_u64().await?,
    };
    if usize::try_from(size).map_or(true, |size| size > limit) {
        let reason = format!("a frame of {size} bytes, where {limit} are the limit");
        return Err(violation(reason));
    }
    // It grows with what arrives: the size is only what the peer says.
    let mut body = Vec::new();
    if reader.take(size).read_to_end(&mut body).await? as u64 != size {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    if flags & COMMAND == 0 {
        let more = flags & MORE != 0;
        return Ok(Some(Frame::Part { body, more }));
    }
    let Some((name, data)) = body
        .split_first()
        .and_then(|(length, rest)| rest.split_at_checked(usize::from(*length)))
    else {
        return Err(violation("a command is shorter than its name"));
    };
    Ok(Some(Frame::Command {
        name: name.to_vec(),
        data: data.to_vec(),
    }))
}

/// Appends a message of these parts.
pub(crate) fn put_message(out: &mut Vec<u8>, parts: &[&[u8]]) {
    let headers = parts.len() * 9;
    out.reserve(headers + parts.iter().map(|part| part.len()).sum::<usize>());
    for (at, part) in parts.iter().enumerate() {
        let more = if at + 1 < parts.len() { MORE } else { 0 };
        put_header(out, more, part.len());
        out.extend_from_slice(part);
    }
}

/// Appends a command. Its name has at most 255 bytes.
pub(crate) fn put_command(out: &mut Vec<u8>, name: &[u8], data: &[u8]) {
    put_header(out, COMMAND, 1 + name.len() + data.len());
    put_name(out, name);
    out.extend_from_slice(data);
}

/// Appends a name with its length, of at most 255 bytes.
pub(super) fn put_name(out: &mut Vec<u8>, name: &[u8]) {
    debug_assert!(name.len() <= usize::from(u8::MAX));
    out.push(name.len() as u8);
    out.extend_from_slice(name);
}

fn put_header(out: &mut Vec<u8>, flags: u8, size: usize) {
    match u8::try_from(size) {
        Ok(size) => out.extend([flags, size]),
        Err(_) => {
            out.push(flags | LONG);
            out.extend((size as u64).to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(mut bytes: &[u8]) -> io::Result<Option<Frame>> {
        read_frame(&mut bytes, 1000).await
    }

    #[tokio::test]
    async fn what_is_put_is_read() {
        let long = vec![7; 300];
        let mut out = Vec::new();
        put_message(&mut out, &[b"topic", &long]);
        put_command(&mut out, b"PING", b"12");
        let mut bytes = &out[..];
        let mut next = async || read_frame(&mut bytes, 1000).await.unwrap();
        let part = |body: &[u8], more| {
            let body = body.to_vec();
            Some(Frame::Part { body, more })
        };
        assert_eq!(next().await, part(b"topic", true));
        assert_eq!(next().await, part(&long, false));
        let (name, data) = (b"PING".to_vec(), b"12".to_vec());
        assert_eq!(next().await, Some(Frame::Command { name, data }));
        assert_eq!(next().await, None);
    }

    #[tokio::test]
    async fn frames_that_cannot_be_are_errors() {
        let huge = [&[LONG][..], &u64::MAX.to_be_bytes()].concat();
        for (bytes, reason) in [
            (&[8, 0][..], "flags 0x08"),
            (&[MORE | COMMAND, 0], "flags 0x05"),
            (&huge, "limit"),
            (&[COMMAND, 0], "shorter than its name"),
            (&[COMMAND, 2, 2, b'X'], "shorter than its name"),
        ] {
            let error = read(bytes).await.unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }

    #[tokio::test]
    async fn a_frame_that_is_cut_short_is_an_error() {
        let mut out = Vec::new();
        put_message(&mut out, &[&[1; 300]]);
        for length in 1..out.len() {
            let error = read(&out[..length]).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "{length}");
        }
    }
}
