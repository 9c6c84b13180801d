//! A stream that fails when its client keeps the server waiting.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

use super::limits::Limits;
use crate::session::Member;

/// In the place of limits that no clock reaches.
const FOREVER: Duration = Duration::from_secs(60 * 60 * 24 * 365);

/// Gives a client so long for the head of a request, and so long without reading anything of an answer.
///
/// While it holds objects, which could end with the connection, it may be idle between requests.
pub(super) struct Patient<S> {
    stream: S,
    turn: Arc<Turn>,
    member: Arc<Member>,
    head_timeout: Duration,
    write_timeout: Duration,
    head: Head,
    /// Ends with the deadline of a head, or before: it is not set for each.
    timer: Option<Timer>,
    /// Running while a write waits.
    write: Option<Timer>,
}

type Timer = Pin<Box<Sleep>>;

/// What is known of the next request's head.
#[derive(Default)]
struct Head {
    has_begun: bool,
    deadline: Option<Instant>,
}

/// Whose turn it is: the server's from the end of a request's head to its answer, or else the client's.
#[derive(Debug, Default)]
pub(super) struct Turn {
    is_ours: AtomicBool,
}

/// The server's turn, which ends when this is dropped.
pub(super) struct Ours<'a>(&'a Turn);

impl Turn {
    pub(super) fn begin(&self) -> Ours<'_> {
        self.is_ours.store(true, Ordering::Relaxed);
        Ours(self)
    }
}

impl Drop for Ours<'_> {
    fn drop(&mut self) {
        self.0.is_ours.store(false, Ordering::Relaxed);
    }
}

impl<S> Patient<S> {
    pub(super) fn new(stream: S, limits: &Limits, turn: Arc<Turn>, member: Arc<Member>) -> Self {
        Self {
            stream,
            turn,
            member,
            head_timeout: limits.head_timeout,
            write_timeout: limits.write_timeout,
            head: Head::default(),
            timer: None,
            write: None,
        }
    }

    /// Whether the client is late with a head, after `more` of it has come, or nothing.
    fn is_late(&mut self, more: bool, context: &mut Context<'_>) -> bool {
        if self.turn.is_ours.load(Ordering::Relaxed) || self.write.is_some() {
            self.head = Head::default();
            return false;
        }
        let may_be_idle = self.member.holds_objects();
        if more && !self.head.has_begun {
            self.head.has_begun = true;
            if may_be_idle {
                self.head.deadline = None;
            }
        }
        loop {
            let limit = self.head_timeout;
            let deadline = *(self.head.deadline).get_or_insert_with(|| after(limit));
            let timer = self.timer.get_or_insert_with(|| until(deadline));
            if timer.as_mut().poll(context).is_pending() {
                return false;
            }
            if Instant::now() >= deadline {
                if self.head.has_begun || !may_be_idle {
                    return true;
                }
                // Another connection may end the objects of the session, which is seen the next time.
                self.head.deadline = None;
            }
            self.timer = None;
        }
    }
}

impl<S: AsyncWrite + Unpin> Patient<S> {
    fn write<T>(
        &mut self,
        context: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if let Poll::Ready(written) = write(Pin::new(&mut self.stream), context) {
            self.write = None;
            return Poll::Ready(written);
        }
        let limit = self.write_timeout;
        let timer = (self.write).get_or_insert_with(|| until(after(limit)));
        ready!(timer.as_mut().poll(context));
        Poll::Ready(Err(ErrorKind::TimedOut.into()))
    }
}

fn after(limit: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(limit).unwrap_or(now + FOREVER)
}

fn until(deadline: Instant) -> Timer {
    Box::pin(tokio::time::sleep_until(deadline))
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, into);
        let more = into.filled().len() > before;
        match self.is_late(more, context) {
            true => Poll::Ready(Err(ErrorKind::TimedOut.into())),
            false => read,
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.head = Head::default();
        self.write(context, |stream, context| stream.poll_write(context, bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.head = Head::default();
        self.write(context, |stream, context| {
            stream.poll_write_vectored(context, slices)
        })
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.write(context, |stream, context| stream.poll_flush(context))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.write(context, |stream, context| stream.poll_shutdown(context))
    }
}
