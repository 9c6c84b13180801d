//! Writing messages: whoever has one writes it, together with what others queued meanwhile.
//!
//! There is no writing task. A message that somebody waits for goes to the socket from the thread
//! that made it. When many calls are under way, a message joins the queue instead, and a task that
//! runs after everybody who is ready to run writes all that came together. When the socket is full
//! a task takes over until the queue is empty.

use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::task::Poll;

use tokio::net::unix::OwnedWriteHalf;
use tokio::runtime::Handle;

use super::outbox::{Outbox, Outgoing};
use super::transport::{Transport, UnixTransport};
use crate::exception::{Exception, ExceptionKind};

#[cfg(not(test))]
use std::sync::{Mutex, MutexGuard};
#[cfg(not(test))]
use tokio::sync::Notify;

#[cfg(test)]
mod model;
// The model checker decides at each use of these who runs next.
#[cfg(test)]
use model::{Mutex, MutexGuard, Notify};

/// Queued bytes beyond which callers wait before they add more, and handlers before they begin.
const HIGH_WATER: usize = 4 << 20;

/// When a message has to be on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Urgency {
    /// At once.
    Now,
    /// Once those who are ready to run have added theirs.
    Soon,
    /// When [`Writer::flush`] is called, which the sender takes care of.
    Flushed,
}

pub(super) struct Writer<T = UnixTransport> {
    transport: T,
    high_water: usize,
    /// Bytes that may wait for the peer before the connection ends.
    limit: usize,
    queue: Mutex<Queue>,
    /// Whether the queue is beyond the high water: what it says outside of the lock may be over in a moment.
    full: AtomicBool,
    /// Told when the queue has become shorter or the writer has stopped.
    progress: Notify,
}

#[derive(Default)]
struct Queue {
    outbox: Outbox,
    /// Bytes that were taken out of the queue and not written yet.
    writing: usize,
    turn: Turn,
    /// Nothing is written any more.
    closed: bool,
    /// The socket is to be shut down once the queue is empty.
    finishing: bool,
    /// It was closed because more than the limit waited.
    overflowed: bool,
}

/// Who writes.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Turn {
    #[default]
    Nobody,
    /// A task will, soon.
    Promised,
    /// Somebody does, and will take along what is added.
    Taken,
}

impl Writer {
    /// A writer that ends the connection when more than `limit` bytes wait for a peer.
    pub(super) fn new(socket: OwnedWriteHalf, runtime: Handle, limit: usize) -> Arc<Self> {
        let high_water = HIGH_WATER.min(limit / 2);
        Self::over(UnixTransport::new(socket, runtime), high_water, limit)
    }
}

impl<T: Transport> Writer<T> {
    fn over(transport: T, high_water: usize, limit: usize) -> Arc<Self> {
        Arc::new(Self {
            transport,
            high_water,
            limit,
            queue: Mutex::new(Queue::default()),
            full: AtomicBool::new(false),
            progress: Notify::new(),
        })
    }

    /// Adds a message to the stream.
    pub(super) fn send(self: &Arc<Self>, message: Outgoing, urgency: Urgency) {
        // Dropped after the lock.
        let _copied;
        let mut queue = self.lock();
        if queue.closed || queue.finishing {
            return;
        }
        if queue.writing + queue.outbox.len() > self.limit {
            return self.overflow(queue);
        }
        _copied = queue.outbox.push(message);
        self.note(&queue);
        match (urgency, queue.turn) {
            (Urgency::Flushed, _) | (_, Turn::Taken) | (Urgency::Soon, Turn::Promised) => {}
            (Urgency::Now, Turn::Nobody | Turn::Promised) => self.take_turn(queue),
            (Urgency::Soon, Turn::Nobody) => {
                queue.turn = Turn::Promised;
                drop(queue);
                let this = Arc::clone(self);
                self.transport.spawn(async move {
                    after_others().await;
                    this.keep_promise();
                });
            }
        }
    }

    /// Writes what is queued, unless somebody does or is about to.
    pub(super) fn flush(self: &Arc<Self>) {
        let queue = self.lock();
        if queue.turn == Turn::Nobody && queue.outbox.len() > 0 {
            self.take_turn(queue);
        }
    }

    fn keep_promise(self: &Arc<Self>) {
        let queue = self.lock();
        // Else somebody in a hurry took everything along.
        if queue.turn == Turn::Promised {
            self.take_turn(queue);
        }
    }

    fn take_turn(self: &Arc<Self>, mut queue: MutexGuard<'_, Queue>) {
        queue.turn = Turn::Taken;
        let outbox = std::mem::take(&mut queue.outbox);
        queue.writing = outbox.len();
        self.note(&queue);
        drop(queue);
        self.write(outbox);
    }

