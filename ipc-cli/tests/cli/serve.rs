//! `ipc serve`.

use bitcoin_core_ipc::{Amount, Interfaces};
use bitcoin_core_zmq::{Notification, Subscriber, Topic};
use ipc_tests::peers::{Peer, within};

use crate::{command, fake, interrupt, ipc};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tips_and_blocks_are_published() {
    let fake = fake(Interfaces::V32);
    let address = fake.address();
    let command = command(&["serve", "zmq", "--bind", "tcp://127.0.0.1:0", &address]);
    let mut peer = Peer::run("ipc", command);
    let line = peer.line(&["publishing hashblock, rawblock at "]).await;
    let endpoint = line.rsplit(' ').next().unwrap();
    let subscriber = Subscriber::builder().connect(endpoint, Topic::ALL);
    let mut subscriber = subscriber.start().unwrap();
    // Nothing tells from here when the subscription has arrived: mine until something comes.
    let first = within("a notification", async {
        loop {
            fake.mine();
            let received = subscriber.recv();
            let patience = std::time::Duration::from_millis(100);
            if let Ok(received) = tokio::time::timeout(patience, received).await {
                return received.unwrap().unwrap();
            }
        }
    });
    let first = first.await.notification;
    assert!(matches!(
        first,
        Notification::HashBlock(_) | Notification::RawBlock(_)
    ));
    interrupt(peer.id());
    let (status, _, report) = peer.finish().await;
    assert!(status.success(), "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_node_does_not_tell_of_is_said() {
    let fake = fake(Interfaces::V31);
    let address = fake.address();
    let bind = ["serve", "zmq", "--bind", "tcp://127.0.0.1:0", &address];
    let run = ipc(bind.iter().chain(&["--topic", "rawblock"])).await;
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
    let said = "error: a node of v31 does not tell of rawblock\n  help: it tells of hashblock\n";
    assert_eq!(run.stderr, said);
    let run = ipc(["serve", "zmq", "--bind", "127.0.0.1:1", &address]).await;
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("is no endpoint"), "{run:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_multiprocess_node_tells_of_more() {
    let fake = fake(Interfaces::Multiprocess);
    let address = fake.address();
    let command = command(&["serve", "zmq", "--bind", "tcp://127.0.0.1:0", &address]);
    let mut peer = Peer::run("ipc", command);
    let line = peer.line(&["publishing hashblock, rawblock, hashtx, rawtx at "]);
    let line = line.await;
    let endpoint = line.rsplit(' ').next().unwrap();
    let subscriber = Subscriber::builder().connect(endpoint, [Topic::HashTx]);
    let mut subscriber = subscriber.start().unwrap();
    let received = within("a notification", async {
        loop {
            fake.add_transaction(Amount(1000));
            let received = subscriber.recv();
            let patience = std::time::Duration::from_millis(100);
            if let Ok(received) = tokio::time::timeout(patience, received).await {
                return received.unwrap().unwrap();
            }
        }
    });
    let received = received.await.notification;
    assert!(matches!(received, Notification::HashTx(_)), "{received:?}");
    drop(fake);
    let (status, _, report) = peer.finish().await;
    assert_eq!(status.code(), Some(3), "{report}");
}
