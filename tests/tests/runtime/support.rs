//! What every test here needs: a server to talk to, and a deadline.

use std::future::Future;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use generated_examples::v32::echo::EchoProxy;
use generated_examples::v32::init::InitProxy;
use ipc_runtime::rt::Serve;
use ipc_runtime::{EngineKind, Exception, Ipc, IpcBuilder, Listener, Protocol, Proxy};
use ipc_tests::peers::within;
use ipc_tests::service::{TestInit, Watch};
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// An Ipc to connect with.
pub(crate) fn client() -> Ipc {
    calling().build().unwrap()
}

/// An Ipc to listen with.
pub(crate) fn server_ipc() -> Ipc {
    answering().build().unwrap()
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

/// Settings to connect with.
pub(crate) fn calling() -> IpcBuilder {
    Ipc::builder().engine(crate::CLIENT)
}

/// Settings to serve with.
pub(crate) fn answering() -> IpcBuilder {
    Ipc::builder().engine(crate::SERVER)
}

/// A proxy of `implementation` over a socket pair.
pub(crate) async fn remote<P, T>(client: &Ipc, server: &Ipc, implementation: T) -> P
where
    P: Proxy,
    T: Send + 'static,
    Arc<T>: Serve<P>,
{
    let (ours, theirs) = UnixStream::pair().unwrap();
    let server = server.clone();
    tokio::spawn(async move {
        server
            .protocol()
            .serve::<P, T>(theirs, implementation)
            .await
    });
    soon(client.protocol().connect(ours)).await.unwrap()
}

/// What must be as before with each engine. `capnp-rpc` does not use a thread again whose call was given up,
/// and does not answer calls that were given up, which count until then.
pub(crate) fn counts(ipc: &Ipc) -> [usize; 3] {
    let stats = ipc.stats();
    let calls = match crate::SERVER {
        EngineKind::CapnpRpc => 0,
        _ => stats.outgoing_calls,
    };
    [stats.connections, calls, stats.proxies]
}

/// Waits until there is no more of anything than there was. Less is fine: what came before may have been ending.
pub(crate) async fn settled(ipc: &Ipc, before: [usize; 3]) {
    until(|| (counts(ipc).iter().zip(before)).all(|(now, before)| *now <= before)).await;
}

/// Waits until something is so, of which nobody tells.
pub(crate) async fn until(so: impl Fn() -> bool) {
    soon(async {
        while !so() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// Polls a future once, after which it has begun; it is not ready by then.
pub(crate) async fn begin(future: &mut (impl Future + Unpin)) {
    let ready = std::future::poll_fn(|cx| {
        std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(cx).is_ready())
    });
    assert!(!ready.await, "it did not wait");
}

/// A server over a socket pair, and a client of it.
pub(crate) struct Pair {
    pub(crate) ipc: Ipc,
    pub(crate) server: Ipc,
    pub(crate) watch: Arc<Watch>,
    pub(crate) init: InitProxy,
    /// Ends with the connection.
    pub(crate) serving: JoinHandle<Result<(), Exception>>,
}

pub(crate) async fn pair() -> Pair {
    pair_of(calling(), answering()).await
}

/// A pair with these settings.
pub(crate) async fn pair_of(calling: IpcBuilder, answering: IpcBuilder) -> Pair {
    let ipc = calling.build().unwrap();
    let server = answering.build().unwrap();
    let watch = Watch::new();
    let (ours, theirs) = UnixStream::pair().unwrap();
    let init = TestInit(Arc::clone(&watch));
    let protocol = server.clone();
    let serving = tokio::spawn(async move { protocol.protocol().serve(theirs, init).await });
    let init = soon(ipc.protocol().connect(ours)).await.unwrap();
    Pair {
        ipc,
        server,
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
