//! Clients that want too much, or are too slow, and those beside them.

use std::time::Duration;

use ipc_tests::peers::within;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

use crate::support::{ALICE, HEAD, JSON, Methods, Served, curl, reach, try_curl};

const SHORT: Duration = Duration::from_millis(50);
const ADD: &str = r#"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2]}"#;

/// What comes until the server closes the connection.
async fn rest(stream: &mut UnixStream) -> String {
    let mut bytes = Vec::new();
    // That it is reset is an end, too.
    let _ = within("the end", stream.read_to_end(&mut bytes)).await;
    String::from_utf8(bytes).unwrap()
}

async fn others_are_served(served: &Served) {
    assert_eq!(served.post(ADD).await.json()["result"], 3);
}

#[tokio::test]
async fn bodies_have_a_limit() {
    let methods = Methods::new();
    let served = Served::with(methods.handler(), |builder| builder.body_size(1000)).await;
    let padded = |size: usize| format!("{ADD}{}", " ".repeat(size - ADD.len()));
    assert_eq!(served.post(&padded(1000)).await.status, 200);
    let large = padded(1001);
    assert_eq!(served.post(&large).await.status, 413);
    // Without saying how long it is.
    let url = served.url("/");
    let chunked = ["--header", "Transfer-Encoding: chunked", "--header", JSON];
    let post = ["--user", ALICE, "--data", &large, &url];
    assert_eq!(curl(&[&chunked[..], &post].concat()).await.status, 413);
    others_are_served(&served).await;
}

#[tokio::test]
async fn strangers_are_refused_before_their_body_is_read() {
    let served = Served::start(Methods::new().handler()).await;
    let mut stream = served.connect().await;
    let head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut bytes = [0; 12];
    within("the answer", stream.read_exact(&mut bytes))
        .await
        .unwrap();
    assert_eq!(&bytes, b"HTTP/1.1 401");
}

#[tokio::test]
async fn who_sends_no_head_is_disconnected() {
    // Not so short that a busy machine is too slow for it.
    let limit = Duration::from_millis(500);
    let settings = |builder: ipc_json_rpc::ServerBuilder| builder.head_timeout(limit);
    let served = Served::with(Methods::new().handler(), settings).await;
    for begin in ["", "POST / HTTP/1.1\r\nHost: loc"] {
        let mut stream = served.connect().await;
        stream.write_all(begin.as_bytes()).await.unwrap();
        let text = rest(&mut stream).await;
        assert!(
            text.is_empty() || text.starts_with("HTTP/1.1 408"),
            "{text}"
        );
    }
    // Between two requests as well.
    let mut stream = served.connect().await;
    let request = format!("{HEAD}Content-Length: {}\r\n\r\n{ADD}", ADD.len());
    stream.write_all(request.as_bytes()).await.unwrap();
    let text = rest(&mut stream).await;
    assert!(
        text.starts_with("HTTP/1.1 200") && text.ends_with(r#""result":3}"#),
        "{text}"
    );
    others_are_served(&served).await;
}

#[tokio::test]
async fn there_may_be_no_limits_of_time() {
    let settings = |builder: ipc_json_rpc::ServerBuilder| {
        (builder.head_timeout(Duration::MAX))
            .body_timeout(Duration::MAX)
            .write_timeout(Duration::MAX)
    };
    let served = Served::with(Methods::new().handler(), settings).await;
    others_are_served(&served).await;
    // So much that the server has to wait for its reader.
    let large = r#"{"jsonrpc":"2.0","id":1,"method":"large","params":[16000000]}"#;
    assert!(served.post(large).await.body.len() > 16_000_000);
}

#[tokio::test]
async fn who_sends_no_body_is_told_and_disconnected() {
    let settings = |builder: ipc_json_rpc::ServerBuilder| builder.body_timeout(SHORT);
    let served = Served::with(Methods::new().handler(), settings).await;
    let mut stream = served.connect().await;
    let request = format!("{HEAD}Content-Length: 100\r\n\r\n{{");
    stream.write_all(request.as_bytes()).await.unwrap();
    let text = rest(&mut stream).await;
    assert!(text.starts_with("HTTP/1.1 408"), "{text}");
    others_are_served(&served).await;
}

#[tokio::test]
async fn who_reads_nothing_makes_room_for_others() {
    let settings =
        |builder: ipc_json_rpc::ServerBuilder| builder.write_timeout(SHORT).connections(1);
    let methods = Methods::new();
    let served = Served::with(methods.handler(), settings).await;
    let mut stream = served.connect().await;
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"large","params":[16000000]}"#;
    let request = format!("{HEAD}Content-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).await.unwrap();
    reach(&methods.noted, 1).await;
    // There is one place, which this one has.
    others_are_served(&served).await;
    let text = rest(&mut stream).await;
    assert!(text.len() < 16_000_000, "{}", text.len());
}

#[tokio::test]
async fn further_clients_wait_for_a_place() {
    let served = Served::with(Methods::new().handler(), |builder| builder.connections(1)).await;
    let mut first = served.connect().await;
    let request = format!("{HEAD}Content-Length: {}\r\n\r\n{ADD}", ADD.len());
    first.write_all(request.as_bytes()).await.unwrap();
    within("the answer", first.read_u8()).await.unwrap();
    let (url, post) = (
        served.url("/"),
        ["--user", ALICE, "--header", JSON, "--data", ADD],
    );
    let waits = [&post[..], &["--max-time", "0.2", &url]].concat();
    let (code, _none) = try_curl(&waits).await;
    assert_eq!(code, 28, "curl says that it waited in vain");
    drop(first);
    others_are_served(&served).await;
}

#[tokio::test]
async fn what_is_no_http_ends_its_connection_alone() {
    let served = Served::start(Methods::new().handler()).await;
    let long = format!("POST / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(100_000));
    let garbage = [
        "\0\u{1}\u{2}\r\n\r\n",
        "POST / HTTP/7\r\n\r\n",
        "{}\r\n\r\n",
        &long,
    ];
    for text in garbage {
        let mut stream = served.connect().await;
        // The server may hang up before it has all.
        let _ = stream.write_all(text.as_bytes()).await;
        let answer = rest(&mut stream).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 4"),
            "{answer}"
        );
    }
    others_are_served(&served).await;
}
