//! Writing messages: whoever has one writes it, together with what others queued meanwhile.
//!
//! There is no writing task. A message goes to the socket from the thread that made it, if nobody
//! else is writing; otherwise it joins the queue, and the writer takes it along. When the socket is
//! full a task takes over until the queue is empty.

use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::UnixStream;
use tokio::runtime::Handle;
use tokio::sync::Notify;

/// Queued bytes beyond which callers wait before they add more.
const HIGH_WATER: usize = 4 << 20;

pub(super) struct Writer {
    socket: Arc<UnixStream>,
    runtime: Handle,
    queue: Mutex<Queue>,
    /// Told when the queue has become shorter or the writer has stopped.
    progress: Notify,
}

#[derive(Default)]
struct Queue {
    bytes: Vec<u8>,
    /// Somebody is writing, and will take along what is added.
    busy: bool,
    /// Nothing is written any more.
    closed: bool,
    /// The socket is to be shut down once the queue is empty.
    finishing: bool,
}

impl Writer {
    pub(super) fn new(socket: Arc<UnixStream>, runtime: Handle) -> Arc<Self> {
        Arc::new(Self {
            socket,
            runtime,
            queue: Mutex::default(),
            progress: Notify::new(),
        })
    }

    /// Adds a message to the stream, and writes unless somebody else does.
    pub(super) fn send(self: &Arc<Self>, message: Vec<u8>) {
        {
            let mut queue = self.lock();
            if queue.closed || queue.finishing {
                return;
            }
            if queue.busy {
                queue.bytes.extend_from_slice(&message);
                return;
            }
            queue.busy = true;
        }
        self.write(message);
    }

    /// Waits until the queue has room for another message.
    pub(super) async fn room(&self) {
        loop {
            let progress = self.progress.notified();
            tokio::pin!(progress);
            // Registered before the look at the queue, so that no news is missed.
            progress.as_mut().enable();
            if self.has_room() {
                return;
            }
            progress.await;
        }
    }

    pub(super) fn has_room(&self) -> bool {
        let queue = self.lock();
        queue.closed || queue.bytes.len() < HIGH_WATER
    }

    /// Stops at once; what is queued is dropped.
    pub(super) fn close(&self) {
        let mut queue = self.lock();
        queue.closed = true;
        queue.bytes = Vec::new();
        drop(queue);
        self.progress.notify_waiters();
        self.shut_down();
    }

    /// Stops once everything that is queued has been written.
    pub(super) fn finish(&self) {
        let idle = {
            let mut queue = self.lock();
            queue.finishing = true;
            !queue.busy
        };
        if idle {
            self.shut_down();
        }
    }

    /// Writes `bytes` and what is queued meanwhile, as far as the socket takes it.
    fn write(self: &Arc<Self>, mut bytes: Vec<u8>) {
        loop {
            let mut written = 0;
            while written < bytes.len() {
                match self.socket.try_write(&bytes[written..]) {
                    Ok(count) => written += count,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {
                        let this = Arc::clone(self);
                        bytes.drain(..written);
                        self.runtime.spawn(async move { this.flush(bytes).await });
                        return;
                    }
                    Err(_error) => return self.close(),
                }
            }
            match self.next(bytes) {
                Some(next) => bytes = next,
                None => return,
            }
        }
    }

    /// Writes `bytes` and what is queued meanwhile, waiting for the socket.
    async fn flush(self: Arc<Self>, mut bytes: Vec<u8>) {
        loop {
            if self.write_all(&bytes).await.is_err() {
                return self.close();
            }
            match self.next(bytes) {
                Some(next) => bytes = next,
                None => return,
            }
        }
    }

    async fn write_all(&self, bytes: &[u8]) -> io::Result<()> {
        let mut written = 0;
        while written < bytes.len() {
            self.socket.writable().await?;
            match self.socket.try_write(&bytes[written..]) {
                Ok(count) => written += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// What was queued while `done` was written; its memory is used for the queue again.
    fn next(&self, mut done: Vec<u8>) -> Option<Vec<u8>> {
        done.clear();
        done.shrink_to(1 << 16);
        let mut queue = self.lock();
        let next = std::mem::replace(&mut queue.bytes, done);
        if next.is_empty() {
            queue.busy = false;
        }
        let finished = next.is_empty() && queue.finishing;
        drop(queue);
        self.progress.notify_waiters();
        if finished {
            self.shut_down();
        }
        (!next.is_empty()).then_some(next)
    }

    fn shut_down(&self) {
        // It fails when the peer has closed the socket already.
        let _ = socket2::SockRef::from(&*self.socket).shutdown(std::net::Shutdown::Both);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
