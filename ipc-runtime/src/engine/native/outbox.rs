//! Messages on their way to the socket, in the stream's framing.

use std::collections::VecDeque;
use std::io::IoSlice;
use std::sync::Arc;

use capnp::OutputSegments;

use super::envelope::{Envelope, without_root};
use crate::message::Payload;

/// Payloads from this size on are written from where they are, instead of being copied into the
/// stream of small messages.
const LARGE: usize = 16 << 10;
/// How many pieces one system call is given at most.
const PIECES: usize = 64;
/// How much memory is kept for further messages.
const KEPT: usize = 64 << 10;

/// A message to be sent.
pub(super) enum Outgoing {
    /// Framed already.
    Encoded(Vec<u8>),
    /// What is around content, and the content.
    Owned(Envelope, Payload),
    /// The same, where results are wanted here, too.
    Shared(Envelope, Arc<Payload>),
}

/// Bytes to be written.
#[derive(Default)]
pub(super) struct Outbox {
    large: VecDeque<Large>,
    /// Small messages, which come after the large ones.
    small: Vec<u8>,
    /// How much of all that has been written already.
    written: usize,
    /// How much there is, that included.
    length: usize,
}

/// A large message, and what comes before it.
struct Large {
    before: Vec<u8>,
    message: Outgoing,
    length: usize,
}

impl Outgoing {
    /// Writes what comes before the content, and returns that, and what comes after it.
    fn begin(&self, stream: &mut Vec<u8>) -> (OutputSegments<'_>, Vec<u8>) {
        let (envelope, content) = match self {
            Self::Encoded(bytes) => {
                stream.extend_from_slice(bytes);
                return (OutputSegments::MultiSegment(Vec::new()), Vec::new());
            }
            Self::Owned(envelope, content) => (envelope, content.segments()),
            Self::Shared(envelope, content) => (envelope, content.segments()),
        };
        let end = envelope.begin(&content, stream);
        (content, end)
    }

    fn content(&self) -> OutputSegments<'_> {
        match self {
            Self::Encoded(_) => OutputSegments::MultiSegment(Vec::new()),
            Self::Owned(_, content) => content.segments(),
            Self::Shared(_, content) => content.segments(),
        }
    }
}

/// The pieces of memory that content is in.
fn pieces<'a>(content: &'a [&'a [u8]]) -> impl Iterator<Item = &'a [u8]> {
    let (first, others) = content
        .split_first()
        .map_or((None, content), |(first, others)| (Some(first), others));
    let first = first.map(|first| without_root(first));
    first.into_iter().chain(others.iter().copied())
}

impl Outbox {
    pub(super) fn len(&self) -> usize {
        self.length - self.written
    }

    /// Adds a message. Returns it if it was copied, since to drop a payload may be anybody's code.
    pub(super) fn push(&mut self, message: Outgoing) -> Option<Outgoing> {
        let before = self.small.len();
        let (content, end) = message.begin(&mut self.small);
        let size: usize = pieces(&content).map(<[u8]>::len).sum();
        self.length += self.small.len() - before + size + end.len();
        if size < LARGE {
            pieces(&content).for_each(|piece| self.small.extend_from_slice(piece));
            self.small.extend_from_slice(&end);
            drop(content);
            return Some(message);
        }
        drop(content);
        let before = std::mem::replace(&mut self.small, end);
        let length = before.len() + size;
        self.large.push_back(Large {
            before,
            message,
            length,
        });
        None
    }

    /// Hands what is left to `write`, which says how much of it was written.
    pub(super) fn write<E>(
        &mut self,
        write: impl FnOnce(&[IoSlice<'_>]) -> Result<usize, E>,
    ) -> Result<(), E> {
        let written = if self.large.is_empty() {
            write(&[IoSlice::new(&self.small[self.written..])])?
        } else {
            let segments: Vec<_> = (self.large.iter().take(PIECES))
                .map(|large| (&large.before, large.message.content()))
                .collect();
            let pieces = segments.iter().flat_map(|(before, content)| {
                std::iter::once(before.as_slice()).chain(pieces(content))
            });
            let mut skipped = self.written;
            let mut slices = Vec::with_capacity(PIECES);
            for piece in pieces.chain([self.small.as_slice()]) {
                let skip = skipped.min(piece.len());
                skipped -= skip;
                if skip < piece.len() && slices.len() < PIECES {
                    slices.push(IoSlice::new(&piece[skip..]));
                }
            }
            write(&slices)?
        };
        self.written += written;
        while let Some(large) = self.large.front()
            && large.length <= self.written
        {
            self.written -= large.length;
            self.length -= large.length;
            self.large.pop_front();
        }
        Ok(())
    }

    /// Empties it, for use with further messages.
    pub(super) fn clear(&mut self) {
        self.large.clear();
        self.small.clear();
        self.small.shrink_to(KEPT);
        self.written = 0;
        self.length = 0;
    }
}
