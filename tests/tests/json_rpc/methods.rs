//! Plain JSON-RPC 2.0, with methods of `jsonrpsee`.

use serde_json::json;

use crate::support::{ALICE, JSON, Methods, Served, curl, reach, try_curl};

#[tokio::test]
async fn single_requests_are_answered() {
    let served = Served::start(Methods::new().handler()).await;
    let reply = served
        .post(r#"{"jsonrpc":"2.0","id":"a","method":"add","params":[40,2]}"#)
        .await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.json(),
        json!({ "jsonrpc": "2.0", "id": "a", "result": 42 })
    );
}

#[tokio::test]
async fn notifications_run_and_are_not_answered() {
    let methods = Methods::new();
    let served = Served::start(methods.handler()).await;
    let reply = served.post(r#"{"jsonrpc":"2.0","method":"note"}"#).await;
    assert_eq!((reply.status, reply.body.as_str()), (204, ""));
    let batch = r#"[{"jsonrpc":"2.0","method":"note"},{"jsonrpc":"2.0","method":"nope"}]"#;
    let reply = served.post(batch).await;
    assert_eq!((reply.status, reply.body.as_str()), (204, ""));
    assert_eq!(*methods.noted.borrow(), 2);
}

#[tokio::test]
async fn batches_are_answered_in_their_order() {
    let methods = Methods::new();
    let served = Served::start(methods.handler().batch(5)).await;
    let batch = r#"[{"jsonrpc":"2.0","id":1,"method":"add","params":[1,1]},
        {"jsonrpc":"2.0","method":"note"}, 7,
        {"jsonrpc":"2.0","id":2,"method":"nope"},
        {"jsonrpc":"2.0","id":3,"method":"fail"}]"#;
    let reply = served.post(batch).await;
    assert_eq!(
        reply.json(),
        json!([
            { "jsonrpc": "2.0", "id": 1, "result": 2 },
            { "jsonrpc": "2.0", "id": null, "error": { "code": -32600, "message": "Invalid request" } },
            { "jsonrpc": "2.0", "id": 2, "error": { "code": -32601, "message": "Method not found" } },
            { "jsonrpc": "2.0", "id": 3, "error": { "code": -5, "message": "failed as asked", "data": "data" } },
        ])
    );
    assert_eq!(*methods.noted.borrow(), 1);
    assert_eq!(served.post("[]").await.json()["error"]["code"], -32600);
    let reply = served.post("[1,2,3,4,5,6]").await;
    assert_eq!(
        reply.json()["error"]["message"],
        "The batch request was too large"
    );
}

#[tokio::test]
async fn what_is_wrong_has_its_code() {
    let served = Served::start(Methods::new().handler()).await;
    let wrong = [
        (r#"{"jsonrpc":"2.0","id":1,"method":"nope"}"#, -32601),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"add","params":["a","b"]}"#,
            -32602,
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"add","params":{"a":1}}"#,
            -32602,
        ),
        (r#"{"jsonrpc":"2.0","id":1,"method":"add"}"#, -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":7}"#, -32600),
        (r#"{"jsonrpc":"2.0","id":1}"#, -32600),
        (r#"{"jsonrpc":"2.0","id":1,"method":"add","#, -32700),
        (r#"[{"jsonrpc""#, -32700),
    ];
    for (body, code) in wrong {
        let reply = served.post(body).await;
        assert_eq!(reply.json()["error"]["code"], code, "{body}: {reply:?}");
    }
    for body in ["nonsense", ""] {
        assert_eq!(served.post(body).await.status, 400, "{body}");
    }
}

#[tokio::test]
async fn answers_have_a_limit() {
    let served = Served::start(Methods::new().handler().response_size(1000)).await;
    let large =
        |size: u32| json!({ "jsonrpc": "2.0", "id": 1, "method": "large", "params": [size] });
    let reply = served.post(&large(900).to_string()).await;
    assert_eq!(reply.json()["result"].as_str().unwrap().len(), 900);
    let reply = served.post(&large(1000).to_string()).await;
    assert_eq!(reply.json()["error"]["message"], "Response is too big");
    let reply = served
        .post(&json!([large(600), large(600)]).to_string())
        .await;
    assert!(reply.json()["error"]["code"].is_i64(), "{reply:?}");
}

#[tokio::test]
async fn other_places_and_verbs_are_not_there() {
    let served = Served::start(Methods::new().handler()).await;
    let add = r#"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2]}"#;
    assert_eq!(served.post_to("/other", add).await.status, 404);
    let url = served.url("/");
    assert_eq!(curl(&["--user", ALICE, &url]).await.status, 405);
    // What a form of a web page would send.
    let reply = curl(&["--user", ALICE, "--data", add, &url]).await;
    assert_eq!(reply.status, 415, "{reply:?}");
}

#[tokio::test]
async fn a_method_that_panics_ends_its_connection_alone() {
    let served = Served::start(Methods::new().handler()).await;
    let url = served.url("/");
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"panic"}"#;
    let arguments = ["--user", ALICE, "--header", JSON, "--data", body, &url];
    assert_eq!(
        try_curl(&arguments).await.0,
        52,
        "curl says that nothing was answered"
    );
    let add = r#"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2]}"#;
    assert_eq!(served.post(add).await.json()["result"], 3);
}

#[tokio::test]
async fn who_goes_away_is_not_waited_for() {
    let methods = Methods::new();
    let served = Served::start(methods.handler()).await;
    let url = served.url("/");
    let call = tokio::spawn(async move {
        let body = r#"{"jsonrpc":"2.0","id":1,"method":"wait"}"#;
        try_curl(&["--user", ALICE, "--header", JSON, "--data", body, &url]).await
    });
    reach(&methods.waiting, 1).await;
    call.abort();
    reach(&methods.waiting, 0).await;
}
