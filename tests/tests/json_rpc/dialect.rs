//! JSON-RPC as bitcoind speaks it, with its status codes, from nodes of each kind that has JSON-RPC.

use crate::support::{ALICE, Reply, WITH_RPC, curl, gateway};

/// A body, and the status and the body that answer it on a chain of one block. What begins with `...` ends so.
const CASES: &[(&str, u16, &str)] = &[
    // 1.0 and 1.1: both fields, and errors are failures of HTTP too.
    (
        r#"{"method":"getblockcount","params":[],"id":1}"#,
        200,
        r#"{"result":0,"error":null,"id":1}"#,
    ),
    (
        r#"{"jsonrpc":"1.0","method":"getblockcount","id":"a"}"#,
        200,
        r#"{"result":0,"error":null,"id":"a"}"#,
    ),
    (
        r#"{"jsonrpc":null,"method":"getblockcount","params":null,"id":null}"#,
        200,
        r#"{"result":0,"error":null,"id":null}"#,
    ),
    (
        r#"{"method":"getblockcount"}"#,
        200,
        r#"{"result":0,"error":null}"#,
    ),
    (
        r#"{"method":"nope","id":1}"#,
        404,
        r#"{"result":null,"error":{"code":-32601,"message":"Method not found"},"id":1}"#,
    ),
    (
        r#"{"method":"getblockhash","params":[9],"id":1}"#,
        500,
        r#"{"result":null,"error":{"code":-8,"message":"Block height out of range"},"id":1}"#,
    ),
    // 2.0: one of them, and HTTP is fine.
    (
        r#"{"jsonrpc":"2.0","method":"getblockcount","id":1}"#,
        200,
        r#"{"jsonrpc":"2.0","result":0,"id":1}"#,
    ),
    (
        r#"{"jsonrpc":"2.0","method":"nope","id":1}"#,
        200,
        r#"{"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":1}"#,
    ),
    (
        r#"{"jsonrpc":"2.0","method":"getblockhash","params":[9],"id":1}"#,
        200,
        r#"{"jsonrpc":"2.0","error":{"code":-8,"message":"Block height out of range"},"id":1}"#,
    ),
    // Notifications. An id that is null is one.
    (r#"{"jsonrpc":"2.0","method":"getblockcount"}"#, 204, ""),
    (r#"{"jsonrpc":"2.0","method":"nope"}"#, 204, ""),
    (
        r#"{"jsonrpc":"2.0","method":"getblockcount","id":null}"#,
        200,
        r#"{"jsonrpc":"2.0","result":0,"id":null}"#,
    ),
    // Ids come back as they were written. Of a field that is there twice, the first counts.
    (
        r#"{"method":"getblockcount","id":1.50}"#,
        200,
        r#"{"result":0,"error":null,"id":1.50}"#,
    ),
    (
        r#"{"method":"getblockcount","id":18446744073709551616}"#,
        200,
        r#"{"result":0,"error":null,"id":18446744073709551616}"#,
    ),
    (
        r#"{"method":"getblockcount","id":[{"a":1}]}"#,
        200,
        r#"{"result":0,"error":null,"id":[{"a":1}]}"#,
    ),
    (
        r#"{"method":"getblockcount","id":1,"method":"nope","id":2,"other":{}}"#,
        200,
        r#"{"result":0,"error":null,"id":1}"#,
    ),
    // What is no request.
    (
        r#"{"jsonrpc":"3.0","method":"getblockcount","id":1}"#,
        400,
        r#"{"result":null,"error":{"code":-32600,"message":"JSON-RPC version not supported"},"id":1}"#,
    ),
    (
        r#"{"jsonrpc":2,"method":"getblockcount","id":1}"#,
        400,
        r#"{"result":null,"error":{"code":-32600,"message":"jsonrpc field must be a string"},"id":1}"#,
    ),
    (
        r#"{"jsonrpc":"2.0","id":1}"#,
        400,
        r#"{"jsonrpc":"2.0","error":{"code":-32600,"message":"Missing method"},"id":1}"#,
    ),
    (
        r#"{"method":5,"id":1}"#,
        400,
        r#"{"result":null,"error":{"code":-32600,"message":"Method must be a string"},"id":1}"#,
    ),
    (
        r#"{"method":"getblockcount","params":"x","id":1}"#,
        400,
        r#"{"result":null,"error":{"code":-32600,"message":"Params must be an array or object"},"id":1}"#,
    ),
    // What is no JSON, or the wrong one.
    (
        "",
        500,
        r#"{"result":null,"error":{"code":-32700,"message":"Parse error"},"id":null}"#,
    ),
    (
        "{",
        500,
        r#"{"result":null,"error":{"code":-32700,"message":"Parse error"},"id":null}"#,
    ),
    (
        "{} {}",
        500,
        r#"{"result":null,"error":{"code":-32700,"message":"Parse error"},"id":null}"#,
    ),
    (
        "7",
        500,
        r#"{"result":null,"error":{"code":-32700,"message":"Top-level object parse error"},"id":null}"#,
    ),
    (
        r#""[]""#,
        500,
        r#"{"result":null,"error":{"code":-32700,"message":"Top-level object parse error"},"id":null}"#,
    ),
    // Batches never fail as a whole.
    ("[]", 200, "[]"),
    (
        r#" [ {"jsonrpc":"2.0","method":"getblockcount"} ] "#,
        204,
        "",
    ),
    (
        r#"[{"method":"nope","id":1},{"jsonrpc":"2.0","method":"getblockcount"},{"jsonrpc":"2.0","method":"getblockcount","id":2},{"id":3},{}]"#,
        200,
        r#"[{"result":null,"error":{"code":-32601,"message":"Method not found"},"id":1},{"jsonrpc":"2.0","result":0,"id":2},{"result":null,"error":{"code":-32600,"message":"Missing method"},"id":3},{"result":null,"error":{"code":-32600,"message":"Missing method"}}]"#,
    ),
];

/// What [`CASES`] say, of whoever answers.
pub(crate) async fn is_spoken(answer: impl AsyncFn(&str) -> Reply, who: &str) {
    for (body, status, expected) in CASES {
        let expected = Reply {
            status: *status,
            body: (*expected).to_owned(),
        };
        assert_eq!(answer(body).await, expected, "{who}: {body}");
    }
}

#[tokio::test]
async fn is_spoken_for_nodes_of_each_kind() {
    for interfaces in WITH_RPC {
        let (_fake, served) = gateway(interfaces).await;
        is_spoken(
            async |body| served.post(body).await,
            &interfaces.to_string(),
        )
        .await;
    }
}

#[tokio::test]
async fn what_is_no_request_does_not_reach_the_node() {
    let (fake, served) = gateway(WITH_RPC[0]).await;
    for body in [
        "{",
        "{}",
        "[7]",
        r#"[{"method":7}]"#,
        r#"{"method":"x","params":1}"#,
    ] {
        served.post(body).await;
    }
    assert_eq!(fake.received(), []);
}

#[tokio::test]
async fn a_batch_may_have_elements_of_all_kinds() {
    let (_fake, served) = gateway(WITH_RPC[0]).await;
    let reply = served
        .post(r#"[7,null,"x",[],{"method":"getblockcount","id":1}]"#)
        .await;
    let invalid =
        r#"{"result":null,"error":{"code":-32600,"message":"Invalid Request object"},"id":null}"#;
    let answered = r#"{"result":0,"error":null,"id":1}"#;
    let expected = format!("[{invalid},{invalid},{invalid},{invalid},{answered}]");
    assert_eq!(reply.body, expected);
}

#[tokio::test]
async fn http_has_the_status_codes_of_bitcoind() {
    let (fake, served) = gateway(WITH_RPC[0]).await;
    let url = served.url("/");
    let body = r#"{"method":"getblockcount","id":1}"#;
    for verb in ["GET", "PUT", "DELETE"] {
        let reply = curl(&["--request", verb, &url]).await;
        assert_eq!(reply.status, 405, "{verb}");
        assert_eq!(
            reply.body, "JSONRPC server handles only POST requests",
            "{verb}"
        );
    }
    for path in [
        "/x",
        "/wallet",
        "/walletx/",
        "//",
        "/?a",
        "/rest/tx/00.json",
    ] {
        assert_eq!(served.post_to(path, body).await.status, 404, "{path}");
    }
    assert_eq!(curl(&["--data", body, &url]).await.status, 401);
    let wrong = curl(&["--user", "alice:x", "--data", body, &url]).await;
    assert_eq!((wrong.status, wrong.body.as_str()), (401, ""));
    assert_eq!(fake.received(), []);
    // It takes what curl sends by itself, as bitcoind does.
    let reply = curl(&["--user", ALICE, "--data", body, &url]).await;
    assert_eq!(reply.status, 200);
}
