//! An Ipc under observation, and processes to kill.

use std::os::unix::net::UnixStream;
use std::path::Path;

use ipc_runtime::{Exception, ExceptionKind, Ipc, Protocol, Stats};
use ipc_tests::our_partner::{OurPartner, Shared};
use ipc_tests::partner::PartnerProxy;
use ipc_tests::peers::{Peer, within};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

const ACTOR: &str = env!("CARGO_BIN_EXE_actor");

/// Waits for `future`, but not for ever.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    within("a step of the test", future).await
}

/// The Ipc that faults happen to, with one connection that they should not concern.
pub(crate) struct Scene {
    pub(crate) ipc: Ipc,
    pub(crate) directory: TempDir,
    bystander: PartnerProxy,
    /// What there is without any fault.
    before: Stats,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        let ipc = Ipc::new().unwrap();
        let elsewhere = Ipc::new().unwrap();
        let (ours, theirs) = UnixStream::pair().unwrap();
        let partner = OurPartner::new(&elsewhere, &Shared::default());
        drop(elsewhere.protocol().serve(theirs, partner));
        let bystander: PartnerProxy = soon(ipc.protocol().connect(ours)).await.unwrap();
        soon(bystander.blob([1])).await.unwrap();
        let before = ipc.stats();
        Self {
            ipc,
            directory: tempfile::tempdir().unwrap(),
            bystander,
            before,
        }
    }

    pub(crate) fn path(&self) -> String {
        self.directory.path().join("s").display().to_string()
    }

    pub(crate) fn address(&self) -> String {
        format!("unix:{}", self.path())
    }

    /// A process that connects to, or serves at, the scene's address.
    pub(crate) fn actor(&self, arguments: &[&str]) -> Peer {
        Peer::start("an actor", Path::new(ACTOR), arguments)
    }

    /// Checks that nothing is left of all that has happened.
    pub(crate) async fn is_as_before(&self) {
        let settled = async {
            while self.ipc.stats() != self.before {
                tokio::task::yield_now().await;
            }
        };
        if tokio::time::timeout(ipc_tests::peers::DEADLINE, settled)
            .await
            .is_err()
        {
            panic!("{:?} was {:?}", self.ipc.stats(), self.before);
        }
        assert_eq!(soon(self.bystander.blob([2])).await.unwrap(), [2]);
    }
}

/// Stops a process where it is; it does nothing any more, not even end.
pub(crate) fn freeze(peer: &Peer) {
    signal(peer.id(), Signal::STOP);
}

pub(crate) fn signal(pid: u32, signal: Signal) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).unwrap();
    kill_process(pid, signal).unwrap();
}

/// Checks that something failed since its connection is gone.
pub(crate) fn disconnected<T: std::fmt::Debug>(outcome: Result<T, Exception>) {
    let exception = outcome.unwrap_err();
    assert_eq!(exception.kind(), ExceptionKind::Disconnected, "{exception}");
}
