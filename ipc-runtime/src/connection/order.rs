//! Calls that name no thread begin in their order of arrival; those that might have named one wait for no other.
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
use std::sync::{Arc, PoisonError, Weak};
#[cfg(not(test))]
use std::sync::{Mutex, MutexGuard};

use foldhash::fast::RandomState;
use futures_util::future::BoxFuture;
#[cfg(test)]
use shuttle::sync::{Mutex, MutexGuard};

use super::Connection;
use super::queued::Queued;
use crate::adapter::LocalObject;
use crate::exception::Exception;

#[cfg(test)]
mod model;

/// Calls that are begun before other tasks get a turn.
const AT_ONCE: usize = 64;

/// Whose calls are begun: a connection, or the model of one for the model checker.
pub(super) trait Calls: Send + Sync + Sized + 'static {
    type Object: Send + Sync + 'static;
    type Call: Begin;

    fn lines(&self) -> &Lines<Self>;

    /// Waits until calls may begin; none if they may now.
    fn room(&self) -> Option<BoxFuture<'static, ()>>;

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static);
}

/// A call that has not begun.
pub(super) trait Begin: Send + 'static {
    /// Whether later calls of its object have to wait for its end.
    fn streams(&self) -> bool;

    /// Runs it up to where it first waits. Returns the rest, if there is any.
    fn begin(self) -> Option<BoxFuture<'static, ()>>;

    /// Ends it before it has begun.
    fn fail(self, reason: Exception);
}

impl Calls for Connection {
    type Object = LocalObject;
    type Call = Queued;

    fn lines(&self) -> &Lines<Self> {
        &self.lines
    }

    fn room(&self) -> Option<BoxFuture<'static, ()>> {
        self.room()
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.runtime().spawn(task);
    }
}

/// The calls of one connection that have not begun.
pub(super) struct Lines<C: Calls>(Mutex<State<C>>);

impl<C: Calls> Default for Lines<C> {
    fn default() -> Self {
        Self(Mutex::new(State {
            lines: HashMap::default(),
            ready: BTreeMap::new(),
            free: VecDeque::new(),
            arrivals: 0,
            servers: 0,
            beginning: 0,
            broken: HashMap::default(),
            most_broken: 0,
        }))
    }
}

struct State<C: Calls> {
    /// By the addresses of their objects.
    lines: HashMap<usize, Line<C>, RandomState>,
    /// Those that can go on, by the arrival of their first call.
    ready: BTreeMap<u64, usize>,
    /// Those that need not wait for others of their objects, by their arrival.
    free: VecDeque<(u64, C::Call)>,
    arrivals: u64,
    /// Tasks that begin calls.
    servers: usize,
    /// How many of them are at one.
    beginning: usize,
    /// Objects that a streaming call has failed on.
    broken: HashMap<usize, Broken<C>, RandomState>,
    /// How many of those there may be before it is looked which are gone.
    most_broken: usize,
}

/// The calls of one object.
struct Line<C: Calls> {
    /// Kept so that its address stays its own.
    _object: Arc<C::Object>,
    waiting: VecDeque<(u64, C::Call)>,
    /// One is beginning, or streaming.
    busy: bool,
}

struct Broken<C: Calls> {
    object: Weak<C::Object>,
    reason: Exception,
}

/// A call that is next, and why it fails if its object is broken.
struct Next<C: Calls> {
    /// Its object, if later calls of that wait for it.
    key: Option<usize>,
    call: C::Call,
    broken: Option<Exception>,
}

impl<C: Calls> State<C> {
    fn join(&mut self, object: &Arc<C::Object>, call: C::Call) {
        self.arrivals += 1;
        let arrival = self.arrivals;
        let key = address(object);
        let line = self.lines.entry(key).or_insert_with(|| Line {
            _object: Arc::clone(object),
            waiting: VecDeque::new(),
            busy: false,
        });
        line.waiting.push_back((arrival, call));
        if !line.busy && line.waiting.len() == 1 {
            self.ready.insert(arrival, key);
        }
    }

    fn next(&mut self) -> Option<Next<C>> {
        let first = self.ready.first_key_value().map(|(arrival, _)| *arrival);
        let is_free = |arrival: u64| first.is_none_or(|first| arrival < first);
        if self
            .free
            .front()
            .is_some_and(|(arrival, _)| is_free(*arrival))
        {
            let (_, call) = self.free.pop_front()?;
            let (key, broken) = (None, None);
            return Some(Next { key, call, broken });
        }
        let (_, key) = self.ready.pop_first()?;
        let line = self.lines.get_mut(&key)?;
        let (_, call) = line.waiting.pop_front()?;
        line.busy = true;
        let broken = self.broken.get(&key);
        let broken = broken.map(|broken| broken.reason.clone());
        let key = Some(key);
        Some(Next { key, call, broken })
    }

    /// The object's next call may begin. Returns the line if there is none.
    fn go_on(&mut self, key: usize) -> Option<Line<C>> {
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
        let waiting = !self.ready.is_empty() || !self.free.is_empty();
        let needed = waiting && self.servers == self.beginning;
        self.servers += usize::from(needed);
        needed
    }
}

impl<C: Calls> Lines<C> {
    /// Whether calls of the object wait, or have to.
    pub(super) fn hold_up(&self, object: &Arc<C::Object>) -> bool {
        let state = self.lock();
        let key = address(object);
        state.lines.contains_key(&key) || state.broken.contains_key(&key)
    }

