//! Calls of one object that name no thread begin in their order of arrival, also on a runtime of several
//! threads; what one of them does to its thread harms that object's later calls at most.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use ipc_runtime::{EngineKind, Exception, Ipc, Protocol};
use ipc_tests::partner::{Counter, CounterProxy, Wrapper};
use ipc_tests::peers::{DEADLINE, within};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

/// Amounts that do something else.
const BLOCK: u32 = 1_000_000;
const PANIC: u32 = 1_000_001;
const YIELD: u32 = 1_000_002;

/// Remembers amounts when their calls begin.
#[derive(Clone)]
struct Noting {
    amounts: Arc<Mutex<Vec<u32>>>,
    /// One that blocks says so, and waits for a word.
    blocked: Sender<()>,
    go: Arc<Mutex<Receiver<()>>>,
}

impl Counter for Noting {
    async fn add(&self, amount: u32) -> Result<u64, Exception> {
        self.amounts.lock().unwrap().push(amount);
        match amount {
            BLOCK => {
                self.blocked.send(()).unwrap();
                // As one that blocks should, since tokio may leave the sockets to that very thread.
                tokio::task::block_in_place(|| {
                    self.go.lock().unwrap().recv_timeout(DEADLINE).unwrap();
                });
            }
            PANIC => panic!("as asked"),
            YIELD => tokio::task::yield_now().await,
            _ => {}
        }
        Ok(amount.into())
    }

    async fn wrap(&self) -> Result<Wrapper, Exception> {
        Ok(Wrapper {
            label: "another".to_owned(),
            counter: Some(CounterProxy::new(self.clone())),
            inner: None,
        })
    }

    async fn added(&self) -> Result<Vec<u32>, Exception> {
        Ok(self.amounts.lock().unwrap().clone())
    }
}

struct Scene {
    counter: CounterProxy,
    blocked: Receiver<()>,
    go: Sender<()>,
    server: Runtime,
}

/// A counter that is served by several threads, and called from the current one.
async fn scene(client: EngineKind, server: EngineKind) -> Scene {
    let threads = Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .unwrap();
    let knobs = Ipc::builder().runtime(threads.handle().clone());
    let server = knobs.engine(server).build().unwrap();
    let (blocked, is_blocked) = channel();
    let (go, may_go) = channel();
    let counter = Noting {
        amounts: Arc::default(),
        blocked,
        go: Arc::new(Mutex::new(may_go)),
    };
    let (ours, theirs) = UnixStream::pair().unwrap();
    threads.spawn(async move { server.protocol().serve(theirs, counter).await });
    let client = Ipc::builder().engine(client).build().unwrap();
    let connecting = client.protocol().connect(ours);
    Scene {
        counter: within("connecting", connecting).await.unwrap(),
        blocked: is_blocked,
        go,
        server: threads,
    }
}

/// Makes calls in this order: tasks of a runtime of one thread begin in the order of spawning.
fn call(counter: &CounterProxy, amounts: &[u32]) -> Vec<JoinHandle<Result<u64, Exception>>> {
    let calls = amounts
        .iter()
        .map(|amount| tokio::spawn(counter.add(*amount)));
    calls.collect()
}

async fn in_order(client: EngineKind, server: EngineKind) {
    let scene = scene(client, server).await;
    // Some wait, and go on when others have begun.
    let amounts: Vec<u32> = (0..3000)
        .map(|number| match number % 3 {
            0 => YIELD,
            _ => number,
        })
        .collect();
    for call in call(&scene.counter, &amounts) {
        within("a call", call).await.unwrap().unwrap();
    }
    let added = within("the amounts", scene.counter.added()).await.unwrap();
    assert_eq!(added, amounts);
    scene.server.shutdown_background();
}

#[tokio::test]
async fn calls_begin_in_their_order() {
    in_order(EngineKind::Native, EngineKind::Native).await;
}

#[tokio::test]
async fn calls_begin_in_their_order_over_capnp_rpc() {
    in_order(EngineKind::CapnpRpc, EngineKind::CapnpRpc).await;
}

#[tokio::test]
async fn one_that_panics_harms_only_itself() {
    let scene = scene(EngineKind::Native, EngineKind::Native).await;
    let calls = call(&scene.counter, &[1, PANIC, 2, PANIC, 3]);
    let mut ok = Vec::new();
    for call in calls {
        ok.push(within("a call", call).await.unwrap().is_ok());
    }
    assert_eq!(ok, [true, false, true, false, true]);
    let added = within("the amounts", scene.counter.added()).await.unwrap();
    assert_eq!(added, [1, PANIC, 2, PANIC, 3]);
    scene.server.shutdown_background();
}

#[tokio::test]
async fn one_that_blocks_holds_up_its_object_only() {
    let scene = scene(EngineKind::Native, EngineKind::Native).await;
    let other = within("another", scene.counter.wrap()).await.unwrap();
    let other = other.counter.unwrap();
    // They arrive together.
    let mut calls = call(&scene.counter, &[BLOCK, 1]);
    let burst = call(&other, &[2]);
    let blocked = tokio::task::spawn_blocking(move || scene.blocked.recv_timeout(DEADLINE));
    within("the first", blocked).await.unwrap().unwrap();
    for call in burst {
        within("the other object", call).await.unwrap().unwrap();
    }
    within("the other object", other.add(3)).await.unwrap();
    let added = within("the amounts", other.added()).await.unwrap();
    assert_eq!(added, [BLOCK, 2, 3], "the call behind has not begun");

    scene.go.send(()).unwrap();
    for call in calls.drain(..) {
        within("a call", call).await.unwrap().unwrap();
    }
    let added = within("the amounts", scene.counter.added()).await.unwrap();
    assert_eq!(added, [BLOCK, 2, 3, 1]);
    scene.server.shutdown_background();
}
