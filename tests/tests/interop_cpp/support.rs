//! The C++ partner as a process, and ways to command calls.

use std::path::PathBuf;

use ipc_runtime::{Call, Exception, Ipc};
use ipc_tests::partner::{CounterProxy, PartnerProxy};
use ipc_tests::peers::{self, Peer, within};
use tempfile::TempDir;
use tokio::task::JoinHandle;

pub(crate) fn program() -> Option<PathBuf> {
    peers::program(
        "IPC_INTEROP_CPP",
        "the partner that tests/interop/cpp/build.sh builds",
    )
}

pub(crate) fn ipc() -> Ipc {
    Ipc::builder()
        .engine(crate::ENGINE)
        .build()
        .expect("an Ipc")
}

/// Waits for `future`, but not for ever.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    within("a step of the test", future).await
}

/// A C++ server, and a connection to it.
pub(crate) struct Server {
    pub(crate) peer: Peer,
    pub(crate) partner: PartnerProxy,
    pub(crate) address: String,
    _folder: TempDir,
}

impl Server {
    /// Starts one, if there is the program.
    pub(crate) async fn start() -> Option<Self> {
        let program = program()?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("partner.sock").display().to_string();
        let mut peer = Peer::start("partner serve", &program, ["serve", &path]);
        peer.line(&["ready"]).await;
        let address = format!("unix:{path}");
        let partner = soon(ipc().connect_address(&address))
            .await
            .expect("a connection");
        Some(Self {
            peer,
            partner,
            address,
            _folder: folder,
        })
    }

    /// Closes the connection, and checks that the server goes on and then ends well.
    pub(crate) async fn finish(mut self) {
        drop(self.partner);
        self.peer.line(&["disconnected"]).await;
        let again: PartnerProxy = soon(ipc().connect_address(&self.address))
            .await
            .expect("another connection");
        assert_eq!(soon(again.blob([1])).await.expect("an answer"), [1]);
        drop(again);
        let (status, lines, report) = self.peer.finish().await;
        assert!(status.success(), "{status}{report}");
        assert!(
            !lines.iter().any(|line| line.starts_with("failed")),
            "the server complains{report}"
        );
    }
}

/// Calls that run as tasks, begun in this order: on a runtime of one thread they are sent in it, too.
pub(crate) fn begin<T: Send + 'static>(
    calls: impl IntoIterator<Item = Call<T>>,
) -> Vec<JoinHandle<Result<T, Exception>>> {
    calls.into_iter().map(tokio::spawn).collect()
}

/// What such calls came to.
pub(crate) async fn all<T>(
    calls: Vec<JoinHandle<Result<T, Exception>>>,
) -> Result<Vec<T>, Exception> {
    let mut results = Vec::new();
    for call in calls {
        results.push(soon(call).await.expect("no panic")?);
    }
    Ok(results)
}

/// Amounts that tell where in the order a call was made.
pub(crate) fn adds(
    counter: &CounterProxy,
    amounts: std::ops::RangeInclusive<u32>,
) -> Vec<Call<u64>> {
    amounts.map(|amount| counter.add(amount)).collect()
}
