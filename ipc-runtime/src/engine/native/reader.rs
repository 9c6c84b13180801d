//! Reading messages off the socket.

use std::cell::Cell;
use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll};

use capnp::Word;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::unix::OwnedReadHalf;

use crate::message::{Frame, Layout, WORD};

/// Room for many small messages a system call, in words.
const BUFFER: usize = 8 << 10;

const NOTHING: Word = capnp::word(0, 0, 0, 0, 0, 0, 0, 0);

thread_local! {
    /// A buffer that nobody reads into: connections that have nothing to read have none.
    static SPARE: Cell<Vec<Word>> = const { Cell::new(Vec::new()) };
}

/// The messages of a stream.
pub(super) struct Frames {
    socket: OwnedReadHalf,
    /// How many words a message may have.
    limit: usize,
    /// Empty, or [`BUFFER`] words.
    buffer: Vec<Word>,
    /// What of the buffer was read and not handed out, in bytes. It starts at a whole word.
    start: usize,
    end: usize,
    large: Option<Large>,
}

/// A message that is larger than the buffer, read into its own place.
struct Large {
    /// It grows with what has been read, so that a peer that announces much has to send it.
    words: Vec<Word>,
    layout: Layout,
    /// How many bytes of it have been read.
    filled: usize,
}

impl Frames {
    /// The messages of a socket, which may have so many words each.
    pub(super) fn new(socket: OwnedReadHalf, limit: usize) -> Self {
        Self {
            socket,
            limit,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            large: None,
        }
    }

    /// The next message that has been read completely.
    ///
    /// # Errors
    ///
    /// A message that is too large.
    pub(super) fn next(&mut self) -> io::Result<Option<Frame<'_>>> {
        if let Some(large) = self.large.take_if(|large| large.is_complete()) {
            return Ok(Some(Frame::new(large.words, large.layout)));
        }
        let bytes = &Word::words_to_bytes(&self.buffer)[self.start..self.end];
        let layout = Layout::read(bytes, self.limit)
            .map_err(|what| io::Error::new(ErrorKind::InvalidData, what))?;
        let Some(layout) = layout else {
            return Ok(None);
        };
        let length = layout.words();
        if bytes.len() >= length * WORD {
            let first = self.start / WORD;
            self.start += length * WORD;
            return Ok(Some(Frame::new(
                &self.buffer[first..first + length],
                layout,
            )));
        }
        if length > BUFFER {
            let filled = bytes.len();
            let mut words = Word::allocate_zeroed_vec(length.min(2 * BUFFER));
            Word::words_to_bytes_mut(&mut words)[..filled].copy_from_slice(bytes);
            self.large = Some(Large {
                words,
                layout,
                filled,
            });
            self.start = self.end;
        }
        Ok(None)
    }

    /// Reads more. False at the end of the stream, between two messages.
    ///
    /// # Errors
    ///
    /// The stream ended within a message, or cannot be read.
    pub(super) async fn fill(&mut self) -> io::Result<bool> {
        poll_fn(|cx| self.poll_fill(cx)).await
    }

    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        self.make_room();
        let Self {
            socket,
            buffer,
            end,
            large,
            ..
        } = self;
        let (bytes, filled) = match large {
            Some(large) => (
                Word::words_to_bytes_mut(&mut large.words),
                &mut large.filled,
            ),
            None => (Word::words_to_bytes_mut(buffer), end),
        };
        let mut room = ReadBuf::new(&mut bytes[*filled..]);
        let Poll::Ready(outcome) = Pin::new(socket).poll_read(cx, &mut room) else {
            self.rest();
            return Poll::Pending;
        };
        outcome?;
        let count = room.filled().len();
        *filled += count;
        if count == 0 && (self.start < self.end || self.large.is_some()) {
            return Poll::Ready(Err(ErrorKind::UnexpectedEof.into()));
        }
        Poll::Ready(Ok(count > 0))
    }

    fn make_room(&mut self) {
        if let Some(large) = &mut self.large {
            large.grow();
        } else if self.buffer.is_empty() {
            self.buffer = SPARE.take();
            self.buffer.resize(BUFFER, NOTHING);
        }
        if self.start > 0 {
            Word::words_to_bytes_mut(&mut self.buffer).copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
    }

    /// Nothing to read: leaves the buffer to others, unless there is something in it.
    fn rest(&mut self) {
        if self.start == self.end {
            SPARE.set(std::mem::take(&mut self.buffer));
            self.start = 0;
            self.end = 0;
        }
    }
}

impl Large {
    fn is_complete(&self) -> bool {
        self.filled == self.layout.words() * WORD
    }

    /// Makes room for as much again if it is full.
    fn grow(&mut self) {
        let length = self.words.len();
        if self.filled == length * WORD {
            let more = length.min(self.layout.words() - length);
            self.words.reserve_exact(more);
            self.words.resize(length + more, NOTHING);
        }
    }
}
