//! A Rust client calls a C++ server: values, failures, cancellation, streams, threads.

use std::task::{Context, Poll, Waker};

use ipc_runtime::{AnyPointer, Call, EngineKind, Exception, ExceptionKind};
use ipc_tests::defaults::{self, Everything};
use ipc_tests::lists::{All, Color, Item};
use ipc_tests::partner::{CounterProxy, Kind, Numbers};

use crate::support::{Server, all, begin, soon};
use ipc_tests::our_partner::{OurCounter, Shared};

fn lists() -> All {
    All {
        bytes: vec![1, 2, 3],
        blobs: vec![vec![], vec![4]],
        colors: vec![Color::Green, Color::Red],
        voids: vec![(); 3],
        palettes: vec![vec![], vec![Color::Green]],
        words: vec![0, u16::MAX],
        nothing: Some(()),
        structs: vec![vec![Item::default(); 2], vec![]],
    }
}

#[tokio::test]
async fn values_of_every_type() {
    let Some(server) = Server::start().await else {
        return;
    };
    let numbers = Numbers {
        flag: false,
        int8: i8::MIN,
        int16: i16::MAX,
        int32: i32::MIN,
        int64: i64::MIN,
        u_int8: u8::MAX,
        u_int16: u16::MAX,
        u_int32: u32::MAX,
        u_int64: u64::MAX,
        float32: -1.5,
        float64: 1e300,
        kind: Kind::Disconnected,
    };
    for (everything, lists, numbers) in [
        (Everything::default(), All::default(), Numbers::default()),
        (defaults::everything(), lists(), numbers),
    ] {
        let counter = OurCounter::new(&Shared::default(), 40).proxy();
        let any = AnyPointer::new(&Some(counter)).expect("an object");
        let sent = (everything.clone(), lists.clone(), numbers.clone());
        let values = server.partner.values(sent.0, sent.1, sent.2, any);
        let values = soon(values).await.expect("an answer");
        assert_eq!(values.everything, everything);
        assert_eq!(values.lists, lists);
        assert_eq!(values.numbers, numbers);
        let counter: Option<CounterProxy> = values.any.get_as().expect("an object");
        let counter = counter.expect("not null");
        assert_eq!(soon(counter.add(2)).await.expect("an answer"), 42);
    }
    server.finish().await;
}

#[tokio::test]
async fn big_messages() {
    let Some(server) = Server::start().await else {
        return;
    };
    for size in [0, 1, 1 << 20, 20 << 20] {
        let bytes: Vec<u8> = (0..size)
            .map(|index: u32| (index * 7 + (index >> 12)) as u8)
            .collect();
        let answer = soon(server.partner.blob(&bytes)).await.expect("an answer");
        assert!(answer == bytes, "other bytes came back for {size}");
    }
    let many: Vec<Vec<u8>> = (0..64).map(|byte| vec![byte; 256 << 10]).collect();
    let calls = begin(many.iter().map(|bytes| server.partner.blob(bytes)));
    assert!(all(calls).await.expect("answers") == many);
    server.finish().await;
}

#[tokio::test]
async fn failures_of_every_kind() {
    let Some(server) = Server::start().await else {
        return;
    };
    for (kind, expected) in [
        (Kind::Failed, ExceptionKind::Failed),
        (Kind::Overloaded, ExceptionKind::Overloaded),
        (Kind::Disconnected, ExceptionKind::Disconnected),
        (Kind::Unimplemented, ExceptionKind::Unimplemented),
    ] {
        // The other engine cannot tell this from the loss of the connection.
        if kind == Kind::Disconnected && crate::ENGINE != EngineKind::Native {
            continue;
        }
        let exception = soon(server.partner.fail(kind, "as you asked"))
            .await
            .expect_err("it fails");
        assert_eq!(exception.kind(), expected, "{exception}");
        assert!(exception.is_remote(), "{exception:?}");
        assert_eq!(exception.message(), "as you asked");
        assert_eq!(exception.method(), Some("fail"));
    }
    server.finish().await;
}

#[tokio::test]
async fn a_dropped_call_is_cancelled() {
    let Some(mut server) = Server::start().await else {
        return;
    };
    let call = tokio::spawn(server.partner.wait("key"));
    server.peer.line(&["waiting key"]).await;
    call.abort();
    server.peer.line(&["cancelled key"]).await;
    server.finish().await;
}

#[tokio::test]
async fn streams() {
    let Some(server) = Server::start().await else {
        return;
    };
    let sink = soon(server.partner.sink("")).await.expect("a sink");
    for _ in 0..1000 {
        soon(sink.push([7; 1024])).await.expect("it is taken");
    }
    let end = soon(sink.end()).await.expect("an answer");
    assert_eq!((end.parts, end.bytes), (1000, 1_024_000));

    // The failure is told to later calls of every kind.
    soon(sink.push([])).await.expect("the window has room");
    let ended = soon(sink.end()).await.map(drop).expect_err("it fails");
    let pushed = soon(async {
        loop {
            // The window may let a part go before the news has come through.
            if let Err(exception) = sink.push([1]).await {
                break exception;
            }
            tokio::task::yield_now().await;
        }
    });
    for exception in [ended, pushed.await] {
        assert!(exception.message().contains("an empty part"), "{exception}");
    }
    drop(sink);
    server.finish().await;
}

/// The server takes nothing yet, so the client is held, until it does.
#[tokio::test]
async fn slow_streams() {
    let Some(server) = Server::start().await else {
        return;
    };
    let sink = soon(server.partner.sink("slow")).await.expect("a sink");
    let mut pushed = 0;
    let held = loop {
        pushed += 1;
        assert!(pushed < 1000, "nothing holds the client");
        let mut push = sink.push([7; 1024]);
        let polled = poll(&mut push);
        match polled {
            Poll::Ready(outcome) => outcome.expect("the window has room"),
            Poll::Pending => break push,
        }
    };
    assert!(pushed > 32, "{pushed}");
    let counter = OurCounter::new(&Shared::default(), 0);
    soon(server.partner.settle("slow", counter.proxy()))
        .await
        .expect("an answer");
    soon(held).await.expect("it is taken");
    let end = soon(sink.end()).await.expect("an answer");
    assert_eq!(end.parts, pushed);
    drop(sink);
    server.finish().await;
}

fn poll<T>(call: &mut Call<T>) -> Poll<Result<T, Exception>> {
    std::pin::pin!(call).poll(&mut Context::from_waker(Waker::noop()))
}

#[tokio::test]
async fn calls_run_on_threads_of_the_server() {
    let Some(server) = Server::start().await else {
        return;
    };
    let context = server.partner.on_thread("text");
    let text = soon(context).await.expect("an answer");
    let thread = text.strip_prefix("text on ").expect("a thread");
    assert!(!thread.is_empty());
    // One call at a time needs one thread.
    assert_eq!(
        soon(server.partner.on_thread("text"))
            .await
            .expect("an answer"),
        text
    );
    let calls = begin((0..8).map(|number| server.partner.on_thread(number.to_string())));
    let texts = all(calls).await.expect("answers");
    for (number, text) in texts.iter().enumerate() {
        assert!(text.starts_with(&format!("{number} on ")), "{text}");
    }
    server.finish().await;
}
