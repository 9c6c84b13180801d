//! Publishers that send what is no message of Bitcoin Core's.

use bitcoin_core_zmq::{Error, Gap, MessageError, Received, Subscriber, Topic};
use ipc_tests::peers::within;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::{next, numbered};

/// A publisher that says whatever it is told to.
struct Script(TcpStream);

impl Script {
    /// Lets a subscriber connect, and reads up to its subscription to one topic.
    async fn accept(listener: &TcpListener, topic: Topic) -> Self {
        let (mut stream, _) = within("a subscriber", listener.accept()).await.unwrap();
        let mut greeting = [0; 64];
        greeting[0] = 0xff;
        greeting[9] = 0x7f;
        greeting[10] = 3;
        greeting[12..16].copy_from_slice(b"NULL");
        stream.write_all(&greeting).await.unwrap();
        let ready = b"\x04\x19\x05READY\x0bSocket-Type\x00\x00\x00\x03PUB";
        stream.write_all(ready).await.unwrap();
        let subscription = 3 + topic.name().len();
        let mut theirs = vec![0; 64 + ready.len() + subscription];
        let read = stream.read_exact(&mut theirs);
        within("a subscription", read).await.unwrap();
        assert!(theirs.ends_with(topic.name().as_bytes()));
        Self(stream)
    }

    async fn send(&mut self, parts: &[&[u8]]) {
        let mut out = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            out.push(u8::from(at + 1 < parts.len()));
            out.push(u8::try_from(part.len()).unwrap());
            out.extend_from_slice(part);
        }
        self.0.write_all(&out).await.unwrap();
    }

    async fn hash_block(&mut self, number: u8, counter: u32) {
        let counter = counter.to_le_bytes();
        self.send(&[b"hashblock", &[number; 32], &counter]).await;
    }
}

async fn subscriber() -> (TcpListener, Subscriber) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("tcp://{}", listener.local_addr().unwrap());
    let subscriber = Subscriber::builder().connect(endpoint, [Topic::HashBlock]);
    (listener, subscriber.message_size(1000).start().unwrap())
}

async fn error(subscriber: &mut Subscriber) -> Error {
    let received: Option<Result<Received, _>> = within("an error", subscriber.recv()).await;
    received.unwrap().unwrap_err()
}

#[tokio::test]
async fn bad_messages_are_errors_and_the_stream_goes_on() {
    let (listener, mut subscriber) = subscriber().await;
    let mut script = Script::accept(&listener, Topic::HashBlock).await;
    let counter: &[u8] = &7_u32.to_le_bytes();
    let hash: &[u8] = &[1; 32];
    let cases: [(&[&[u8]], MessageError); 7] = [
        (&[b"hashblock", hash], MessageError::Parts(2)),
        (&[b"hashblock"], MessageError::Parts(1)),
        (&[b"hashblock", hash, counter, b""], MessageError::Parts(4)),
        (
            &[b"hashblocks", hash, counter],
            MessageError::Topic(b"hashblocks".to_vec()),
        ),
        (
            &[b"hashblock", hash, &[0; 8]],
            MessageError::Counter {
                topic: Topic::HashBlock,
                length: 8,
            },
        ),
        (
            &[b"hashtx", &hash[1..], counter],
            MessageError::Length {
                topic: Topic::HashTx,
                length: 31,
                expected: "32",
            },
        ),
        (
            &[b"sequence", &[b'?'; 33], counter],
            MessageError::Label(b'?'),
        ),
    ];
    for (parts, expected) in cases {
        script.send(parts).await;
        match error(&mut subscriber).await {
            Error::Message { source, .. } => assert_eq!(source, expected),
            other => panic!("{other}"),
        }
    }
    script.hash_block(9, 0).await;
    let received = next(&mut subscriber).await;
    assert_eq!(received.notification, numbered(9));
}

#[tokio::test]
async fn a_connection_without_sense_is_made_anew() {
    let (listener, mut subscriber) = subscriber().await;
    for (bytes, reason) in [
        (&[0xff, 0][..], "a frame has the flags 0xff"),
        (
            &[2, 0, 0, 1, 0, 0, 0, 0, 0],
            "a frame of 1099511627776 bytes, where 1000 are the limit",
        ),
        (&[1, 0].repeat(65), "a message of more than 64 parts"),
        (&[1, 1, 0, 4, 2, 1, 65], "a command between the parts"),
    ] {
        let mut script = Script::accept(&listener, Topic::HashBlock).await;
        script.0.write_all(bytes).await.unwrap();
        match error(&mut subscriber).await {
            Error::NotConnected { source, .. } => {
                assert!(source.to_string().contains(reason), "{source}");
            }
            other => panic!("{other}"),
        }
    }
    let mut script = Script::accept(&listener, Topic::HashBlock).await;
    script.hash_block(9, 0).await;
    assert_eq!(next(&mut subscriber).await.notification, numbered(9));
}

#[tokio::test]
async fn a_ping_is_answered() {
    let (listener, _subscriber) = subscriber().await;
    let mut script = Script::accept(&listener, Topic::HashBlock).await;
    script
        .0
        .write_all(b"\x04\x09\x04PING\0\x01ab")
        .await
        .unwrap();
    let mut answer = [0; 9];
    let read = script.0.read_exact(&mut answer);
    within("the answer", read).await.unwrap();
    assert_eq!(&answer, b"\x04\x07\x04PONGab");
}

#[tokio::test]
async fn counters_go_on_over_connections() {
    let (listener, mut subscriber) = subscriber().await;
    let mut script = Script::accept(&listener, Topic::HashBlock).await;
    script.hash_block(1, u32::MAX).await;
    script.hash_block(2, 0).await;
    for _ in 0..2 {
        assert_eq!(next(&mut subscriber).await.gap, None);
    }
    drop(script);
    let lost = error(&mut subscriber).await;
    assert!(matches!(lost, Error::NotConnected { .. }), "{lost}");
    let mut script = Script::accept(&listener, Topic::HashBlock).await;
    script.hash_block(3, 5).await;
    assert_eq!(next(&mut subscriber).await.gap, Some(Gap::Lost(4)));
    drop(script);
    error(&mut subscriber).await;
    let mut script = Script::accept(&listener, Topic::HashBlock).await;
    script.hash_block(4, 2).await;
    assert_eq!(next(&mut subscriber).await.gap, Some(Gap::Restarted(2)));
}
