//! A server of libmultiprocess's test interface and a client of it, over a socket in the file system.

use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use ipc_runtime::{
    EngineKind, Exception, ExceptionKind, Ipc, IpcBuilder, Listener, Stats, Threads,
};
use ipc_tests::foo::FooInterfaceProxy;
use ipc_tests::our_foo::{OurFoo, Seen};
use ipc_tests::peers::within;
use tempfile::TempDir;

/// What speaks the protocol where calls are made, and where they are served.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Engines(pub(crate) EngineKind, pub(crate) EngineKind);

/// Both ways in which calls are served.
pub(crate) const BOTH: [Threads; 2] = [Threads::Tasks, Threads::Dedicated];

/// Waits for `future`, but not for ever.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    within("a step of the test", future).await
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
    let ready = std::future::poll_fn(|cx| Poll::Ready(Pin::new(&mut *future).poll(cx).is_ready()));
    assert!(!ready.await, "it did not wait");
}

/// Checks that something failed since its connection is gone.
pub(crate) fn disconnected<T: std::fmt::Debug>(outcome: Result<T, Exception>) {
    let exception = outcome.expect_err("the connection is gone");
    assert_eq!(exception.kind(), ExceptionKind::Disconnected, "{exception}");
}

/// A server, and a client that is connected to it.
pub(crate) struct Scene {
    pub(crate) server: Ipc,
    pub(crate) seen: Arc<Seen>,
    pub(crate) client: Ipc,
    pub(crate) foo: FooInterfaceProxy,
    listener: Listener,
    engines: Engines,
    _folder: TempDir,
}

impl Scene {
    /// With thread maps exchanged.
    pub(crate) async fn new(engines: Engines, threads: Threads) -> Self {
        let scene = Self::without_threads(engines, Ipc::builder().threads(threads)).await;
        soon(scene.foo.init_thread_map()).await.unwrap();
        scene
    }

    /// As long as thread maps are not exchanged, calls name no thread.
    pub(crate) async fn without_threads(engines: Engines, serving: IpcBuilder) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("unix:{}", folder.path().join("foo.sock").display());
        let server = serving.engine(engines.1).build().unwrap();
        let service = OurFoo::closing(&server);
        let seen = Arc::clone(&service.seen);
        let listener = server.listen_address::<FooInterfaceProxy, _>(&address, service);
        let listener = soon(listener).await.unwrap();
        let (client, foo) = connect(engines, &listener).await;
        Self {
            server,
            seen,
            client,
            foo,
            listener,
            engines,
            _folder: folder,
        }
    }

    /// Another client.
    pub(crate) async fn another(&self) -> (Ipc, FooInterfaceProxy) {
        connect(self.engines, &self.listener).await
    }

    /// Leaves the server: waits until nothing is left of any client, and sees that others are still served.
    pub(crate) async fn leave(self) {
        drop(self.foo);
        let left = || {
            // What knows the last call keeps its connection's counts up, and so does a callback that was saved.
            let caller = self.seen.caller.lock().unwrap().take();
            let saved = self.seen.saved.lock().unwrap().take();
            drop((caller, saved));
            let counts = [self.client.stats(), self.server.stats()];
            *self.seen.waiting.borrow() == 0 && counts == [Stats::default(); 2]
        };
        until(left).await;
        let (_client, foo) = connect(self.engines, &self.listener).await;
        assert_eq!(soon(foo.add(1, 2)).await.unwrap(), 3);
    }
}

async fn connect(engines: Engines, listener: &Listener) -> (Ipc, FooInterfaceProxy) {
    let client = Ipc::builder().engine(engines.0).build().unwrap();
    let foo = soon(client.connect_address(&listener.address())).await;
    (client, foo.unwrap())
}

/// Waits until so many calls of `callFnAsync` wait in the server.
pub(crate) async fn waiting(seen: &Seen, count: usize) {
    let mut waiting = seen.waiting.subscribe();
    soon(waiting.wait_for(|waiting| *waiting == count))
        .await
        .unwrap();
}