    /// Puts something behind the calls of the object that wait. Gives it back if there are none.
    pub(super) fn after(&self, object: &Arc<C::Object>, call: C::Call) -> Option<C::Call> {
        let mut state = self.lock();
        if !state.lines.contains_key(&address(object)) {
            return Some(call);
        }
        // Whoever is at the line, or is to come to it, goes on to what is behind.
        state.join(object, call);
        None
    }

    /// A streaming call of the object has failed, so that later calls of it do.
    pub(super) fn broke(&self, object: &Arc<C::Object>, reason: &Exception) {
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

    fn lock(&self) -> MutexGuard<'_, State<C>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn address<O>(object: &Arc<O>) -> usize {
    Arc::as_ptr(object).addr()
}

/// Begins a call after those that arrived before, or at least after those of the same object.
pub(super) fn begin_in_order<C: Calls>(calls: &Arc<C>, object: &Arc<C::Object>, call: C::Call) {
    add(calls, |state| state.join(object, call));
}

/// Begins a call which waits for no other.
pub(super) fn begin_soon<C: Calls>(calls: &Arc<C>, call: C::Call) {
    add(calls, |state| {
        state.arrivals += 1;
        state.free.push_back((state.arrivals, call));
    });
}

fn add<C: Calls>(calls: &Arc<C>, add: impl FnOnce(&mut State<C>)) {
    let needed = {
        let mut state = calls.lines().lock();
        add(&mut state);
        state.needs_server()
    };
    if needed {
        serve(calls);
    }
}

fn serve<C: Calls>(calls: &Arc<C>) {
    let server = Server {
        calls: Arc::clone(calls),
        done: false,
    };
    calls.spawn(server.run());
}

/// Begins calls.
struct Server<C: Calls> {
    calls: Arc<C>,
    done: bool,
}

impl<C: Calls> Server<C> {
    async fn run(mut self) {
        let mut begun = 0;
        // It counts as beginning the last call until it looks for the next one.
        let mut is_beginning = false;
        loop {
            if let Some(room) = self.calls.room() {
                self.pause(&mut is_beginning);
                room.await;
            }
            let (next, needed) = {
                let mut state = self.calls.lines().lock();
                state.beginning -= usize::from(std::mem::take(&mut is_beginning));
                let next = state.next();
                match next {
                    Some(_) => state.beginning += 1,
                    None => state.servers -= 1,
                }
                (next, state.needs_server())
            };
            // Before the handler may keep this one.
            if needed {
                serve(&self.calls);
            }
            let Some(next) = next else {
                self.done = true;
                return;
            };
            match next.key {
                Some(key) => self.begin_of(key, next),
                None => {
                    if let Some(rest) = begin(next) {
                        self.calls.spawn(rest);
                    }
                    is_beginning = true;
                }
            }
            begun += 1;
            if begun % AT_ONCE == 0 {
                self.pause(&mut is_beginning);
                tokio::task::yield_now().await;
            }
        }
    }

    /// It is not at a call while it waits.
    fn pause(&self, is_beginning: &mut bool) {
        if std::mem::take(is_beginning) {
            self.calls.lines().lock().beginning -= 1;
        }
    }

    /// Begins a call that later ones of its object wait for.
    fn begin_of(&self, key: usize, next: Next<C>) {
        let mut busy = Busy {
            calls: Arc::clone(&self.calls),
            key,
            beginning: true,
        };
        let streams = next.call.streams();
        match begin(next) {
            Some(rest) if streams => {
                busy.goes_on();
                self.calls.spawn(async move {
                    rest.await;
                    drop(busy);
                });
            }
            Some(rest) => {
                drop(busy);
                self.calls.spawn(rest);
            }
            None => drop(busy),
        }
    }
}

/// Begins a call. Returns the rest, if there is any.
fn begin<C: Calls>(next: Next<C>) -> Option<BoxFuture<'static, ()>> {
    let Next { call, broken, .. } = next;
    // A handler's own panics are its call's; this is for what is dropped with it.
    std::panic::catch_unwind(AssertUnwindSafe(|| match broken {
        Some(reason) => {
            call.fail(reason);
            None
        }
        None => call.begin(),
    }))
    .unwrap_or_default()
}

impl<C: Calls> Drop for Server<C> {
    fn drop(&mut self) {
        if self.done {
            return;
        }
        // The runtime was shut down. Calls that are dropped are answered, so not under the lock.
        let calls = {
            let mut state = self.calls.lines().lock();
            state.servers -= 1;
            state.ready.clear();
            (
                std::mem::take(&mut state.lines),
                std::mem::take(&mut state.free),
            )
        };
        drop(calls);
    }
}

/// Holds up the later calls of an object.
struct Busy<C: Calls> {
    calls: Arc<C>,
    key: usize,
    /// A task is at one of its calls.
    beginning: bool,
}

impl<C: Calls> Busy<C> {
    /// The task goes on with other objects.
    fn goes_on(&mut self) {
        self.beginning = false;
        self.calls.lines().lock().beginning -= 1;
    }
}

impl<C: Calls> Drop for Busy<C> {
    fn drop(&mut self) {
        let (line, needed) = {
            let mut state = self.calls.lines().lock();
            state.beginning -= usize::from(self.beginning);
            (state.go_on(self.key), state.needs_server())
        };
        // The object may be anybody's code.
        drop(line);
        if needed {
            serve(&self.calls);
        }
    }
}
