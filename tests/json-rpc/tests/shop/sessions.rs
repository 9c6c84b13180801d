//! Objects that several connections share, as they are sent.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

use crate::support::{Served, http, http_with, request, rest, within};

/// An answer: its head, and what is in its body.
struct Answer {
    head: String,
    body: String,
}

impl Answer {
    fn status(&self) -> &str {
        &self.head[9..12]
    }

    fn session(&self) -> &str {
        let header = self
            .head
            .lines()
            .find_map(|line| line.strip_prefix("ipc-session: "));
        header.unwrap_or_else(|| panic!("{}", self.head))
    }

    fn result(&self) -> Value {
        let body: Value = serde_json::from_str(&self.body).unwrap();
        body["result"].clone()
    }
}

async fn connect(served: &Served) -> UnixStream {
    UnixStream::connect(served.socket()).await.unwrap()
}

async fn ask(stream: &mut UnixStream, text: String) -> Answer {
    stream.write_all(text.as_bytes()).await.unwrap();
    let read = async {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.unwrap().parse().unwrap()];
        stream.read_exact(&mut body).await.unwrap();
        let body = String::from_utf8(body).unwrap();
        Answer { head, body }
    };
    within("an answer", read).await
}

/// A call within a session.
fn within_session(session: &str, method: &str, params: Value) -> String {
    http_with(
        &format!("Ipc-Session: {session}\r\n"),
        &request(1, method, params),
    )
}

#[tokio::test]
async fn connections_share_the_objects_of_a_session() {
    let served = Served::start().await;
    let (mut first, mut second) = (connect(&served).await, connect(&served).await);
    let opened = within_session("new", "shop_open", json!(["ann"]));
    let opened = ask(&mut first, opened).await;
    assert_eq!(opened.status(), "200");
    let (session, till) = (opened.session(), opened.result());
    let add = |amount| request(2, "till_add", json!([till, amount]));

    let entered = within_session(session, "shop_find", json!(["nobody"]));
    let entered = ask(&mut second, entered).await;
    assert_eq!((entered.status(), entered.session()), ("200", session));
    // It is said once.
    assert_eq!(ask(&mut second, http(&add(1))).await.result(), 6);
    drop(first);
    assert_eq!(ask(&mut second, http(&add(2))).await.result(), 8);
    let mut stranger = connect(&served).await;
    let refused = ask(&mut stranger, http(&add(1))).await;
    assert!(
        refused.body.contains("there is no object"),
        "{}",
        refused.body
    );

    drop(second);
    served.tills(0).await;
    let late = within_session(session, "shop_find", json!(["nobody"]));
    let late = ask(&mut connect(&served).await, late).await;
    let text = "there is no such session: it ends with the last of its connections";
    assert_eq!((late.status(), &*late.body), ("410", text));
}

#[tokio::test]
async fn a_connection_has_one_session() {
    let served = Served::start().await;
    let find = |session: &str| within_session(session, "shop_find", json!(["nobody"]));
    let (mut first, mut second) = (connect(&served).await, connect(&served).await);
    let one = ask(&mut first, find("new")).await;
    let other = ask(&mut second, find("new")).await;
    assert_ne!(one.session(), other.session());
    let both = ask(&mut second, find(one.session())).await;
    let text = "the connection has objects of its own, or is of another session";
    assert_eq!((both.status(), &*both.body), ("409", text));

    let mut owner = connect(&served).await;
    let open = http(&request(1, "shop_open", json!(["ann"])));
    assert_eq!(ask(&mut owner, open).await.result(), "till:1");
    let both = ask(&mut owner, find(one.session())).await;
    assert_eq!((both.status(), &*both.body), ("409", text));
    for nonsense in ["", "NEW", "0", "../../etc"] {
        let refused = ask(&mut connect(&served).await, find(nonsense)).await;
        assert_eq!(refused.status(), "410", "{nonsense}");
    }
    served.tills(1).await;
}

#[tokio::test]
async fn all_connections_of_a_session_may_be_idle_while_it_has_objects() {
    let served = Served::with(|builder| builder.head_timeout(Duration::from_secs(1))).await;
    let (mut first, mut second) = (connect(&served).await, connect(&served).await);
    let begun = within_session("new", "shop_find", json!(["nobody"]));
    let begun = ask(&mut first, begun).await;
    // By another connection, while the first one is idle.
    let open = within_session(begun.session(), "shop_open", json!(["ann"]));
    let till = ask(&mut second, open).await.result();
    let mut later = connect(&served).await;
    assert_eq!(rest(&mut later).await, "");
    let add = http(&request(2, "till_add", json!([till, 1])));
    assert_eq!(ask(&mut first, add).await.result(), 6);

    let destroy = http(&request(3, "till_destroy", json!([till])));
    assert_eq!(ask(&mut second, destroy).await.status(), "200");
    // Neither may be any more.
    assert_eq!(rest(&mut first).await, "");
    assert_eq!(rest(&mut second).await, "");
}
