//! Threads of the peer whose calls were given up: they are not free before the handler has ended.

use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use generated_examples::v32::echo::{Echo, EchoProxy};
use generated_examples::v32::init::{Init, InitProxy};
use generated_examples::v32::mining::MiningProxy;
use generated_examples::v32::rpc::RpcProxy;
use ipc_runtime::{Exception, Ipc, Protocol, Threads};
use ipc_tests::peers::DEADLINE;
use tokio::sync::{Mutex, watch};

use crate::support::soon;

const BLOCK: &str = "block";

/// Blocks its thread when it is told to, until it is let go; otherwise it says which thread that is.
struct Blocking {
    blocked: watch::Sender<bool>,
    go: Mutex<Receiver<()>>,
}

#[derive(Clone)]
struct Served(Arc<Blocking>);

impl Echo for Served {
    async fn echo(&self, echo: String) -> Result<String, Exception> {
        if echo != BLOCK {
            let thread = std::thread::current();
            return Ok(thread.name().unwrap_or_default().to_owned());
        }
        let go = self.0.go.lock().await;
        self.0.blocked.send_replace(true);
        go.recv_timeout(DEADLINE).map_err(Exception::failed)?;
        self.0.blocked.send_replace(false);
        Ok(echo)
    }
}

impl Init for Served {
    async fn make_echo(&self) -> Result<EchoProxy, Exception> {
        Ok(EchoProxy::new(self.clone()))
    }

    async fn make_mining_old2(&self) -> Result<(), Exception> {
        Ok(())
    }

    async fn make_mining(&self) -> Result<MiningProxy, Exception> {
        Err(Exception::failed("none"))
    }

    async fn make_rpc(&self) -> Result<RpcProxy, Exception> {
        Err(Exception::failed("none"))
    }
}

/// A client that may use so many threads of a server whose threads are the system's.
struct Scene {
    client: Ipc,
    server: Ipc,
    blocking: Arc<Blocking>,
    go: Sender<()>,
    echo: EchoProxy,
    _init: InitProxy,
}

impl Scene {
    async fn new(peer_threads: usize) -> Self {
        let client = Ipc::builder().peer_threads(peer_threads).build().unwrap();
        let server = Ipc::builder().threads(Threads::Dedicated).build().unwrap();
        let (go, gone) = channel();
        let blocking = Arc::new(Blocking {
            blocked: watch::Sender::new(false),
            go: Mutex::new(gone),
        });
        let (ours, theirs) = UnixStream::pair().unwrap();
        let init = Served(Arc::clone(&blocking));
        drop(server.protocol().serve::<InitProxy, _>(theirs, init));
        let init: InitProxy = soon(client.protocol().connect(ours)).await.unwrap();
        let echo = soon(init.make_echo()).await.unwrap();
        Self {
            client,
            server,
            blocking,
            go,
            echo,
            _init: init,
        }
    }

    async fn is_blocked(&self, blocked: bool) {
        let mut seen = self.blocking.blocked.subscribe();
        soon(seen.wait_for(|seen| *seen == blocked)).await.unwrap();
    }

    /// Gives up a call whose handler blocks.
    async fn give_one_up(&self) {
        let call = tokio::spawn(self.echo.echo(BLOCK));
        self.is_blocked(true).await;
        call.abort();
        assert!(soon(call).await.unwrap_err().is_cancelled());
    }
}

/// Polls a future once.
async fn begin(future: &mut (impl Future + Unpin)) {
    let ready = std::future::poll_fn(|cx| {
        std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(cx).is_ready())
    });
    assert!(!ready.await, "it did not wait");
}

#[tokio::test]
async fn the_next_call_waits_until_the_handler_has_ended() {
    let scene = Scene::new(1).await;
    scene.give_one_up().await;
    let calls = scene.client.stats().outgoing_calls;
    let mut next = scene.echo.echo("next");
    begin(&mut next).await;
    assert_eq!(scene.client.stats().outgoing_calls, calls, "it was sent");
    scene.go.send(()).unwrap();
    soon(next).await.unwrap();
    assert_eq!(scene.server.stats().threads, 1);
}

#[tokio::test]
async fn a_place_in_the_pool_comes_back() {
    let scene = Scene::new(2).await;
    // The peer is asked for a pool when two threads are needed at a time.
    let first = tokio::spawn(scene.echo.echo(BLOCK));
    scene.is_blocked(true).await;
    soon(scene.echo.echo("second")).await.unwrap();
    scene.go.send(()).unwrap();
    soon(first).await.unwrap().unwrap();
    let in_the_pool = async || {
        let thread = scene.echo.echo("which").await.unwrap();
        thread.starts_with("pool/")
    };
    soon(async { while !in_the_pool().await {} }).await;

    for _ in 0..3 {
        let calls = scene.client.stats().outgoing_calls;
        scene.give_one_up().await;
        scene.go.send(()).unwrap();
        soon(async {
            while scene.client.stats().outgoing_calls > calls {
                tokio::task::yield_now().await;
            }
        })
        .await;
        assert!(soon(in_the_pool()).await);
    }
}
