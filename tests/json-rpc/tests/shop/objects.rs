//! Handles on objects, by `curl`, and their ends.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

use crate::support::{Served, http, reach, request as call, rest, within};

#[tokio::test]
async fn objects_go_by_handles() {
    let served = Served::start().await;
    let replies = served
        .post(&json!([
            call(1, "shop_open", json!(["ann"])),
            call(2, "till_add", json!(["till:1", 10])),
            call(
                3,
                "till_add",
                json!({ "object": "till:1", "amount": "-20" })
            ),
            call(4, "shop_find", json!(["bob"])),
            call(5, "shop_sum", json!([["till:1", null, "till:2"]])),
            call(6, "named_getName", json!(["till:2"])),
            call(7, "shop_find", json!(["nobody"])),
            call(8, "shop_describe", json!([{ "till": "till:2" }])),
        ]))
        .await;
    let results: Vec<_> = replies
        .as_array()
        .unwrap()
        .iter()
        .map(|reply| &reply["result"])
        .collect();
    assert_eq!(
        results[..7],
        [
            &json!("till:1"),
            &json!(15),
            &json!(-5),
            &json!("till:2"),
            &json!(-5),
            &json!("bob's till"),
            &Value::Null,
        ]
    );
    // Each time that an object is brought, it has a handle of its own.
    assert_eq!(results[7]["till"], "till:3");
    // They went with the connection, which was curl's.
    served.tills(0).await;
}

#[tokio::test]
async fn a_handle_ends_when_it_is_destroyed() {
    let served = Served::start().await;
    let replies = served
        .post(&json!([
            call(1, "shop_open", json!(["ann", 1])),
            call(2, "till_destroy", json!(["till:1"])),
            call(3, "till_add", json!(["till:1", 1])),
            call(4, "till_destroy", json!(["till:1"])),
        ]))
        .await;
    assert_eq!(
        replies[1],
        json!({ "jsonrpc": "2.0", "id": 2, "result": null })
    );
    for reply in [&replies[2], &replies[3]] {
        assert_eq!(reply["error"]["code"], -32602);
        let message = reply["error"]["message"].as_str().unwrap();
        assert!(
            message.starts_with("there is no object `till:1`"),
            "{message}"
        );
    }
    served.tills(0).await;
}

#[tokio::test]
async fn a_handle_is_of_its_interface_and_of_its_connection() {
    let served = Served::start().await;
    let replies = served
        .post(&json!([
            call(1, "shop_open", json!(["ann"])),
            call(2, "shop_wait", json!({ "object": "till:1" })),
        ]))
        .await;
    assert_eq!(
        replies[1]["error"]["message"],
        "the object `till:1` is no Shop"
    );

    let holder = served.client().await;
    let opened = within("a call", holder.call("shop_open", json!(["ann"])))
        .await
        .unwrap();
    let reply = served.call("till_add", json!([opened, 1])).await;
    assert_eq!(reply["error"]["code"], -32602, "{reply}");
    let own = within("a call", holder.call("till_add", json!([opened, 1]))).await;
    assert_eq!(own.unwrap(), 6);
}

#[tokio::test]
async fn a_connection_has_a_limit_of_objects() {
    let served = Served::with(|builder| builder.objects(1)).await;
    let open = call(1, "shop_open", json!(["ann"]));
    let replies = served.post(&json!([open, open])).await;
    assert_eq!(replies[0]["result"], "till:1");
    assert_eq!(replies[1]["error"]["code"], -32001);
    let message = "the connection has 1 objects, and may not have more";
    assert_eq!(replies[1]["error"]["message"], message);
    served.tills(0).await;
}

#[tokio::test]
async fn who_goes_away_gives_up_calls_and_objects() {
    let served = Served::start().await;
    let mut stream = UnixStream::connect(served.socket()).await.unwrap();
    let open = call(1, "shop_open", json!(["ann"]));
    let wait = call(1, "shop_wait", json!([]));
    for request in [open, wait] {
        stream.write_all(http(&request).as_bytes()).await.unwrap();
    }
    let mut bytes = [0; 15];
    within("the answer", stream.read_exact(&mut bytes))
        .await
        .unwrap();
    assert_eq!(&bytes, b"HTTP/1.1 200 OK");
    reach(&served.books.waiting, 1).await;
    served.tills(1).await;
    drop(stream);
    reach(&served.books.waiting, 0).await;
    served.tills(0).await;
}

/// How long a head may take, where it may not take long.
const SHORT: Duration = Duration::from_millis(50);

async fn hasty() -> Served {
    Served::with(|builder| builder.head_timeout(SHORT)).await
}

/// A connection with a till.
async fn holder(served: &Served) -> UnixStream {
    let open = http(&call(1, "shop_open", json!(["ann"])));
    let mut begin = [0; 15];
    loop {
        let mut stream = UnixStream::connect(served.socket()).await.unwrap();
        // A busy machine can be too slow for the server.
        let opened = async {
            stream.write_all(open.as_bytes()).await?;
            stream.read_exact(&mut begin).await
        };
        if within("the answer", opened).await.is_ok() {
            assert_eq!(&begin, b"HTTP/1.1 200 OK");
            return stream;
        }
    }
}

#[tokio::test]
async fn who_holds_objects_may_be_idle() {
    let served = hasty().await;
    let mut holder = holder(&served).await;
    // It has been idle for longer than those who come later and do not last.
    for _ in 0..3 {
        let mut stream = UnixStream::connect(served.socket()).await.unwrap();
        assert_eq!(rest(&mut stream).await, "");
    }
    let add = http(&call(2, "till_add", json!(["till:1", 1])));
    let destroy = http(&call(3, "till_destroy", json!(["till:1"])));
    holder.write_all(add.as_bytes()).await.unwrap();
    holder.write_all(destroy.as_bytes()).await.unwrap();
    // After that it may not.
    let answers = rest(&mut holder).await;
    assert!(answers.contains(r#""id":2,"result":6"#), "{answers}");
    assert!(answers.contains(r#""id":3,"result":null"#), "{answers}");
}

#[tokio::test]
async fn who_holds_objects_may_not_be_slow() {
    let served = hasty().await;
    let mut holder = holder(&served).await;
    holder.write_all(b"POST / HT").await.unwrap();
    rest(&mut holder).await;
    served.tills(0).await;
}
