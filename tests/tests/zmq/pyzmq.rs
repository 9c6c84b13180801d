//! pyzmq, which is libzmq, at the other end.

use std::path::PathBuf;

use bitcoin_core_zmq::{Error, Gap, MessageError, Notification, Subscriber, Topic};
use ipc_tests::peers::{Peer, program, within, workspace};

use crate::{every_kind, next, numbered, publisher};

fn python() -> Option<PathBuf> {
    program("IPC_INTEROP_PYTHON", "a Python that has pyzmq")
}

fn peer(python: &std::path::Path, arguments: &[&str]) -> Peer {
    let script = workspace().join("tests/interop/zmq_peer.py");
    let script = script.display().to_string();
    let arguments = std::iter::once(script.as_str()).chain(arguments.iter().copied());
    Peer::start("zmq_peer.py", python, arguments)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The line that the peer prints for a notification.
fn line(notification: &Notification, counter: u32) -> String {
    let labelled = |hash: String, label: u8, number: Option<u64>| {
        let number = number.map(|number| hex(&number.to_le_bytes()));
        format!("{hash}{label:02x}{}", number.unwrap_or_default())
    };
    use bitcoin_core_zmq::Sequence::*;
    let body = match notification {
        Notification::HashBlock(hash) => hash.to_string(),
        Notification::RawBlock(block) => hex(&block.0),
        Notification::HashTx(txid) => txid.to_string(),
        Notification::RawTx(transaction) if transaction.0.is_empty() => "-".to_owned(),
        Notification::RawTx(transaction) => hex(&transaction.0),
        Notification::Sequence(sequence) => match sequence {
            BlockConnected(hash) => labelled(hash.to_string(), b'C', None),
            BlockDisconnected(hash) => labelled(hash.to_string(), b'D', None),
            TransactionAdded {
                txid,
                mempool_sequence,
            } => labelled(txid.to_string(), b'A', Some(*mempool_sequence)),
            TransactionRemoved {
                txid,
                mempool_sequence,
            } => labelled(txid.to_string(), b'R', Some(*mempool_sequence)),
        },
    };
    format!("{} {body} {counter}", notification.topic())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_subscribes() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("zmq.sock");
    let socket = format!("ipc://{}", path.display());
    let (publisher, tcp) = publisher(|builder| builder.bind(&socket, Topic::ALL)).await;
    let sent = every_kind();
    let count = sent.len().to_string();
    let mut everything: Vec<_> = [&tcp, &socket]
        .into_iter()
        .map(|endpoint| peer(&python, &["sub", endpoint, &count, ""]))
        .collect();
    let some = peer(&python, &["sub", &tcp, "2", "hashb", "hasht"]);
    within("all", publisher.subscribed(Topic::HashBlock, 3)).await;
    within("all", publisher.subscribed(Topic::HashTx, 3)).await;
    sent.iter().for_each(|it| publisher.publish(it));

    let mut counters = [0; Topic::ALL.len()];
    let lines: Vec<_> = sent
        .iter()
        .map(|notification| {
            let counter = &mut counters[notification.topic() as usize];
            *counter += 1;
            line(notification, *counter - 1)
        })
        .collect();
    for peer in everything.drain(..) {
        let (status, printed, report) = peer.finish().await;
        assert!(status.success(), "{report}");
        assert_eq!(printed, lines);
    }
    let (status, printed, report) = some.finish().await;
    assert!(status.success(), "{report}");
    assert_eq!(printed, [lines[0].clone(), lines[2].clone()]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_publishes() {
    let Some(python) = python() else { return };
    let message = |topic: &str, body: &[u8], counter: u32| {
        let topic = hex(topic.as_bytes());
        format!("{topic},{},{}", hex(body), hex(&counter.to_le_bytes()))
    };
    let messages = [
        message("hashblock", &[1; 32], 41),
        message("hashblock", &[2; 32], 44),
        message("hashblock", &[3; 31], 45),
        message("rawtx", &[9; 300], 0),
        message("hashblock", &[4; 32], 46),
        hex(b"hashblock"),
        message("hashblock", &[5; 32], 0),
    ];
    let mut arguments = vec!["pub", "tcp://127.0.0.1:*"];
    arguments.extend(messages.iter().map(String::as_str));
    let mut peer = peer(&python, &arguments);
    let listening = peer.line(&["listening"]).await;
    let endpoint = listening.strip_prefix("listening ").unwrap();
    let subscriber = Subscriber::builder().connect(endpoint, [Topic::HashBlock]);
    let mut subscriber = subscriber.start().unwrap();
    let subscription = format!("subscription 01{}", hex(b"hashblock"));
    peer.line(&[&subscription]).await;

    for (number, gap) in [(1, None), (2, Some(Gap::Lost(2)))] {
        let received = next(&mut subscriber).await;
        assert_eq!(received.notification, numbered(number));
        assert_eq!(received.gap, gap);
    }
    let mut error = async || match within("an error", subscriber.recv()).await.unwrap() {
        Err(Error::Message { source, .. }) => source,
        other => panic!("{other:?}"),
    };
    let topic = Topic::HashBlock;
    let (length, expected) = (31, "32");
    let wrong = MessageError::Length {
        topic,
        length,
        expected,
    };
    assert_eq!(error().await, wrong);
    let received = next(&mut subscriber).await;
    assert_eq!((received.counter, received.gap), (46, None));
    let mut error = async || match within("an error", subscriber.recv()).await.unwrap() {
        Err(Error::Message { source, .. }) => source,
        other => panic!("{other:?}"),
    };
    assert_eq!(error().await, MessageError::Parts(1));
    let received = next(&mut subscriber).await;
    assert_eq!(received.gap, Some(Gap::Restarted(0)));
}