    /// Waits until the queue has room for another message.
    pub(super) async fn room(&self) {
        loop {
            let progress = self.progress.notified();
            tokio::pin!(progress);
            // Registered before the look at the queue, so that no news is missed.
            progress.as_mut().enable();
            if self.has_room_now() {
                return;
            }
            progress.await;
        }
    }

    /// Whether the queue had room for another message just now.
    pub(super) fn has_room(&self) -> bool {
        !self.full.load(Ordering::Relaxed)
    }

    fn has_room_now(&self) -> bool {
        let queue = self.lock();
        queue.closed || queue.outbox.len() < self.high_water
    }

    /// The queue has changed.
    fn note(&self, queue: &Queue) {
        let full = !queue.closed && queue.outbox.len() >= self.high_water;
        if self.full.load(Ordering::Relaxed) != full {
            self.full.store(full, Ordering::Relaxed);
        }
    }

    /// The peer does not read: nothing more is queued for it, and the stream ends.
    fn overflow(self: &Arc<Self>, mut queue: MutexGuard<'_, Queue>) {
        queue.closed = true;
        queue.overflowed = true;
        self.note(&queue);
        drop(queue);
        // Elsewhere, since the sender may hold a lock, and what is dropped then may be anybody's code.
        let this = Arc::clone(self);
        self.transport.spawn(async move { this.close() });
    }

    /// Why the stream ended, if that was for too much that the peer did not read.
    pub(super) fn overflowed(&self) -> Option<Exception> {
        self.lock().overflowed.then(|| {
            Exception::new(
                ExceptionKind::Disconnected,
                format_args!(
                    "the connection is closed: the peer does not read, and more than {} bytes wait for it, \
                     which is the limit (see IpcBuilder::unread_bytes)",
                    self.limit
                ),
            )
        })
    }

    /// Stops at once; what is queued is dropped.
    pub(super) fn close(&self) {
        let mut queue = self.lock();
        queue.closed = true;
        let outbox = std::mem::take(&mut queue.outbox);
        self.note(&queue);
        drop(queue);
        drop(outbox);
        self.progress.notify_waiters();
        self.transport.shut_down();
    }

    /// Stops once everything that is queued has been written.
    pub(super) fn finish(self: &Arc<Self>) {
        let mut queue = self.lock();
        queue.finishing = true;
        if queue.turn != Turn::Taken {
            self.take_turn(queue);
        }
    }

    /// Writes what is in the outbox and what is queued meanwhile, as far as the socket takes it.
    fn write(self: &Arc<Self>, mut outbox: Outbox) {
        loop {
            while outbox.len() > 0 {
                match outbox.write(|pieces| self.transport.try_write(pieces)) {
                    Ok(()) => {}
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {
                        self.lock().writing = outbox.len();
                        let this = Arc::clone(self);
                        self.transport
                            .spawn(async move { this.drain(outbox).await });
                        return;
                    }
                    Err(_error) => return self.close(),
                }
            }
            match self.next(outbox) {
                Some(next) => outbox = next,
                None => return,
            }
        }
    }

    /// Writes what is in the outbox and what is queued meanwhile, waiting for the socket.
    async fn drain(self: Arc<Self>, mut outbox: Outbox) {
        loop {
            if self.write_all(&mut outbox).await.is_err() {
                return self.close();
            }
            match self.next(outbox) {
                Some(next) => outbox = next,
                None => return,
            }
        }
    }

    async fn write_all(&self, outbox: &mut Outbox) -> io::Result<()> {
        while outbox.len() > 0 {
            self.transport.writable().await?;
            match outbox.write(|pieces| self.transport.try_write(pieces)) {
                Ok(()) => self.lock().writing = outbox.len(),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// What was queued while `done` was written; its memory is used for the queue again.
    fn next(&self, mut done: Outbox) -> Option<Outbox> {
        done.clear();
        let mut queue = self.lock();
        let next = std::mem::replace(&mut queue.outbox, done);
        self.note(&queue);
        queue.writing = next.len();
        let more = next.len() > 0;
        if !more {
            queue.turn = Turn::Nobody;
        }
        let finished = !more && queue.finishing;
        drop(queue);
        self.progress.notify_waiters();
        if finished {
            self.transport.shut_down();
        }
        more.then_some(next)
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ready when all tasks have run that were ready before.
///
/// A task that wakes itself goes to the end of the queue, from where other workers can take it, so a
/// handler that blocks its thread does not hold it up.
async fn after_others() {
    let mut asked = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut asked, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
