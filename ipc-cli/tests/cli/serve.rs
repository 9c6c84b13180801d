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
    let line = peer.line(&["publishing hashblock, rawblock, hashtx, rawtx, sequence at "]);
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn json_rpc_is_answered() {
    let fake = fake(Interfaces::V32);
    fake.mine();
    let folder = tempfile::tempdir().unwrap();
    let cookie = folder.path().join("cookie");
    let (address, cookie_file) = (fake.address(), cookie.display().to_string());
    let arguments = [
        "serve",
        "json-rpc",
        "--listen",
        "127.0.0.1:0",
        "--cookie-file",
        &cookie_file,
        &address,
    ];
    let command = command(&arguments);
    let mut peer = Peer::run("ipc", command);
    let line = peer.line(&["listening on 127.0.0.1:"]).await;
    let at = line.rsplit(' ').next().unwrap();
    let user = std::fs::read_to_string(&cookie).unwrap();
    let curl = tokio::process::Command::new("curl")
        .args(["--silent", "--user", &user, "--data"])
        .args([
            "{\"method\":\"getblockcount\",\"id\":7}",
            &format!("http://{at}/"),
        ])
        .kill_on_drop(true)
        .output();
    let answer = within("curl", curl).await.unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&answer.stdout).unwrap();
    assert_eq!((&answer["result"], &answer["id"]), (&1.into(), &7.into()));
    interrupt(peer.id());
    let (status, _, report) = peer.finish().await;
    assert!(status.success(), "{report}");
    assert!(!cookie.exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn json_rpc_needs_a_node_that_has_it_and_a_safe_address() {
    let (old, new) = (fake(Interfaces::V31), fake(Interfaces::V32));
    let run = ipc([
        "serve",
        "json-rpc",
        "--listen",
        "127.0.0.1:0",
        &old.address(),
    ])
    .await;
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(
        run.stderr.contains("v32 and multiprocess have it"),
        "{run:?}"
    );
    for (listen, said) in [
        ("127.0.0.1:0", "--cookie-file"),
        ("0.0.0.0:0", "--allow-remote"),
    ] {
        let run = ipc(["serve", "json-rpc", "--listen", listen, &new.address()]).await;
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.stderr.contains(said), "{run:?}");
    }
}
