//! Messages of several parts.

use std::io;

use tokio::io::AsyncRead;

use super::frame::{Frame, read_frame};
use super::violation;

/// More parts than any message has that is worth telling of.
const PARTS: usize = 64;

/// What a peer sends.
#[derive(Debug)]
pub(crate) enum Incoming {
    /// A whole message.
    Message(Vec<Vec<u8>>),
    /// A command: its name and what belongs to it.
    Command { name: Vec<u8>, data: Vec<u8> },
}

/// Reads whole messages.
#[derive(Debug)]
pub(crate) struct MessageReader<R> {
    reader: R,
    limit: usize,
}

impl<R: AsyncRead + Unpin> MessageReader<R> {
    /// For messages of at most `limit` bytes.
    pub(crate) fn new(reader: R, limit: usize) -> Self {
        Self { reader, limit }
    }

    /// What comes next; none if the peer has ended.
    pub(crate) async fn next(&mut self) -> io::Result<Option<Incoming>> {
        let mut parts = Vec::new();
        let mut left = self.limit;
        loop {
            match read_frame(&mut self.reader, left).await? {
                None if parts.is_empty() => return Ok(None),
                None => return Err(io::ErrorKind::UnexpectedEof.into()),
                Some(Frame::Command { name, data }) if parts.is_empty() => {
                    return Ok(Some(Incoming::Command { name, data }));
                }
                Some(Frame::Command { .. }) => {
                    return Err(violation("a command between the parts of a message"));
                }
                Some(Frame::Part { body, more }) => {
                    left -= body.len();
                    parts.push(body);
                    if !more {
                        return Ok(Some(Incoming::Message(parts)));
                    }
                    if parts.len() == PARTS {
                        return Err(violation(format!("a message of more than {PARTS} parts")));
                    }
                }
            }
        }
    }
}
