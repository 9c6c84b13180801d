//! An Init and an Echo that tests can watch and command.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use generated_examples::v32::echo::{Echo, EchoProxy};
use generated_examples::v32::init::Init;
use generated_examples::v32::mining::MiningProxy;
use generated_examples::v32::rpc::RpcProxy;
use ipc_runtime::{Exception, ExceptionKind};
use tokio::sync::{Notify, watch};

/// The text that makes [`TestEcho`] wait until [`Watch::release`], and for ever without it.
pub const WAIT: &str = "please wait";
/// The text that makes [`TestEcho`] fail.
pub const FAIL: &str = "please fail";
/// The text that makes [`TestEcho`] panic.
pub const PANIC: &str = "please panic";
/// The text that [`TestEcho`] answers with the number of its process.
pub const PID: &str = "please say your pid";

/// What the services of one test have seen.
#[derive(Debug)]
pub struct Watch {
    echoes: watch::Sender<usize>,
    waiting: watch::Sender<usize>,
    release: Notify,
    calls: AtomicUsize,
}

impl Watch {
    /// Nothing seen yet.
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            echoes: watch::Sender::new(0),
            waiting: watch::Sender::new(0),
            release: Notify::new(),
            calls: AtomicUsize::new(0),
        })
    }

    /// Waits until so many [`TestEcho`] objects live.
    pub async fn echoes(&self, count: usize) {
        reach(&self.echoes, count).await;
    }

    /// Waits until so many calls wait in [`WAIT`].
    pub async fn waiting(&self, count: usize) {
        reach(&self.waiting, count).await;
    }

    /// Lets one call out of [`WAIT`].
    pub fn release(&self) {
        self.release.notify_one();
    }

    /// Calls of [`Echo::echo`] that arrived.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

async fn reach(value: &watch::Sender<usize>, count: usize) {
    // The sender is alive, so the wait cannot fail.
    let _ = value.subscribe().wait_for(|value| *value == count).await;
}

/// Counts itself as long as it lives.
struct Counted(Arc<Watch>, fn(&Watch) -> &watch::Sender<usize>);

impl Counted {
    fn new(watch: &Arc<Watch>, value: fn(&Watch) -> &watch::Sender<usize>) -> Self {
        value(watch).send_modify(|count| *count += 1);
        Self(Arc::clone(watch), value)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        (self.1)(&self.0).send_modify(|count| *count -= 1);
    }
}

/// An Echo that obeys [`WAIT`], [`FAIL`], [`PANIC`] and [`PID`].
pub struct TestEcho {
    watch: Arc<Watch>,
    _alive: Counted,
}

impl TestEcho {
    /// An Echo that reports to `watch`.
    pub fn new(watch: &Arc<Watch>) -> Self {
        Self {
            watch: Arc::clone(watch),
            _alive: Counted::new(watch, |watch| &watch.echoes),
        }
    }
}

impl std::fmt::Debug for TestEcho {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestEcho").finish_non_exhaustive()
    }
}

impl Echo for TestEcho {
    async fn echo(&self, echo: String) -> Result<String, Exception> {
        self.watch.calls.fetch_add(1, Ordering::SeqCst);
        match echo.as_str() {
            WAIT => {
                let _waiting = Counted::new(&self.watch, |watch| &watch.waiting);
                self.watch.release.notified().await;
                Ok(echo)
            }
            FAIL => Err(Exception::failed("failed as asked")),
            PANIC => panic!("panicked as asked"),
            PID => Ok(std::process::id().to_string()),
            _ => Ok(echo),
        }
    }
}

/// An Init that makes [`TestEcho`]s.
#[derive(Debug)]
pub struct TestInit(pub Arc<Watch>);

impl Init for TestInit {
    async fn make_echo(&self) -> Result<EchoProxy, Exception> {
        Ok(EchoProxy::new(TestEcho::new(&self.0)))
    }

    async fn make_mining_old2(&self) -> Result<(), Exception> {
        Err(Exception::failed(
            "Old mining interface (@2) not supported.",
        ))
    }

    async fn make_mining(&self) -> Result<MiningProxy, Exception> {
        Err(Exception::new(ExceptionKind::Overloaded, "no mining today"))
    }

    async fn make_rpc(&self) -> Result<RpcProxy, Exception> {
        Err(Exception::new(ExceptionKind::Unimplemented, "no rpc here"))
    }
}
