//! A thread of ours, as the peer sees it: a queue of calls that run one after the other.
//!
//! While all that run wait for answers of the peer, the next one runs inside of them. That is how calls
//! back and forth reach the thread that waits for them, as they do in libmultiprocess.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::job::Job;
use super::order::Begin;
use super::scope::Scope;
use crate::exception::Exception;
use crate::threads::Threads;

/// How much of a thread's name the system shows.
const SHOWN: usize = 15;

/// The end of the queue where calls come in. The thread ends when this is dropped and all calls are done.
pub(super) struct Lane {
    jobs: mpsc::UnboundedSender<Work>,
    /// How many calls are queued or running.
    pending: Arc<AtomicUsize>,
}

/// A call, or what is left of one that has begun.
pub(super) struct Work {
    pub(super) scope: Arc<Scope>,
    pub(super) rest: BoxFuture<'static, ()>,
}

impl Lane {
    /// # Errors
    ///
    /// The system gives no thread.
    pub(super) fn start(name: &str, threads: Threads, runtime: &Handle) -> Result<Self, Exception> {
        let (jobs, queue) = mpsc::unbounded_channel();
        let pending = Arc::new(AtomicUsize::new(0));
        let driver = drive(queue, Arc::clone(&pending));
        match threads {
            Threads::Tasks => drop(runtime.spawn(driver)),
            Threads::Dedicated => {
                let runtime = runtime.clone();
                std::thread::Builder::new()
                    .name(shown(name))
                    .spawn(move || runtime.block_on(driver))
                    .map_err(|error| Exception::io("a thread for the peer", error))?;
            }
        }
        Ok(Self { jobs, pending })
    }

    /// How many calls are queued or running.
    pub(super) fn depth(&self) -> usize {
        self.pending.load(Ordering::Acquire)
    }

    /// Runs `job` after everything that was queued before.
    pub(super) fn run(&self, job: Job) {
        self.pending.fetch_add(1, Ordering::AcqRel);
        let scope = Arc::clone(job.scope());
        let rest = job.run().boxed();
        self.queue(Work { scope, rest });
    }

    /// Runs `job` here and now, up to where it first waits, if nothing was queued before.
    pub(super) fn begin(&self, job: Job) {
        if self.depth() > 0 {
            return self.run(job);
        }
        self.pending.fetch_add(1, Ordering::AcqRel);
        let scope = Arc::clone(job.scope());
        match job.begin() {
            // Nothing else is queued meanwhile: calls arrive on one task.
            Some(rest) => self.queue(Work { scope, rest }),
            None => drop(self.pending.fetch_sub(1, Ordering::AcqRel)),
        }
    }

    fn queue(&self, work: Work) {
        // It fails only when the runtime is gone, and then the call's caller learns by its drop.
        let _ = self.jobs.send(work);
    }
}

/// Runs what is queued until there will be no more.
async fn drive(mut queue: mpsc::UnboundedReceiver<Work>, pending: Arc<AtomicUsize>) {
    let mut running: Vec<Work> = Vec::new();
    poll_fn(|cx| poll_drive(&mut queue, &mut running, &pending, cx)).await;
}

fn poll_drive(
    queue: &mut mpsc::UnboundedReceiver<Work>,
    running: &mut Vec<Work>,
    pending: &AtomicUsize,
    cx: &mut Context<'_>,
) -> Poll<()> {
    loop {
        running.retain_mut(|work| {
            let is_pending = work.rest.poll_unpin(cx).is_pending();
            if !is_pending {
                pending.fetch_sub(1, Ordering::AcqRel);
            }
            is_pending
        });
        if !running.iter().all(|work| work.scope.waits()) {
            return Poll::Pending;
        }
        match queue.poll_recv(cx) {
            Poll::Ready(Some(work)) => running.push(work),
            Poll::Ready(None) if running.is_empty() => return Poll::Ready(()),
            Poll::Ready(None) | Poll::Pending => return Poll::Pending,
        }
    }
}

/// The last part of a name, which tells threads apart, as far as the system shows it.
fn shown(name: &str) -> String {
    let printable: Vec<char> = name.chars().filter(|it| !it.is_control()).collect();
    let from = printable.len().saturating_sub(SHOWN);
    printable[from..].iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_end_of_a_name() {
        assert_eq!(shown("short"), "short");
        assert_eq!(shown("bitcoin-node-1234/b-http-5678"), "234/b-http-5678");
        assert_eq!(shown("nul \0 inside"), "nul  inside");
    }
}
