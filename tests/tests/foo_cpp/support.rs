//! The foreign programs as processes, and our side of the conversation.

use std::sync::{Arc, PoisonError};

use ipc_runtime::{Ipc, IpcBuilder, Listener, Stats};
use ipc_tests::foo::FooInterfaceProxy;
use ipc_tests::our_foo::{OurFoo, Seen};
use ipc_tests::peers::{self, Peer, within};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// Waits for `future`, but not for ever.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    within("a step of the test", future).await
}

/// Waits until something is so. It looks again and again, since a foreign process does not tell.
pub(crate) async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    soon(async {
        while !is_so().await {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// A foreign server, and a connection of ours to it.
pub(crate) struct Server {
    pub(crate) peer: Peer,
    pub(crate) ipc: Ipc,
    pub(crate) foo: FooInterfaceProxy,
    address: String,
    _folder: TempDir,
}

impl Server {
    pub(crate) async fn start() -> Option<Self> {
        Self::start_with(Ipc::builder()).await
    }

    pub(crate) async fn start_with(builder: IpcBuilder) -> Option<Self> {
        let program = peers::program("FOO_SERVER", "a server of libmultiprocess's test interface")?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("foo.sock").display().to_string();
        let mut peer = Peer::start("foo-server", &program, [&path]);
        peer.line(&["ready"]).await;
        let ipc = builder.build().expect("an Ipc");
        let address = format!("unix:{path}");
        let foo = connect(&ipc, &address).await;
        Some(Self {
            peer,
            ipc,
            foo,
            address,
            _folder: folder,
        })
    }

    /// Another connection.
    pub(crate) async fn another(&self) -> FooInterfaceProxy {
        self.afresh().await.1
    }

    /// Another connection, and what made it.
    pub(crate) async fn afresh(&self) -> (Ipc, FooInterfaceProxy) {
        let ipc = Ipc::new().expect("an Ipc");
        let foo = connect(&ipc, &self.address).await;
        (ipc, foo)
    }

    /// Lets all calls of `callFnAsync` go on, whatever the server's event loop does.
    pub(crate) fn let_out(&self) {
        let id = i32::try_from(self.peer.id()).ok().and_then(Pid::from_raw);
        let sent = kill_process(id.expect("an id"), Signal::USR1);
        sent.expect("the server runs");
    }

    /// Drops the proxy; then nothing may be left on our side, and the server serves others.
    pub(crate) async fn finish(self) {
        let other = self.another().await;
        drop(self.foo);
        let ipc = self.ipc;
        until(async || ipc.stats() == Stats::default()).await;
        assert_eq!(soon(other.add(1, 2)).await.expect("an answer"), 3);
        drop(other);
        let (status, _, report) = self.peer.finish().await;
        assert!(status.success(), "{status}{report}");
    }
}

async fn connect(ipc: &Ipc, address: &str) -> FooInterfaceProxy {
    let foo: FooInterfaceProxy = soon(ipc.connect_address(address))
        .await
        .expect("a connection");
    soon(foo.init_thread_map()).await.expect("thread maps");
    foo
}

/// A server of ours for a foreign client.
pub(crate) struct Served {
    pub(crate) seen: Arc<Seen>,
    pub(crate) ipc: Ipc,
    path: String,
    _listener: Listener,
    _folder: TempDir,
}

impl Served {
    pub(crate) async fn start(builder: IpcBuilder) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("foo.sock").display().to_string();
        let ipc = builder.build().expect("an Ipc");
        let foo = OurFoo::closing(&ipc);
        let seen = Arc::clone(&foo.seen);
        let listener = ipc
            .listen_address::<FooInterfaceProxy, _>(&format!("unix:{path}"), foo)
            .await
            .expect("the socket is free");
        Self {
            seen,
            ipc,
            path,
            _listener: listener,
            _folder: folder,
        }
    }

    /// Starts the foreign client with these cases, if there is the program.
    pub(crate) fn client(&self, cases: &[&str]) -> Option<Peer> {
        let program = peers::program("FOO_CLIENT", "a client of libmultiprocess's test interface")?;
        let arguments = [self.path.as_str()]
            .into_iter()
            .chain(cases.iter().copied());
        Some(Peer::start("foo-client", &program, arguments))
    }

    /// Runs the foreign client to its end; then nothing of it may be left.
    pub(crate) async fn run(&self, cases: &[&str]) {
        let Some(client) = self.client(cases) else {
            return;
        };
        let (status, lines, report) = client.finish().await;
        assert!(status.success(), "{status}{report}");
        let passed = lines.iter().filter(|line| line.starts_with("ok "));
        assert_eq!(passed.count(), cases.len(), "{report}");
        self.is_left().await;
    }

    /// Waits until nothing is left of a client.
    pub(crate) async fn is_left(&self) {
        // What knows the last call keeps its connection's counts up, and so does a callback that was saved.
        let caller = self
            .seen
            .caller
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let saved = self
            .seen
            .saved
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        drop((caller, saved));
        until(async || self.ipc.stats() == Stats::default()).await;
        until(async || *self.seen.waiting.borrow() == 0).await;
    }
}
