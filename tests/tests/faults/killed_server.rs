//! A server that is killed.

use std::io::Read;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use generated_examples::v32::init::InitProxy;
use ipc_runtime::{Exception, Protocol};
use ipc_tests::partner::{Counter, CounterProxy, PartnerProxy, Wrapper};
use ipc_tests::peers::Peer;
use rustix::process::Signal;
use tokio::sync::{Notify, oneshot};

use crate::support::{Scene, disconnected, freeze, signal, soon};

async fn serve(scene: &Scene) -> Peer {
    let mut server = scene.actor(&["serve", &scene.address()]);
    server.line(&["ready"]).await;
    server
}

async fn connect(scene: &Scene) -> PartnerProxy {
    soon(scene.ipc.connect_address(&scene.address()))
        .await
        .unwrap()
}

#[tokio::test]
async fn before_the_handshake() {
    let scene = Scene::new().await;
    let server = serve(&scene).await;
    freeze(&server);
    let (ipc, address) = (scene.ipc.clone(), scene.address());
    // It connects, since the system takes connections for the frozen process.
    let connecting =
        tokio::spawn(async move { ipc.connect_address::<PartnerProxy>(&address).await });
    let connections = scene.ipc.stats().connections;
    soon(async {
        while scene.ipc.stats().connections == connections {
            tokio::task::yield_now().await;
        }
    })
    .await;
    server.kill().await;
    disconnected(soon(connecting).await.unwrap().map(drop));
    scene.is_as_before().await;
}

#[tokio::test]
async fn during_construct() {
    let scene = Scene::new().await;
    let mut server = scene.actor(&["mute", &scene.path()]);
    server.line(&["ready"]).await;
    let (ipc, address) = (scene.ipc.clone(), scene.address());
    let connecting =
        tokio::spawn(async move { ipc.connect_address::<PartnerProxy>(&address).await });
    server.line(&["heard"]).await;
    server.kill().await;
    disconnected(soon(connecting).await.unwrap().map(drop));
    scene.is_as_before().await;
}

#[tokio::test]
async fn upstream_04_while_calls_run() {
    let scene = Scene::new().await;
    let server = serve(&scene).await;
    let partner = connect(&scene).await;
    let waiting: Vec<_> = (0..10).map(|_| tokio::spawn(partner.wait("key"))).collect();
    // Its answer comes after theirs could have come.
    soon(partner.blob([1])).await.unwrap();
    server.kill().await;
    for call in waiting {
        disconnected(soon(call).await.unwrap());
    }
    disconnected(soon(partner.blob([2])).await);
    drop(partner);
    scene.is_as_before().await;
}

/// A counter whose caller never gets an answer.
struct Stuck {
    called: Arc<Notify>,
    dropped: Option<oneshot::Sender<()>>,
}

impl Counter for Stuck {
    async fn add(&self, _amount: u32) -> Result<u64, Exception> {
        self.called.notify_one();
        std::future::pending().await
    }

    async fn wrap(&self) -> Result<Wrapper, Exception> {
        std::future::pending().await
    }

    async fn added(&self) -> Result<Vec<u32>, Exception> {
        std::future::pending().await
    }
}

impl Drop for Stuck {
    fn drop(&mut self) {
        if let Some(dropped) = self.dropped.take() {
            let _ = dropped.send(());
        }
    }
}

#[tokio::test]
async fn while_it_calls_back() {
    let scene = Scene::new().await;
    let server = serve(&scene).await;
    let partner = connect(&scene).await;
    let (dropped, handler_is_gone) = oneshot::channel();
    let called = Arc::new(Notify::new());
    let counter = CounterProxy::new(Stuck {
        called: Arc::clone(&called),
        dropped: Some(dropped),
    });
    let calling = tokio::spawn(partner.add_to(counter, 1, 1));
    soon(called.notified()).await;
    server.kill().await;
    disconnected(soon(calling).await.unwrap());
    soon(handler_is_gone).await.unwrap();
    drop(partner);
    scene.is_as_before().await;
}

/// Passes on what comes, except that after `limit` bytes from the server it says so and stops reading from it.
fn relay(client: UnixStream, server: UnixStream, limit: usize) -> oneshot::Receiver<()> {
    let (reached, at_the_limit) = oneshot::channel();
    let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    std::thread::spawn(move || std::io::copy(&mut from, &mut to));
    std::thread::spawn(move || {
        let mut client = client;
        let mut first = server.take(limit as u64);
        let copied = std::io::copy(&mut first, &mut client);
        let _ = reached.send(());
        // The rest is read when the server is dead: some bytes more, and the end.
        let rest = copied.and_then(|_| first.into_inner().read_to_end(&mut Vec::new()));
        // Else it ended with a reset.
        let _ = rest;
        client.shutdown(std::net::Shutdown::Both)
    });
    at_the_limit
}

#[tokio::test]
async fn while_its_answer_is_half_sent() {
    let scene = Scene::new().await;
    let server = serve(&scene).await;
    let there = UnixStream::connect(scene.path()).unwrap();
    let (ours, between) = UnixStream::pair().unwrap();
    let half = relay(between, there, 4 << 20);
    let partner: PartnerProxy = soon(scene.ipc.protocol().connect(ours)).await.unwrap();
    let calling = tokio::spawn(partner.blob(vec![7; 8 << 20]));
    soon(half).await.unwrap();
    server.kill().await;
    disconnected(soon(calling).await.unwrap());
    drop(partner);
    scene.is_as_before().await;
}

#[tokio::test]
async fn upstream_09_during_destroy() {
    let scene = Scene::new().await;
    let spawning = scene.ipc.spawn_child(env!("CARGO_BIN_EXE_peer"));
    let (init, child): (InitProxy, _) = soon(spawning).await.unwrap();
    let echo = soon(init.make_echo()).await.unwrap();
    signal(child.id(), Signal::STOP);
    let calls = scene.ipc.stats().outgoing_calls;
    drop(echo);
    // It is destroyed in the background, and nobody answers.
    soon(async {
        while scene.ipc.stats().outgoing_calls == calls {
            tokio::task::yield_now().await;
        }
    })
    .await;
    child.kill().unwrap();
    soon(child.exited()).await.unwrap();
    disconnected(soon(init.make_echo()).await.map(drop));
    drop(init);
    scene.is_as_before().await;
}
