//! The writer under a model checker: shuttle runs each scenario in many orders of its tasks, and says
//! so when all that are left wait for each other, which is what a lost wake-up or turn comes to.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::IoSlice;
use std::task::Waker;

use shuttle::future::{JoinHandle, block_on, spawn};
use shuttle::rand::Rng;
use shuttle::sync::atomic::{AtomicBool, Ordering};
pub(super) use shuttle::sync::{Mutex, MutexGuard};
use tokio::sync::futures::Notified;

use super::*;

/// Tokio's, which may let others run before each step.
pub(super) struct Notify {
    inner: tokio::sync::Notify,
    step: AtomicBool,
}

impl Notify {
    pub(super) fn new() -> Self {
        Self {
            inner: tokio::sync::Notify::new(),
            step: AtomicBool::new(false),
        }
    }

    fn step(&self) -> &tokio::sync::Notify {
        self.step.load(Ordering::SeqCst);
        &self.inner
    }

    pub(super) fn notified(&self) -> Notified<'_> {
        self.step().notified()
    }

    pub(super) fn notify_waiters(&self) {
        self.step().notify_waiters();
    }
}

/// Orders that each scenario is run in.
const ORDERS: usize = 2_000;

/// Bytes that the model's socket holds before its reader must run.
const SOCKET: usize = 6;

/// A message of the model: who sent it, which one it is, and as many bytes more.
const MESSAGE: usize = 3;

fn message(sender: u8, number: u8) -> Outgoing {
    Outgoing::Encoded([sender, number, 0xff].to_vec())
}

#[derive(Default)]
struct Pipe {
    /// What the reader has not taken yet.
    buffered: usize,
    /// All that was ever written.
    written: Vec<u8>,
    shut: bool,
    /// The peer has gone: writing fails.
    gone: bool,
    writers: Vec<Waker>,
    readers: Vec<Waker>,
}

impl Pipe {
    fn wake_writers(&mut self) {
        self.writers.drain(..).for_each(Waker::wake);
    }

    fn wake_readers(&mut self) {
        self.readers.drain(..).for_each(Waker::wake);
    }
}

/// A socket of the model, with a peer that reads.
#[derive(Clone, Default)]
struct Model(Arc<Mutex<Pipe>>);

impl Transport for Model {
    fn try_write(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        let mut pipe = self.0.lock().unwrap();
        if pipe.shut || pipe.gone {
            return Err(ErrorKind::BrokenPipe.into());
        }
        if pipe.buffered == SOCKET {
            return Err(ErrorKind::WouldBlock.into());
        }
        let bytes: Vec<u8> = pieces.iter().flat_map(|piece| piece.to_vec()).collect();
        let room = (SOCKET - pipe.buffered).min(bytes.len());
        let taken = shuttle::rand::thread_rng().gen_range(room.min(1)..=room);
        pipe.buffered += taken;
        pipe.written.extend_from_slice(&bytes[..taken]);
        pipe.wake_readers();
        Ok(taken)
    }

    async fn writable(&self) -> io::Result<()> {
        poll_fn(|cx| {
            let mut pipe = self.0.lock().unwrap();
            if pipe.shut || pipe.gone || pipe.buffered < SOCKET {
                return Poll::Ready(Ok(()));
            }
            pipe.writers.push(cx.waker().clone());
            Poll::Pending
        })
        .await
    }

    fn shut_down(&self) {
        let mut pipe = self.0.lock().unwrap();
        pipe.shut = true;
        pipe.wake_writers();
        pipe.wake_readers();
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        spawn(task);
    }
}

impl Model {
    /// The peer: reads until `enough` bytes have come, or to the end of the stream.
    async fn read(self, enough: usize) -> Vec<u8> {
        poll_fn(|cx| {
            let mut pipe = self.0.lock().unwrap();
            pipe.buffered = 0;
            pipe.wake_writers();
            if pipe.shut || pipe.written.len() >= enough {
                return Poll::Ready(pipe.written.clone());
            }
            pipe.readers.push(cx.waker().clone());
            Poll::Pending
        })
        .await
    }

    fn reading(&self, enough: usize) -> JoinHandle<Vec<u8>> {
        spawn(self.clone().read(enough))
    }
}

/// Sends so many messages, each as urgent as it happens.
fn send_all(writer: &Arc<Writer<Model>>, sender: u8, count: u8) -> JoinHandle<()> {
    let writer = Arc::clone(writer);
    spawn(async move {
        for number in 0..count {
            let urgency = match shuttle::rand::thread_rng().gen_range(0..3) {
                0 => Urgency::Now,
                1 => Urgency::Soon,
                _ => Urgency::Flushed,
            };
            writer.send(message(sender, number), urgency);
            if urgency == Urgency::Flushed {
                writer.flush();
            }
        }
    })
}

