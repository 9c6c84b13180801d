//! Our threads, as the peer sees them: the `ThreadMap` and `Thread` of `mp/proxy.capnp`.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use super::lane::Lane;
use super::peer_threads::MAKE_THREAD;
use super::{Connection, Side};
use crate::adapter::{Adapter, Dispatched, LocalObject, ServerCall};
use crate::capability::Capability;
use crate::exception::{Exception, ExceptionKind};
use crate::interface::{Interface, Method};
use crate::message::StructReader;
use crate::threads::Threads;

pub(super) const THREAD_MAP_ID: u64 = 0xee5e_3717_9ad9_dc9d;
const THREAD_ID: u64 = 0x81c1_e260_0d0b_56c5;

/// `Thread.getName @0 () -> (result :Text)`.
const GET_NAME: &Method = &Method::new(THREAD_ID, 0, "Thread.getName").results(0, 1);

/// `ThreadMap.makePool @1 (count :UInt32) -> ()`.
pub(super) const MAKE_POOL: &Method =
    &Method::new(THREAD_MAP_ID, 1, "ThreadMap.makePool").params(1, 0);

const THREAD_MAP: &Interface =
    &Interface::new("ThreadMap", THREAD_MAP_ID, &[MAKE_THREAD, MAKE_POOL]);
const THREAD: &Interface = &Interface::new("Thread", THREAD_ID, &[GET_NAME]);

/// Makes threads for the peer of one connection.
#[derive(Debug)]
pub(super) struct ThreadMapAdapter {
    connection: Weak<Connection>,
}

impl ThreadMapAdapter {
    pub(super) fn new(connection: Weak<Connection>) -> Self {
        Self { connection }
    }
}

impl Adapter for ThreadMapAdapter {
    fn interface(&self) -> &'static Interface {
        THREAD_MAP
    }

    fn dispatch(&self, call: ServerCall) -> Dispatched {
        let connection = self.connection.upgrade();
        let connection = connection.ok_or_else(|| Exception::failed("the connection is closed"));
        match call.method() {
            (THREAD_MAP_ID, 0) => call.serve(
                read_name,
                move |name| async move {
                    let thread = ThreadAdapter::start(name, &connection?)?;
                    Ok(Capability::local(LocalObject::new(thread)))
                },
                |results, thread| results.set_capability(0, thread),
            ),
            (THREAD_MAP_ID, 1) => call.serve(
                |params| Ok(params.scalar(0, 0u32)),
                move |count| async move { connection?.make_pool(count) },
                |_, ()| (),
            ),
            _ => call.unimplemented(),
        }
    }
}

