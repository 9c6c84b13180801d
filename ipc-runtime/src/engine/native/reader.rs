//! Reading messages off the socket.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use capnp::message::{Reader, ReaderOptions};
use capnp::serialize::{OwnedSegments, SegmentLengthsBuilder};
use tokio::io::{AsyncRead, AsyncReadExt, BufReader, ReadBuf};
use tokio::net::UnixStream;

/// Room for many small messages a system call.
const BUFFER: usize = 64 << 10;
/// As many segments as the C++ library takes.
const MAX_SEGMENTS: u32 = 512;
/// 64 MiB in words of eight bytes, as the C++ library takes.
const MAX_WORDS: usize = 8 << 20;

pub(super) struct Frames(BufReader<Shared>);

impl Frames {
    pub(super) fn new(socket: Arc<UnixStream>) -> Self {
        Self(BufReader::with_capacity(BUFFER, Shared(socket)))
    }

    /// The next message, or none if the stream ended between two.
    ///
    /// # Errors
    ///
    /// The stream ended within a message, or a message is too large.
    pub(super) async fn next(&mut self) -> io::Result<Option<Reader<OwnedSegments>>> {
        let mut first = [0; 8];
        if self.0.read(&mut first[..1]).await? == 0 {
            return Ok(None);
        }
        self.0.read_exact(&mut first[1..]).await?;
        let [a, b, c, d, e, f, g, h] = first;
        let segments = u32::from_le_bytes([a, b, c, d]).saturating_add(1);
        if segments > MAX_SEGMENTS {
            return Err(invalid(format!("a message of {segments} segments")));
        }
        let mut lengths = SegmentLengthsBuilder::with_capacity(segments as usize);
        let mut total = 0;
        let mut push = |words: u32| {
            total += words as usize;
            if total > MAX_WORDS {
                return Err(invalid(format!("a message of {} bytes or more", total * 8)));
            }
            lengths
                .try_push_segment(words as usize)
                .map_err(|error| invalid(error.to_string()))
        };
        push(u32::from_le_bytes([e, f, g, h]))?;
        // The other lengths, padded to a whole word.
        let mut rest = vec![0; 4 * (segments as usize / 2 * 2)];
        self.0.read_exact(&mut rest).await?;
        for length in rest.chunks_exact(4).take(segments as usize - 1) {
            if let [a, b, c, d] = *length {
                push(u32::from_le_bytes([a, b, c, d]))?;
            }
        }
        let mut owned = lengths.into_owned_segments();
        self.0.read_exact(&mut owned).await?;
        Ok(Some(Reader::new(owned, ReaderOptions::new())))
    }
}

fn invalid(what: String) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}

/// The reading side of a socket that others write to.
struct Shared(Arc<UnixStream>);

impl AsyncRead for Shared {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            ready!(self.0.poll_read_ready(cx))?;
            match self.0.try_read(buffer.initialize_unfilled()) {
                Ok(count) => {
                    buffer.advance(count);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}