/// Each sender's messages came whole, once, and in their order. Returns how many of each.
fn check_order(written: &[u8], whole: bool) -> Vec<u8> {
    let mut next = vec![0; 4];
    let messages = written.chunks_exact(MESSAGE);
    assert!(
        !whole || messages.remainder().is_empty(),
        "cut: {written:?}"
    );
    for message in messages {
        let [sender, number, 0xff] = *message else {
            panic!("torn: {written:?}");
        };
        assert_eq!(number, next[usize::from(sender)], "{written:?}");
        next[usize::from(sender)] += 1;
    }
    next
}

/// Runs a scenario in random orders, and in ones that take turns as seldom as possible.
fn check(scenario: impl Fn() + Send + Sync + 'static) {
    let scenario = Arc::new(scenario);
    let again = Arc::clone(&scenario);
    shuttle::check_random(move || scenario(), ORDERS);
    shuttle::check_pct(move || again(), ORDERS, 3);
}

#[test]
fn everything_is_written_once_and_in_order() {
    check(|| {
        block_on(async {
            let model = Model::default();
            let writer = Writer::over(model.clone(), usize::MAX, usize::MAX);
            let peer = model.reading(3 * 3 * MESSAGE);
            let senders: Vec<_> = (0..3).map(|it| send_all(&writer, it, 3)).collect();
            for sender in senders {
                sender.await.unwrap();
            }
            // Nobody does anything any more: what is queued has to go out by itself.
            let written = peer.await.unwrap();
            assert_eq!(check_order(&written, true), [3, 3, 3, 0]);
        });
    });
}

#[test]
fn the_end_comes_after_the_last_byte() {
    check(|| {
        block_on(async {
            let model = Model::default();
            let writer = Writer::over(model.clone(), usize::MAX, usize::MAX);
            let peer = model.reading(usize::MAX);
            let early = send_all(&writer, 0, 3);
            let racing = send_all(&writer, 1, 3);
            early.await.unwrap();
            writer.finish();
            racing.await.unwrap();
            writer.finish();
            let counts = check_order(&peer.await.unwrap(), true);
            assert_eq!(counts[0], 3, "what was sent before the end is written");
        });
    });
}

#[test]
fn who_waits_for_room_gets_it() {
    check(|| {
        block_on(async {
            let model = Model::default();
            let writer = Writer::over(model.clone(), 2 * MESSAGE, usize::MAX);
            let peer = model.reading(3 * 2 * MESSAGE);
            let senders: Vec<_> = (0..3)
                .map(|sender| {
                    let writer = Arc::clone(&writer);
                    spawn(async move {
                        for number in 0..2 {
                            writer.room().await;
                            writer.send(message(sender, number), Urgency::Soon);
                        }
                    })
                })
                .collect();
            for sender in senders {
                sender.await.unwrap();
            }
            assert_eq!(check_order(&peer.await.unwrap(), true), [2, 2, 2, 0]);
        });
    });
}

/// A peer that does not read, until the end that `end` makes lets everybody go.
fn ends(end: impl Fn(&Arc<Writer<Model>>) + Send + Sync + Copy + 'static) {
    check(move || {
        block_on(async move {
            let model = Model::default();
            let writer = Writer::over(model.clone(), MESSAGE, usize::MAX);
            let waiting = (0..2).map(|sender| {
                let writer = Arc::clone(&writer);
                spawn(async move {
                    for number in 0..4 {
                        writer.room().await;
                        writer.send(message(sender, number), Urgency::Soon);
                    }
                })
            });
            let waiting: Vec<_> = waiting.collect();
            end(&writer);
            for sender in waiting {
                sender.await.unwrap();
            }
            let written = model.read(usize::MAX).await;
            check_order(&written, false);
        });
    });
}

#[test]
fn closing_lets_everybody_go() {
    ends(|writer| writer.close());
}

#[test]
fn a_peer_that_goes_lets_everybody_go() {
    ends(|writer| {
        let mut pipe = writer.transport.0.lock().unwrap();
        pipe.gone = true;
        pipe.wake_writers();
    });
}

#[test]
fn a_peer_that_does_not_read_is_left() {
    check(|| {
        block_on(async {
            let model = Model::default();
            let limit = 2 * MESSAGE;
            let writer = Writer::over(model.clone(), MESSAGE, limit);
            let senders: Vec<_> = (0..3).map(|it| send_all(&writer, it, 4)).collect();
            for sender in senders {
                sender.await.unwrap();
            }
            // What was sent is more than socket and limit hold, so all that is left is the end.
            let written = model.read(usize::MAX).await;
            assert!(written.len() <= SOCKET + limit + MESSAGE, "{written:?}");
            check_order(&written, false);
            assert!(writer.overflowed().is_some());
            let queue = writer.lock();
            assert!(queue.closed && queue.outbox.len() == 0);
        });
    });
}
