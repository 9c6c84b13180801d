//! Streams: parts are taken one after the other and in their order, callers are held to a window, and the
//! first part that fails breaks the stream. With each engine on each side.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::os::unix::net::UnixStream;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use ipc_runtime::{EngineKind, Exception, Ipc, Protocol};
use ipc_tests::partner::{Sink, SinkEndResults, SinkProxy};
use ipc_tests::peers::within;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, watch};

use EngineKind::{CapnpRpc, Native};

/// Takes parts, as many as the gate lets through. An empty one fails.
#[derive(Clone)]
struct Gated(Arc<State>);

struct State {
    gate: Semaphore,
    /// The first bytes of parts, in their order.
    parts: Mutex<Vec<u8>>,
    taken: watch::Sender<usize>,
    /// Parts that are being taken.
    running: watch::Sender<usize>,
}

impl Gated {
    fn new(open: usize) -> Self {
        Self(Arc::new(State {
            gate: Semaphore::new(open),
            parts: Mutex::default(),
            taken: watch::Sender::new(0),
            running: watch::Sender::new(0),
        }))
    }

    fn open(&self) {
        self.0.gate.add_permits(Semaphore::MAX_PERMITS / 2);
    }

    fn parts(&self) -> Vec<u8> {
        self.0.parts.lock().unwrap().clone()
    }

    async fn taken(&self, count: usize) {
        let mut taken = self.0.taken.subscribe();
        let reached = taken.wait_for(|taken| *taken == count);
        within("the parts", reached).await.unwrap();
    }
}

impl Sink for Gated {
    async fn push(&self, bytes: Vec<u8>) -> Result<(), Exception> {
        self.0.running.send_modify(|running| {
            assert_eq!(*running, 0, "two parts at once");
            *running += 1;
        });
        self.0.gate.acquire().await.unwrap().forget();
        tokio::task::yield_now().await;
        self.0.running.send_modify(|running| *running -= 1);
        let first = bytes.first().copied();
        let first = first.ok_or_else(|| Exception::failed("an empty part"))?;
        self.0.parts.lock().unwrap().push(first);
        self.0.taken.send_modify(|taken| *taken += 1);
        Ok(())
    }

    async fn end(&self) -> Result<SinkEndResults, Exception> {
        let parts = u32::try_from(self.parts().len()).unwrap();
        Ok(SinkEndResults { parts, bytes: 0 })
    }
}

/// A sink that several threads serve, and a handle on it with so large a window.
async fn connect(
    client: EngineKind,
    server: EngineKind,
    sink: &Gated,
    window: usize,
) -> (SinkProxy, Runtime) {
    let threads = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let knobs = Ipc::builder().runtime(threads.handle().clone());
    let server = knobs.engine(server).build().unwrap();
    let (ours, theirs) = UnixStream::pair().unwrap();
    let served = sink.clone();
    threads.spawn(async move { server.protocol().serve(theirs, served).await });
    let knobs = Ipc::builder().engine(client).stream_window(window);
    let client = knobs.build().unwrap();
    let connecting = client.protocol().connect(ours);
    (within("connecting", connecting).await.unwrap(), threads)
}

/// Runs a test with each engine on each side.
macro_rules! pairings {
    ($($test:ident)+) => {$(
        mod $test {
            use super::*;

            #[tokio::test]
            async fn native_native() {
                super::$test(Native, Native).await;
            }

            #[tokio::test]
            async fn native_capnp_rpc() {
                super::$test(Native, CapnpRpc).await;
            }

            #[tokio::test]
            async fn capnp_rpc_native() {
                super::$test(CapnpRpc, Native).await;
            }

            #[tokio::test]
            async fn capnp_rpc_capnp_rpc() {
                super::$test(CapnpRpc, CapnpRpc).await;
            }
        }
    )+};
}

