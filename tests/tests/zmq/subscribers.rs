//! Subscribers that do not keep up, vanish, or are none.

use bitcoin_core_ipc::Block;
use bitcoin_core_zmq::{Gap, Notification, Subscriber, Topic};
use ipc_tests::peers::{Peer, program, within, workspace};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::{next, numbered, publisher};

/// Far more than sockets hold for a peer that does not read.
const BLOCKS: u32 = 100;

fn block(number: u32) -> Notification {
    let mut bytes = vec![0; 1 << 20];
    bytes[..4].copy_from_slice(&number.to_le_bytes());
    Notification::RawBlock(Block(bytes))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_subscriber_loses_messages_and_slows_nobody() {
    let (publisher, endpoint) = publisher(|builder| builder.high_water_mark(5)).await;
    let subscriber = || Subscriber::builder().connect(endpoint.as_str(), [Topic::RawBlock]);
    let mut fast = subscriber().start().unwrap();
    let mut slow = subscriber().high_water_mark(1).start().unwrap();
    within("both", publisher.subscribed(Topic::RawBlock, 2)).await;

    for number in 0..BLOCKS {
        publisher.publish(&block(number));
        let received = next(&mut fast).await;
        assert_eq!((received.counter, received.gap), (number, None));
    }
    let dropped = publisher.dropped();
    assert!(dropped > 0);

    // What was kept is whole and in order, and what was not is known.
    let kept = BLOCKS - u32::try_from(dropped).unwrap();
    let mut expected = 0;
    for turn in 0..=kept {
        if turn == kept {
            publisher.publish(&block(BLOCKS));
        }
        let received = next(&mut slow).await;
        let lost = received.counter - expected;
        let gap = (lost > 0).then_some(Gap::Lost(lost));
        assert_eq!(received.gap, gap, "before {}", received.counter);
        assert!(received.notification == block(received.counter));
        expected = received.counter + 1;
    }
    assert_eq!(expected, BLOCKS + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscriber_of_pyzmq_that_stalls_and_is_killed_harms_nobody() {
    let variable = "IPC_INTEROP_PYTHON";
    let Some(python) = program(variable, "a Python that has pyzmq") else {
        return;
    };
    let (publisher, endpoint) = publisher(|builder| builder.high_water_mark(5)).await;
    let other = Subscriber::builder().connect(endpoint.as_str(), [Topic::RawBlock]);
    let mut other = other.start().unwrap();
    let script = workspace().join("tests/interop/zmq_peer.py");
    let script = script.display().to_string();
    let stalled = Peer::start("pyzmq", &python, [&script, "stall", &endpoint, "raw"]);
    within("both", publisher.subscribed(Topic::RawBlock, 2)).await;
    for number in 0..BLOCKS {
        publisher.publish(&block(number));
        assert_eq!(next(&mut other).await.gap, None);
    }
    assert!(publisher.dropped() > 0);
    stalled.kill().await;
    within("the end of one", async {
        while publisher.subscribers(Topic::RawBlock) > 1 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    publisher.publish(&block(BLOCKS));
    assert_eq!(next(&mut other).await.gap, None);
}

#[tokio::test]
async fn who_is_no_subscriber_is_shown_out() {
    let (publisher, endpoint) = publisher(|builder| builder).await;
    let address = endpoint.strip_prefix("tcp://").unwrap();
    for bytes in [
        &b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"[..],
        &[0xff; 64],
        &[0; 64],
    ] {
        let mut stream = within("connecting", TcpStream::connect(address))
            .await
            .unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut greeting = Vec::new();
        // The end, or a reset, since it does not read the rest.
        let _ = within("the end", stream.read_to_end(&mut greeting)).await;
        assert!(greeting.len() <= 64);
    }
    let subscriber = Subscriber::builder().connect(endpoint, [Topic::HashBlock]);
    let mut subscriber = subscriber.start().unwrap();
    within("one", publisher.subscribed(Topic::HashBlock, 1)).await;
    publisher.publish(&numbered(1));
    assert_eq!(next(&mut subscriber).await.notification, numbered(1));
}
