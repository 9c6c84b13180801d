//! Our threads, as the peer sees them: the `ThreadMap` and `Thread` of `mp/proxy.capnp`.
//!
//! A "thread" here is a queue: calls that name it run one after the other in their order of
//! arrival, on whichever worker of the runtime is free.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use futures_util::future::BoxFuture;
use tokio::sync::mpsc;

use super::Connection;
use super::accept::Job;
use super::order::Begin;
use super::peer_threads::MAKE_THREAD;
use crate::adapter::{Adapter, Dispatched, LocalObject, ServerCall};
use crate::capability::Capability;
use crate::exception::Exception;
use crate::interface::{Interface, Method};

pub(super) const THREAD_MAP_ID: u64 = 0xee5e_3717_9ad9_dc9d;
const THREAD_ID: u64 = 0x81c1_e260_0d0b_56c5;

/// `Thread.getName @0 () -> (result :Text)`.
const GET_NAME: &Method = &Method::new(THREAD_ID, 0, "Thread.getName").results(0, 1);

/// `ThreadMap.makePool @1 (count :UInt32) -> ()`.
const MAKE_POOL: &Method = &Method::new(THREAD_MAP_ID, 1, "ThreadMap.makePool").params(1, 0);

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
                |params| params.text(0, "name"),
                move |name| async move {
                    let thread = ThreadAdapter::start(name, &connection?);
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

/// One thread of the peer's making. It ends when nothing refers to it and its queue is empty.
pub(super) struct ThreadAdapter {
    name: String,
    connection: Weak<Connection>,
    jobs: mpsc::UnboundedSender<Work>,
    /// How many jobs are queued or running.
    pending: Arc<AtomicUsize>,
}

impl ThreadAdapter {
    fn start(name: String, connection: &Arc<Connection>) -> Self {
        let (jobs, mut queue) = mpsc::unbounded_channel::<Work>();
        let pending = Arc::new(AtomicUsize::new(0));
        let left = Arc::clone(&pending);
        connection.runtime().spawn(async move {
            while let Some(job) = queue.recv().await {
                match job {
                    Work::Whole(job) => job.run().await,
                    Work::Rest(rest) => rest.await,
                }
                left.fetch_sub(1, Ordering::AcqRel);
            }
        });
        Self {
            name,
            connection: Arc::downgrade(connection),
            jobs,
            pending,
        }
    }

    pub(super) fn belongs_to(&self, connection: &Connection) -> bool {
        std::ptr::eq(self.connection.as_ptr(), connection)
    }

    /// Runs `job` after everything that was queued before.
    pub(super) fn run(&self, job: Job) {
        self.pending.fetch_add(1, Ordering::AcqRel);
        self.queue(Work::Whole(job));
    }

    /// Runs `job` here and now, up to where it first waits, if nothing was queued before.
    pub(super) fn begin(&self, job: Job) {
        if self.pending.fetch_add(1, Ordering::AcqRel) > 0 {
            return self.queue(Work::Whole(job));
        }
        match job.begin() {
            // Nothing else is queued meanwhile: calls arrive on one task.
            Some(rest) => self.queue(Work::Rest(rest)),
            None => drop(self.pending.fetch_sub(1, Ordering::AcqRel)),
        }
    }

    fn queue(&self, work: Work) {
        // It fails only when the runtime is gone, and then the job's caller learns by its drop.
        let _ = self.jobs.send(work);
    }
}

/// What a thread has to do.
enum Work {
    Whole(Job),
    /// What is left of a job that has begun.
    Rest(BoxFuture<'static, ()>),
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