/// The name of a thread. Peers may call it what they like, in whatever encoding.
fn read_name(params: &StructReader<'_>) -> Result<String, Exception> {
    let bytes = params.data(0, "name")?;
    let bytes = bytes.strip_suffix(b"\0").unwrap_or(&bytes);
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

/// One thread of the peer's making. It ends when nothing refers to it and its queue is empty.
pub(super) struct ThreadAdapter {
    name: String,
    connection: Weak<Connection>,
    lane: Lane,
    _counted: Counted,
}

impl ThreadAdapter {
    /// # Errors
    ///
    /// The peer has too many, or the system gives none.
    fn start(name: String, connection: &Arc<Connection>) -> Result<Self, Exception> {
        let counted = connection.threads.count(connection.context.own_threads)?;
        let lane = Lane::start(&name, connection.context.threads, connection.runtime())?;
        Ok(Self {
            name,
            connection: Arc::downgrade(connection),
            lane,
            _counted: counted,
        })
    }

    pub(super) fn belongs_to(&self, connection: &Connection) -> bool {
        std::ptr::eq(self.connection.as_ptr(), connection)
    }

    pub(super) fn lane(&self) -> &Lane {
        &self.lane
    }
}

/// A thread of ours that a call names, with the object that the peer knows it by.
#[derive(Clone)]
pub(super) struct Thread {
    object: Arc<LocalObject>,
    adapter: Arc<ThreadAdapter>,
}

impl Thread {
    fn start(name: String, connection: &Arc<Connection>) -> Result<Self, Exception> {
        let adapter = Arc::new(ThreadAdapter::start(name, connection)?);
        let object = LocalObject::over(Arc::clone(&adapter) as _);
        Ok(Self { object, adapter })
    }

    /// The thread behind an object of ours, if the peer of this very connection had it made.
    pub(super) fn of(object: &Arc<LocalObject>, connection: &Connection) -> Option<Self> {
        let adapter = object.downcast::<ThreadAdapter>()?;
        adapter.belongs_to(connection).then(|| Self {
            object: Arc::clone(object),
            adapter,
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.adapter.name
    }

    pub(super) fn lane(&self) -> &Lane {
        self.adapter.lane()
    }

    pub(super) fn capability(&self) -> Capability {
        Capability::local(Arc::clone(&self.object))
    }
}

/// How many threads of ours a peer has.
#[derive(Default)]
pub(super) struct OwnThreads(Arc<AtomicUsize>);

/// One of them.
struct Counted(Arc<AtomicUsize>);

impl OwnThreads {
    pub(super) fn len(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    fn count(&self, limit: usize) -> Result<Counted, Exception> {
        let counted = Counted(Arc::clone(&self.0));
        if self.0.fetch_add(1, Ordering::Relaxed) >= limit {
            return Err(Exception::new(
                ExceptionKind::Overloaded,
                format_args!("{limit} threads of this connection exist, which is the limit"),
            ));
        }
        Ok(counted)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Threads for calls that name none.
pub(super) struct OwnPool(Vec<Thread>);

impl OwnPool {
    /// The one with the fewest calls.
    fn thread(&self) -> Option<Thread> {
        let idlest = self.0.iter().min_by_key(|thread| thread.lane().depth());
        idlest.cloned()
    }
}

/// How many threads of ours run calls back that name none.
const CALLBACK_THREADS: u32 = 4;

impl OwnPool {
    fn start(name: &str, count: u32, connection: &Arc<Connection>) -> Result<Self, Exception> {
        let threads = (0..count)
            .map(|number| Thread::start(format!("{name}/{number}"), connection))
            .collect::<Result<_, _>>()?;
        Ok(Self(threads))
    }
}

fn no_thread() -> Exception {
    // The text that libmultiprocess answers with.
    Exception::failed("std::exception: no thread specified and no pool configured")
}

impl Connection {
    /// The thread of ours for a call that names none, where threads are the system's.
    ///
    /// A peer that connected to us has to ask for a pool first, as with libmultiprocess. One that we connected to
    /// calls us back: on threads that it need not ask for, since it does not name one for calls back either,
    /// unless we do.
    pub(super) fn unnamed_thread(self: &Arc<Self>) -> Result<Thread, Exception> {
        if let Some(thread) = self.pool.get().and_then(OwnPool::thread) {
            return Ok(thread);
        }
        if self.side == Side::Server {
            return Err(no_thread());
        }
        if self.callback_pool.get().is_none() {
            let pool = OwnPool::start("callback", CALLBACK_THREADS, self)?;
            let _ = self.callback_pool.set(pool);
        }
        let thread = self.callback_pool.get().and_then(OwnPool::thread);
        thread.ok_or_else(no_thread)
    }

    /// Answers the peer's `makePool`. Where threads are tasks there is nothing to make, since calls that
    /// name none run side by side. A second pool is refused as libmultiprocess does.
    fn make_pool(self: &Arc<Self>, count: u32) -> Result<(), Exception> {
        if count == 0 {
            return Ok(());
        }
        let second = || {
            Exception::failed("std::exception: makePool called on connection with existing pool")
        };
        if self.pool.get().is_some() {
            return Err(second());
        }
        let count = match self.context.threads {
            Threads::Tasks => 0,
            Threads::Dedicated => count,
        };
        let pool = OwnPool::start("pool", count, self)?;
        self.pool.set(pool).map_err(|_second| second())
    }
}

impl Adapter for ThreadAdapter {
    fn interface(&self) -> &'static Interface {
        THREAD
    }

    fn dispatch(&self, call: ServerCall) -> Dispatched {
        let name = self.name.clone();
        call.serve(
            |_| Ok(()),
            move |()| async move { Ok(name) },
            |results, name| results.set_text(0, &name),
        )
    }
}

impl fmt::Debug for ThreadAdapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThreadAdapter")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
