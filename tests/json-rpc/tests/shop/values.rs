//! Values and parameters, by `curl`.

use ipc_json_rpc::{MethodHandler, Server, module};
use ipc_json_rpc_tests::OurEcho;
use ipc_json_rpc_tests::v32::echo::EchoProxy;
use serde_json::{Value, json};

use crate::support::Served;

/// Everything that an item has, as it is written.
fn item() -> Value {
    json!({
        "name": "book", "price": u64::MAX, "colour": "darkBlue", "picture": "00ff",
        "pages": ["", "01"], "weight": 0.5, "note": "n", "size": { "words": ["a"] },
        "till": null, "used": -1,
    })
}

fn with(field: &str, value: Value) -> Value {
    let mut item = item();
    item[field] = value;
    item
}

#[tokio::test]
async fn values_come_back_as_they_were_written() {
    let served = Served::start().await;
    let reply = served.call("shop_describe", json!([item()])).await;
    assert_eq!(reply["result"], item());
    // What is left out has the schema's default.
    let reply = served.call("shop_describe", json!({ "item": {} })).await;
    let expected = json!({
        "name": "", "price": 100, "colour": "plain", "picture": "", "pages": [], "weight": 0.0,
        "note": null, "size": { "none": null }, "till": null, "fresh": null,
    });
    assert_eq!(reply["result"], expected);
    let pair = json!([{ "first": "text", "second": "AbCd" }]);
    let reply = served.call("shop_swap", pair).await;
    assert_eq!(
        reply["result"],
        json!({ "first": "abcd", "second": "text" })
    );
}

#[tokio::test]
async fn values_can_be_written_in_more_than_one_way() {
    let served = Served::start().await;
    let ways = [
        ("price", json!("18446744073709551615"), json!(u64::MAX)),
        ("colour", json!(1), json!("darkBlue")),
        ("colour", json!(9), json!(9)),
        ("picture", json!("ABCDEF"), json!("abcdef")),
        ("weight", json!(2), json!(2.0)),
        ("weight", json!("NaN"), json!("NaN")),
        ("weight", json!("-Infinity"), json!("-Infinity")),
        ("note", Value::Null, Value::Null),
        ("size", json!({ "number": "7" }), json!({ "number": 7 })),
    ];
    for (field, written, read) in ways {
        let reply = served
            .call("shop_describe", json!([with(field, written)]))
            .await;
        assert_eq!(reply["result"][field], read, "{reply}");
    }
}

#[tokio::test]
async fn wrong_values_are_said_with_their_place() {
    let served = Served::start().await;
    let wrong = [
        (
            "price",
            json!(-1),
            "expected an integer of the type u64, not -1",
        ),
        (
            "price",
            json!(1.5),
            "expected an integer of the type u64, not 1.5",
        ),
        (
            "price",
            json!(true),
            "expected an integer of the type u64, not a boolean",
        ),
        (
            "price",
            Value::Null,
            "expected an integer of the type u64, not null",
        ),
        ("name", json!(7), "expected a string, not a number"),
        (
            "picture",
            json!("0"),
            "expected hexadecimal text of whole bytes",
        ),
        (
            "picture",
            json!([0]),
            "expected hexadecimal text of whole bytes, not an array",
        ),
        (
            "pages",
            json!(["", "x"]),
            "element 1: expected hexadecimal text of whole bytes",
        ),
        ("colour", json!("green"), "there is no `green`"),
        ("size", json!({}), "expected one member of a union, not 0"),
        (
            "size",
            json!({ "number": 70000 }),
            "`number`: expected an integer of the type u16, not 70000",
        ),
        (
            "till",
            json!("till:9"),
            "there is no object `till:9`: handles end with their connection, and when they are destroyed",
        ),
    ];
    for (field, value, message) in wrong {
        let reply = served
            .call("shop_describe", json!([with(field, value)]))
            .await;
        assert_eq!(reply["error"]["code"], -32602, "{reply}");
        let expected = format!("`item`: `{field}`: {message}");
        assert_eq!(reply["error"]["message"], expected);
    }
    let reply = served
        .call("shop_describe", json!([with("unheard", json!(1))]))
        .await;
    assert_eq!(
        reply["error"]["message"],
        "`item`: expected one member of a union, not 2"
    );
}

