//! One endpoint: the counters of its topics, and who subscribes there.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::{Semaphore, watch};

use crate::notification::Notification;
use crate::topic::Topic;
use crate::zmtp::put_message;

/// What goes to a subscriber: whole frames.
pub(super) type Frames = Arc<[u8]>;

/// How many prefixes one subscriber may have subscribed to at a time.
const PREFIXES: usize = 1000;

#[derive(Debug)]
pub(super) struct Outlet {
    topics: Vec<Topic>,
    high_water_mark: usize,
    state: Mutex<State>,
    subscriptions: watch::Sender<()>,
    dropped: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    /// How many messages each topic has had, by [`Topic`]'s order.
    counters: [u32; Topic::ALL.len()],
    subscribers: BTreeMap<u64, Subscriber>,
    next: u64,
}

#[derive(Debug)]
struct Subscriber {
    /// What it subscribed to, each as often as it did.
    prefixes: Vec<Vec<u8>>,
    queue: Sender<Frames>,
}

impl Subscriber {
    fn wants(&self, topic: Topic) -> bool {
        let topic = topic.name().as_bytes();
        self.prefixes.iter().any(|prefix| topic.starts_with(prefix))
    }
}

impl Outlet {
    pub(super) fn new(topics: Vec<Topic>, high_water_mark: usize) -> Self {
        Self {
            topics,
            high_water_mark: match high_water_mark {
                0 => Semaphore::MAX_PERMITS,
                limit => limit.min(Semaphore::MAX_PERMITS),
            },
            state: Mutex::default(),
            subscriptions: watch::Sender::new(()),
            dropped: AtomicU64::new(0),
        }
    }

    /// Counts a notification, and queues it for those who want it. `body` is made once for all endpoints.
    pub(super) fn publish(&self, notification: &Notification, body: &mut Option<Vec<u8>>) {
        let topic = notification.topic();
        if !self.topics.contains(&topic) {
            return;
        }
        let mut state = self.state();
        let counter = &mut state.counters[topic as usize];
        let number = counter.to_le_bytes();
        *counter = counter.wrapping_add(1);
        let mut frames: Option<Frames> = None;
        for subscriber in state.subscribers.values() {
            if !subscriber.wants(topic) {
                continue;
            }
            let frames = frames.get_or_insert_with(|| {
                let body = body.get_or_insert_with(|| notification.body());
                let mut out = Vec::new();
                put_message(&mut out, &[topic.name().as_bytes(), body, &number]);
                out.into()
            });
            match subscriber.queue.try_send(Arc::clone(frames)) {
                // One that is closed is just being removed.
                Ok(()) | Err(TrySendError::Closed(_)) => {}
                Err(TrySendError::Full(_)) => {
                    self.dropped.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    }

    /// Adds a subscriber, until the guard is dropped.
    pub(super) fn join(self: &Arc<Self>) -> (Membership, Receiver<Frames>) {
        let (queue, frames) = mpsc::channel(self.high_water_mark);
        let mut state = self.state();
        let id = state.next;
        state.next += 1;
        state.subscribers.insert(
            id,
            Subscriber {
                prefixes: Vec::new(),
                queue: queue.clone(),
            },
        );
        let outlet = Arc::clone(self);
        (Membership { outlet, id, queue }, frames)
    }

    pub(super) fn subscribers(&self, topic: Topic) -> usize {
        match self.topics.contains(&topic) {
            true => {
                let state = self.state();
                let all = state.subscribers.values();
                all.filter(|subscriber| subscriber.wants(topic)).count()
            }
            false => 0,
        }
    }

    /// Changes whenever a subscription does.
    pub(super) fn subscriptions(&self) -> watch::Receiver<()> {
        self.subscriptions.subscribe()
    }

    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A subscriber of an endpoint.
#[derive(Debug)]
pub(super) struct Membership {
    outlet: Arc<Outlet>,
    id: u64,
    queue: Sender<Frames>,
}

impl Membership {
    /// Adds a prefix of topics; false, if there are too many.
    pub(super) fn subscribe(&self, prefix: &[u8]) -> bool {
        self.change(|prefixes| {
            let room = prefixes.len() < PREFIXES;
            if room {
                prefixes.push(prefix.to_vec());
            }
            room
        })
    }

    /// Takes a prefix back, once.
    pub(super) fn unsubscribe(&self, prefix: &[u8]) {
        self.change(|prefixes| {
            if let Some(at) = prefixes.iter().position(|known| known == prefix) {
                prefixes.swap_remove(at);
            }
        });
    }

    /// Queues frames for this subscriber alone. There may be no room for them.
    pub(super) fn send(&self, frames: Vec<u8>) {
        let _ = self.queue.try_send(frames.into());
    }

    fn change<T: Default>(&self, change: impl FnOnce(&mut Vec<Vec<u8>>) -> T) -> T {
        let changed = match self.outlet.state().subscribers.get_mut(&self.id) {
            Some(subscriber) => change(&mut subscriber.prefixes),
            None => T::default(),
        };
        self.outlet.subscriptions.send_replace(());
        changed
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.outlet.state().subscribers.remove(&self.id);
        self.outlet.subscriptions.send_replace(());
    }
}
