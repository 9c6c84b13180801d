//! The thread that `capnp-rpc` lives on.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use tokio::task::LocalSet;

use super::vat::Vat;
use crate::exception::Exception;

type Job = Box<dyn FnOnce(&Rc<Vat>) + Send>;

/// A handle on the thread. The thread ends with the last handle.
pub(super) struct RpcThread {
    jobs: mpsc::UnboundedSender<Job>,
    keys: AtomicU64,
}

impl RpcThread {
    pub(super) fn start() -> Result<Arc<Self>, Exception> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Exception::io("the RPC thread's event queue", error))?;
        let (jobs, queue) = mpsc::unbounded_channel();
        let handle = Arc::new(Self {
            jobs,
            keys: AtomicU64::new(0),
        });
        let weak = Arc::downgrade(&handle);
        std::thread::Builder::new()
            .name("ipc-rpc".to_owned())
            .spawn(move || run(runtime, queue, weak))
            .map_err(|error| Exception::io("the RPC thread", error))?;
        Ok(handle)
    }

    /// Runs `job` on the thread, after all that were submitted before.
    pub(super) fn submit(&self, job: impl FnOnce(&Rc<Vat>) + Send + 'static) {
        // It fails only when the thread is gone; a job that is dropped fails what waits for it.
        let _ = self.jobs.send(Box::new(job));
    }

    /// A key for the table of imports that no other import has.
    pub(super) fn next_key(&self) -> u64 {
        self.keys.fetch_add(1, Ordering::Relaxed)
    }
}

fn run(runtime: Runtime, mut queue: mpsc::UnboundedReceiver<Job>, thread: Weak<RpcThread>) {
    let local = LocalSet::new();
    local.block_on(&runtime, async {
        let vat = Rc::new(Vat::new(thread));
        while let Some(job) = queue.recv().await {
            // One job's panic must not end every connection.
            if catch_unwind(AssertUnwindSafe(|| job(&vat))).is_err() {
                tracing::error!("a job of the RPC thread panicked");
            }
        }
    });
}

impl fmt::Debug for RpcThread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RpcThread").finish_non_exhaustive()
    }
}
