//! Messages on their way to the socket, in the stream's framing.

use std::collections::VecDeque;
use std::io::IoSlice;
use std::sync::Arc;

use capnp::OutputSegments;

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
    /// Parameters in their Call.
    Call(Payload),
    /// Results in their Return, which may be wanted here, too.
    Return(Arc<Payload>),
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
    fn segments(&self) -> OutputSegments<'_> {
        match self {
            Self::Encoded(bytes) => OutputSegments::SingleSegment([bytes]),
            Self::Call(payload) => payload.segments(),
            Self::Return(payload) => payload.segments(),
        }
    }
}

impl Outbox {
    pub(super) fn len(&self) -> usize {
        self.length - self.written
    }

    /// Adds a message. Returns it if it was copied, since to drop a payload may be anybody's code.
    pub(super) fn push(&mut self, message: Outgoing) -> Option<Outgoing> {
        let before = self.small.len();
        if let Outgoing::Encoded(bytes) = &message {
            self.small.extend_from_slice(bytes);
            self.length += bytes.len();
            return Some(message);
        }
        let segments = message.segments();
        let size: usize = segments.iter().map(|segment| segment.len()).sum();
        write_header(&mut self.small, &segments);
        self.length += self.small.len() - before + size;
        if size < LARGE {
            segments
                .iter()
                .for_each(|segment| self.small.extend_from_slice(segment));
            return Some(message);
        }
        drop(segments);
        let before = std::mem::take(&mut self.small);
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
                .map(|large| (&large.before, large.message.segments()))
                .collect();
            let pieces = segments.iter().flat_map(|(before, segments)| {
                std::iter::once(before.as_slice()).chain(segments.iter().copied())
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

/// The number of segments and their lengths in words, padded to a whole word.
fn write_header(stream: &mut Vec<u8>, segments: &[&[u8]]) {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes();
    stream.extend_from_slice(&number(segments.len().saturating_sub(1)));
    for segment in segments {
        stream.extend_from_slice(&number(segment.len() / 8));
    }
    if segments.len().is_multiple_of(2) {
        stream.extend_from_slice(&[0; 4]);
    }
}
