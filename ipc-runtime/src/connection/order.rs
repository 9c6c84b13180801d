//! Calls that name no thread begin in their order of arrival.
//!
//! A task begins one after the other, each up to where it first waits; what waits is left to a task of its
//! own. While that task is at one, another task goes on with calls of other objects where there is a thread for
//! it, so a handler that blocks holds up nothing but its object. A streaming call holds up its object until it is
//! done, and breaks it by failing.
//!
//! No call is forgotten: under the lock, whenever there are calls that can begin, there are more tasks than are
//! at one, or one more is made.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use foldhash::fast::RandomState;

use super::Connection;
use super::accept::Job;
use crate::adapter::LocalObject;
use crate::exception::Exception;

/// Calls that are begun before other tasks get a turn.
const AT_ONCE: usize = 64;

/// The calls of one connection that have not begun.
#[derive(Default)]
pub(super) struct Lines(Mutex<State>);

#[derive(Default)]
struct State {
    /// By the addresses of their objects.
    lines: HashMap<usize, Line, RandomState>,
    /// Those that can go on, by the arrival of their first call.
    ready: BTreeMap<u64, usize>,
    arrivals: u64,
    /// Tasks that begin calls.
    servers: usize,
    /// How many of them are at one.
    beginning: usize,
    /// Objects that a streaming call has failed on.
    broken: HashMap<usize, Broken, RandomState>,
    /// How many of those there may be before it is looked which are gone.
    most_broken: usize,
}

/// The calls of one object.
struct Line {
    /// Kept so that its address stays its own.
    _object: Arc<LocalObject>,
    waiting: VecDeque<(u64, Job)>,
    /// One is beginning, or streaming.
    busy: bool,
}

struct Broken {
    object: Weak<LocalObject>,
    reason: Exception,
}

/// A call that is next, and why it fails if its object is broken.
struct Next {
    key: usize,
    job: Job,
    broken: Option<Exception>,
}

impl State {
    fn join(&mut self, object: &Arc<LocalObject>, job: Job) {
        self.arrivals += 1;
        let arrival = self.arrivals;
        let key = address(object);
        let line = self.lines.entry(key).or_insert_with(|| Line {
            _object: Arc::clone(object),
            waiting: VecDeque::new(),
            busy: false,
        });
        line.waiting.push_back((arrival, job));
        if !line.busy && line.waiting.len() == 1 {
            self.ready.insert(arrival, key);
        }
    }

    fn next(&mut self) -> Option<Next> {
        let (_, key) = self.ready.pop_first()?;
        let line = self.lines.get_mut(&key)?;
        let (_, job) = line.waiting.pop_front()?;
        line.busy = true;
        let broken = self.broken.get(&key);
        let broken = broken.map(|broken| broken.reason.clone());
        Some(Next { key, job, broken })
    }

    /// The object's next call may begin. Returns the line if there is none.
    fn go_on(&mut self, key: usize) -> Option<Line> {
        let line = self.lines.get_mut(&key)?;
        line.busy = false;
        match line.waiting.front() {
            Some((arrival, _)) => {
                self.ready.insert(*arrival, key);
                None
            }
            None => self.lines.remove(&key),
        }
    }

    /// Whether another task is needed, which is counted then.
    fn needs_server(&mut self) -> bool {
        let needed = !self.ready.is_empty() && self.servers == self.beginning;
        self.servers += usize::from(needed);
        needed
    }
}

impl Lines {
    /// Whether calls of the object wait, or have to.
    pub(super) fn hold_up(&self, object: &Arc<LocalObject>) -> bool {
        let state = self.lock();
        let key = address(object);
        state.lines.contains_key(&key) || state.broken.contains_key(&key)
    }

    /// A streaming call of the object has failed, so that later calls of it do.
    pub(super) fn broke(&self, object: &Arc<LocalObject>, reason: &Exception) {
        let mut state = self.lock();
        if state.broken.len() >= state.most_broken {
            state.broken.retain(|_, it| it.object.strong_count() > 0);
            state.most_broken = 2 * state.broken.len() + 16;
        }
        let broken = Broken {
            object: Arc::downgrade(object),
            reason: reason.clone(),
        };
        state.broken.entry(address(object)).or_insert(broken);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn address(object: &Arc<LocalObject>) -> usize {
    Arc::as_ptr(object).addr()
}

impl Connection {
    /// Begins a call after those that arrived before, or at least after those of the same object.
    pub(super) fn begin_in_order(self: &Arc<Self>, object: &Arc<LocalObject>, job: Job) {
        let needed = {
            let mut state = self.lines.lock();
            state.join(object, job);
            state.needs_server()
        };
        if needed {
            self.serve_lines();
        }
    }

    fn serve_lines(self: &Arc<Self>) {
        let connection = Arc::clone(self);
        let server = Server {
            connection,
            done: false,
        };
        self.runtime().spawn(server.run());
    }
}

/// Begins calls.
struct Server {
    connection: Arc<Connection>,
    done: bool,
}

impl Server {
    async fn run(mut self) {
        let mut begun = 0;
        loop {
            if let Some(room) = self.connection.room() {
                room.await;
            }
            let (next, needed) = {
                let mut state = self.connection.lines.lock();
                let next = state.next();
                match next {
                    Some(_) => state.beginning += 1,
                    None => state.servers -= 1,
                }
                (next, state.needs_server())
            };
            // Before the handler may keep this one.
            if needed {
                self.connection.serve_lines();
            }
            let Some(next) = next else {
                self.done = true;
                return;
            };
            self.begin(next);
            begun += 1;
            if begun % AT_ONCE == 0 {
                tokio::task::yield_now().await;
            }
        }
    }

    fn begin(&self, next: Next) {
        let Next { key, job, broken } = next;
        let mut busy = Busy {
            connection: Arc::clone(&self.connection),
            key,
            beginning: true,
        };
        let streams = job.streams();
        // A handler's own panics are its call's; this is for what is dropped with it.
        let rest = std::panic::catch_unwind(AssertUnwindSafe(|| match broken {
            Some(reason) => {
                job.fail(reason);
                None
            }
            None => job.begin(),
        }));
        let runtime = self.connection.runtime();
        match rest {
            Ok(Some(rest)) if streams => {
                busy.goes_on();
                runtime.spawn(async move {
                    rest.await;
                    drop(busy);
                });
            }
            Ok(Some(rest)) => {
                drop(busy);
                runtime.spawn(rest);
            }
            _ => drop(busy),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.done {
            return;
        }
        // The runtime was shut down. Calls that are dropped are answered, so not under the lock.
        let lines = {
            let mut state = self.connection.lines.lock();
            state.servers -= 1;
            state.ready.clear();
            std::mem::take(&mut state.lines)
        };
        drop(lines);
    }
}

/// Holds up the later calls of an object.
struct Busy {
    connection: Arc<Connection>,
    key: usize,
    /// A task is at one of its calls.
    beginning: bool,
}

impl Busy {
    /// The task goes on with other objects.
    fn goes_on(&mut self) {
        self.beginning = false;
        self.connection.lines.lock().beginning -= 1;
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let (line, needed) = {
            let mut state = self.connection.lines.lock();
            state.beginning -= usize::from(self.beginning);
            (state.go_on(self.key), state.needs_server())
        };
        // The object may be anybody's code.
        drop(line);
        if needed {
            self.connection.serve_lines();
        }
    }
}