pairings! {
    parts_come_in_their_order
    a_slow_object_holds_its_callers
    the_first_failure_breaks_the_stream
    other_calls_come_after_the_parts
    parts_are_taken_without_a_handle
}

async fn parts_come_in_their_order(client: EngineKind, server: EngineKind) {
    let sink = Gated::new(Semaphore::MAX_PERMITS / 2);
    let (proxy, threads) = connect(client, server, &sink, 4 << 10).await;
    let firsts: Vec<u8> = (0..1000).map(|part| (part % 251) as u8).collect();
    for first in &firsts {
        within("a part", proxy.push([*first; 100])).await.unwrap();
    }
    let end = within("the end", proxy.end()).await.unwrap();
    assert_eq!(end.parts, 1000);
    assert_eq!(sink.parts(), firsts);
    threads.shutdown_background();
}

/// Whether a call is ready at once.
async fn at_once(call: impl Future<Output = Result<(), Exception>>) -> bool {
    let mut call = pin!(call);
    match call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => {
            outcome.unwrap();
            true
        }
        Poll::Pending => false,
    }
}

async fn a_slow_object_holds_its_callers(client: EngineKind, server: EngineKind) {
    let sink = Gated::new(0);
    let (proxy, threads) = connect(client, server, &sink, 10 << 10).await;
    let mut sent = 1;
    while at_once(proxy.push([7; 1 << 10])).await {
        sent += 1;
        assert!(sent < 100, "nothing holds the caller");
    }
    // Ten fill the window, since a part is more than its bytes, and one more goes over it.
    assert_eq!(sent, 11);
    assert_eq!(sink.parts(), []);

    // The part that did not let its caller go on was sent all the same.
    sink.open();
    sink.taken(sent).await;
    within("a part", proxy.push([7; 1 << 10])).await.unwrap();
    let end = within("the end", proxy.end()).await.unwrap();
    assert_eq!(end.parts as usize, sent + 1);
    threads.shutdown_background();
}

async fn the_first_failure_breaks_the_stream(client: EngineKind, server: EngineKind) {
    let sink = Gated::new(0);
    let (proxy, threads) = connect(client, server, &sink, 10 << 10).await;
    for part in [&[1][..], &[], &[2]] {
        within("a part", proxy.push(part)).await.unwrap();
    }
    let ending = tokio::spawn(proxy.end());
    sink.open();
    let failure = within("the end", ending).await.unwrap().unwrap_err();
    assert!(failure.message().contains("an empty part"), "{failure}");
    let pushing = async {
        loop {
            // The window may let a part go before the news has come through.
            if let Err(failure) = proxy.push([3]).await {
                break failure;
            }
            tokio::task::yield_now().await;
        }
    };
    let failure = within("a part", pushing).await;
    assert!(failure.message().contains("an empty part"), "{failure}");
    within("the end", proxy.end()).await.unwrap_err();
    assert_eq!(sink.parts(), [1], "what came after the failure was taken");
    threads.shutdown_background();
}

async fn other_calls_come_after_the_parts(client: EngineKind, server: EngineKind) {
    let sink = Gated::new(0);
    let (proxy, threads) = connect(client, server, &sink, 10 << 10).await;
    for part in 0..5 {
        within("a part", proxy.push([part])).await.unwrap();
    }
    let ending = tokio::spawn(proxy.end());
    sink.open();
    let end = within("the end", ending).await.unwrap().unwrap();
    assert_eq!(end.parts, 5);
    threads.shutdown_background();
}

async fn parts_are_taken_without_a_handle(client: EngineKind, server: EngineKind) {
    let sink = Gated::new(0);
    let (proxy, threads) = connect(client, server, &sink, 10 << 10).await;
    for part in 0..5 {
        within("a part", proxy.push([part])).await.unwrap();
    }
    drop(proxy);
    sink.open();
    sink.taken(5).await;
    assert_eq!(sink.parts(), [0, 1, 2, 3, 4]);
    threads.shutdown_background();
}
