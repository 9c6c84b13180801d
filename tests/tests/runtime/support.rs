//! What every test here needs: a server to talk to, and a deadline.

use std::future::Future;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use generated_examples::v32::echo::EchoProxy;
use generated_examples::v32::init::InitProxy;
use ipc_runtime::{Exception, Ipc, Listener, Protocol};
use ipc_tests::peers::within;
use ipc_tests::service::{TestInit, Watch};
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// An Ipc to connect with.
pub(crate) fn client() -> Ipc {
    Ipc::builder().engine(crate::CLIENT).build().unwrap()
}

/// An Ipc to listen with.
pub(crate) fn server_ipc() -> Ipc {
    Ipc::builder().engine(crate::SERVER).build().unwrap()
}

/// Waits for `future`, but not for ever.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    within("a step of the test", future).await
}

/// A directory of its own for each test's sockets.
pub(crate) fn directory() -> TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

/// The address of a socket in a test's directory.
pub(crate) fn address(directory: &TempDir) -> String {
    format!("unix:{}", directory.path().join("test.sock").display())
}

/// A server over a socket pair, and a client of it.
pub(crate) struct Pair {
    pub(crate) ipc: Ipc,
    pub(crate) watch: Arc<Watch>,
    pub(crate) init: InitProxy,
    /// Ends with the connection.
    pub(crate) serving: JoinHandle<Result<(), Exception>>,
}

pub(crate) async fn pair() -> Pair {
    let ipc = client();
    let server = server_ipc();
    let watch = Watch::new();
    let (ours, theirs) = UnixStream::pair().unwrap();
    let init = TestInit(Arc::clone(&watch));
    let serving = tokio::spawn(async move { server.protocol().serve(theirs, init).await });
    let init = soon(ipc.protocol().connect(ours)).await.unwrap();
    Pair {
        ipc,
        watch,
        init,
        serving,
    }
}

impl Pair {
    pub(crate) async fn echo(&self) -> EchoProxy {
        soon(self.init.make_echo()).await.unwrap()
    }
}

/// A server on a listening socket.
pub(crate) struct Server {
    pub(crate) ipc: Ipc,
    pub(crate) watch: Arc<Watch>,
    pub(crate) listener: Listener,
    pub(crate) directory: TempDir,
}

pub(crate) async fn server() -> Server {
    let directory = directory();
    let ipc = server_ipc();
    let watch = Watch::new();
    let listener = ipc
        .listen_address(&address(&directory), TestInit(Arc::clone(&watch)))
        .await
        .unwrap();
    Server {
        ipc,
        watch,
        listener,
        directory,
    }
}

impl Server {
    pub(crate) async fn connect(&self) -> InitProxy {
        let ipc = client();
        soon(ipc.connect_address(&self.listener.address()))
            .await
            .unwrap()
    }
}
