//! Publishers that begin anew.

use bitcoin_core_zmq::{Error, Gap, Publisher, Subscriber, Topic};
use ipc_tests::peers::within;

use crate::{next, numbered};

#[tokio::test]
async fn a_publisher_that_begins_anew_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let endpoint = format!("ipc://{}", folder.path().join("zmq.sock").display());
    let start = || async {
        let publisher = Publisher::builder().bind(endpoint.as_str(), [Topic::HashBlock]);
        let publisher = within("starting", publisher.start()).await.unwrap();
        within("one", publisher.subscribed(Topic::HashBlock, 1)).await;
        publisher
    };
    // It may find nobody at first.
    let subscriber = Subscriber::builder().connect(endpoint.as_str(), [Topic::HashBlock]);
    let mut subscriber = subscriber.start().unwrap();
    within("an error", subscriber.recv())
        .await
        .unwrap()
        .unwrap_err();
    let publisher = start().await;
    for number in 0..3 {
        publisher.publish(&numbered(number));
        let received = next(&mut subscriber).await;
        assert_eq!((received.counter, received.gap), (number.into(), None));
    }
    within("closing", publisher.close()).await;
    let error = within("the end", subscriber.recv()).await.unwrap();
    let error = error.unwrap_err();
    assert!(matches!(error, Error::NotConnected { .. }), "{error}");

    let publisher = start().await;
    publisher.publish(&numbered(9));
    let received = next(&mut subscriber).await;
    assert_eq!(received.notification, numbered(9));
    assert_eq!(received.gap, Some(Gap::Restarted(0)));
    publisher.publish(&numbered(10));
    assert_eq!(next(&mut subscriber).await.gap, None);
}