#[tokio::test]
async fn parameters_go_by_position_and_by_name() {
    let served = Served::start().await;
    let item = json!({ "price": 10 });
    let ways = [
        json!([item, 3]),
        json!({ "item": item, "count": 3 }),
        json!({ "count": 3, "item": item }),
    ];
    for params in ways {
        let reply = served.call("shop_price", params).await;
        assert_eq!(reply["result"], json!({ "total": 30, "cheap": true }));
    }
    // Those with a default may be left out.
    for params in [json!([item]), json!({ "item": item })] {
        let reply = served.call("shop_price", params).await;
        assert_eq!(reply["result"]["total"], 20);
    }
    let reply = served.call("shop_price", Value::Null).await;
    assert_eq!(reply["result"]["total"], 200);
    let wrong = [
        ("shop_find", json!([]), "`owner` is missing"),
        ("shop_find", json!({}), "`owner` is missing"),
        (
            "shop_find",
            json!(["a", "b"]),
            "expected 1 parameters, not 2",
        ),
        (
            "shop_find",
            json!({ "owner": "a", "other": 1 }),
            "there is no parameter `other`",
        ),
        ("till_add", json!([]), "the handle of an object is missing"),
        (
            "till_add",
            json!([1, 2]),
            "expected the handle of an object, not a number",
        ),
    ];
    for (method, params, message) in wrong {
        let reply = served.call(method, params).await;
        let error = json!({ "code": -32602, "message": message, "data": { "kind": "malformed", "method": null } });
        assert_eq!(reply["error"], error);
    }
}

#[tokio::test]
async fn exceptions_have_the_code_of_their_kind() {
    let served = Served::start().await;
    let kinds = [
        (0, -32000, "failed"),
        (1, -32001, "overloaded"),
        (2, -32003, "unimplemented"),
        (3, -32005, "timedOut"),
    ];
    for (kind, code, name) in kinds {
        let reply = served.call("shop_fail", json!([kind])).await;
        let data = json!({ "kind": name, "method": "Shop.fail" });
        let error = json!({ "code": code, "message": "failed as asked", "data": data });
        assert_eq!(reply["error"], error);
    }
    let item = json!({ "price": u64::MAX });
    let reply = served.call("shop_price", json!([item])).await;
    assert_eq!(reply["error"]["message"], "nobody has so much");
    let reply = served.call("shop_any", json!([1])).await;
    assert_eq!(
        reply["error"]["message"],
        "`value`: AnyPointer has no JSON form"
    );
}

#[tokio::test]
async fn bitcoin_cores_echo_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("echo.sock").display().to_string();
    let methods = module(EchoProxy::new(OurEcho)).unwrap();
    let mut names: Vec<_> = methods.method_names().collect();
    names.sort_unstable();
    assert_eq!(names, ["echo_destroy", "echo_echo"]);
    let server = Server::builder().listen(format!("unix:{socket}"));
    let _server = server.start(MethodHandler::new(methods)).await.unwrap();
    let mut curl = tokio::process::Command::new("curl");
    curl.args(["--silent", "--unix-socket", &socket, "http://localhost/"])
        .args(["--header", "Content-Type: application/json", "--data"])
        .arg(r#"{"jsonrpc":"2.0","id":1,"method":"echo_echo","params":["grüezi"]}"#);
    let output = crate::support::within("curl", curl.kill_on_drop(true).output()).await;
    let text = String::from_utf8(output.unwrap().stdout).unwrap();
    assert_eq!(text, r#"{"jsonrpc":"2.0","id":1,"result":"grüezi"}"#);
}
