//! Both ends of our own, over TCP and unix sockets.

use bitcoin_core_zmq::{Error, Notification, Publisher, Subscriber, Topic};
use futures_util::StreamExt;
use ipc_tests::peers::within;

use crate::{every_kind, next, numbered, publisher};

/// What is published comes as it was, over this endpoint.
async fn carries_everything(endpoint: &str) {
    let publisher = Publisher::builder().bind(endpoint, Topic::ALL);
    let publisher = within("starting", publisher.start()).await.unwrap();
    let bound = publisher.endpoints().next().unwrap().to_string();
    let subscriber = Subscriber::builder().connect(bound.as_str(), Topic::ALL);
    let mut subscriber = subscriber.start().unwrap();
    for topic in Topic::ALL {
        within("a subscription", publisher.subscribed(topic, 1)).await;
    }
    let sent = every_kind();
    sent.iter()
        .for_each(|notification| publisher.publish(notification));
    let mut counters = [0; Topic::ALL.len()];
    for notification in sent {
        // As a stream, too.
        let received = within("a notification", subscriber.next()).await;
        let received = received.unwrap().unwrap();
        let counter = &mut counters[notification.topic() as usize];
        assert_eq!(received.counter, *counter);
        *counter += 1;
        assert_eq!(received.notification, notification);
        assert_eq!(received.gap, None);
        assert_eq!(received.endpoint.to_string(), bound);
    }
    within("closing", publisher.close()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tcp_carries_everything() {
    carries_everything("tcp://127.0.0.1:0").await;
    carries_everything("tcp://localhost:*").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unix_sockets_carry_everything() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("zmq.sock");
    carries_everything(&format!("ipc://{}", path.display())).await;
    carries_everything(&format!("unix:{}", path.display())).await;
}

#[tokio::test]
async fn endpoints_have_counters_and_topics_of_their_own() {
    let publisher = Publisher::builder()
        .bind("tcp://127.0.0.1:*", [Topic::HashBlock])
        .bind("tcp://localhost:*", [Topic::RawTx])
        .bind("tcp://localhost:*", [Topic::HashBlock]);
    let publisher = within("starting", publisher.start()).await.unwrap();
    let endpoints: Vec<_> = publisher.endpoints().map(ToString::to_string).collect();
    let [first, second] = &endpoints[..] else {
        panic!("{endpoints:?}")
    };
    let subscriber = Subscriber::builder()
        .connect(first, [Topic::RawTx])
        .connect(second, Topic::ALL)
        .connect(first, [Topic::HashBlock]);
    let mut subscriber = subscriber.start().unwrap();
    within("two", publisher.subscribed(Topic::HashBlock, 2)).await;
    // That of the endpoint which has the topic.
    assert_eq!(publisher.subscribers(Topic::RawTx), 1);
    for notification in every_kind() {
        publisher.publish(&notification);
    }
    let mut seen = Vec::new();
    for _ in 0..4 {
        let received = next(&mut subscriber).await;
        let topic = received.notification.topic();
        seen.push((received.endpoint.to_string(), topic, received.counter));
    }
    seen.sort();
    let mut expected = [
        (first.clone(), Topic::HashBlock, 0),
        (second.clone(), Topic::HashBlock, 0),
        (second.clone(), Topic::RawTx, 0),
        (second.clone(), Topic::RawTx, 1),
    ];
    expected.sort();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn only_what_was_subscribed_to_is_sent() {
    let (publisher, endpoint) = publisher(|builder| builder).await;
    let subscriber = Subscriber::builder().connect(endpoint, [Topic::HashTx]);
    let mut subscriber = subscriber.start().unwrap();
    within("one", publisher.subscribed(Topic::HashTx, 1)).await;
    assert_eq!(publisher.subscribers(Topic::HashBlock), 0);
    for notification in every_kind().into_iter().chain(every_kind()) {
        publisher.publish(&notification);
    }
    for counter in 0..2 {
        let received = next(&mut subscriber).await;
        assert!(matches!(received.notification, Notification::HashTx(_)));
        assert_eq!(received.counter, counter);
    }
}

#[tokio::test]
async fn the_file_of_a_socket_goes_with_it_and_is_taken_from_the_dead_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("zmq.sock");
    let endpoint = format!("ipc://{}", path.display());
    let start = || async {
        let publisher = Publisher::builder().bind(endpoint.as_str(), Topic::ALL);
        within("starting", publisher.start()).await
    };
    // What a process leaves that is killed.
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let publisher = start().await.unwrap();
    let error = start().await.unwrap_err();
    assert!(matches!(error, Error::Bind { .. }), "{error}");
    assert!(error.to_string().contains(&endpoint), "{error}");

    let subscriber = Subscriber::builder().connect(endpoint.as_str(), Topic::ALL);
    let mut subscriber = subscriber.start().unwrap();
    within("one", publisher.subscribed(Topic::HashBlock, 1)).await;
    within("closing", publisher.close()).await;
    assert!(!path.exists());
    let error = within("the end", subscriber.recv()).await.unwrap();
    let error = error.unwrap_err();
    assert!(matches!(error, Error::NotConnected { .. }), "{error}");
    std::fs::write(&path, "mine").unwrap();
    start().await.unwrap_err();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
}

#[tokio::test]
async fn a_subscriber_may_be_there_before_its_publisher() {
    let folder = tempfile::tempdir().unwrap();
    let endpoint = format!("ipc://{}", folder.path().join("zmq.sock").display());
    let subscriber = Subscriber::builder().connect(endpoint.as_str(), [Topic::HashBlock]);
    let mut subscriber = subscriber.start().unwrap();
    let error = within("an error", subscriber.recv()).await.unwrap();
    let error = error.unwrap_err().to_string();
    let said = format!("no connection to {endpoint}: No such file or directory");
    assert!(error.starts_with(&said), "{error}");

    let publisher = Publisher::builder().bind(endpoint.as_str(), [Topic::HashBlock]);
    let publisher = within("starting", publisher.start()).await.unwrap();
    within("one", publisher.subscribed(Topic::HashBlock, 1)).await;
    publisher.publish(&numbered(1));
    assert_eq!(next(&mut subscriber).await.notification, numbered(1));
}

#[tokio::test]
async fn what_is_no_endpoint_is_said_at_the_start() {
    let error = Subscriber::builder().connect("localhost:1", Topic::ALL);
    let error = error.start().unwrap_err().to_string();
    let said = "\"localhost:1\" is no endpoint: it is neither tcp://HOST:PORT nor ipc://PATH";
    assert_eq!(error, said);
    let error = Publisher::builder().bind("tcp://[::1", Topic::ALL).start();
    within("an error", error).await.unwrap_err();
}
