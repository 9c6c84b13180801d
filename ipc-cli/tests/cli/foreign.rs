//! `ipc call` of servers whose schema it is given at run time.

use ipc_runtime::{Ipc, Listener};
use ipc_tests::our_foo::OurFoo;
use ipc_tests::our_partner::{OurPartner, Shared};
use ipc_tests::peers::{within, workspace};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{ipc, json, served};

/// Values of every kind: unions, groups, lists of lists and of structs, enumerants, flags, numbers at their limits.
fn everything() -> Value {
    json!({
        "everything": {
            "text": "naïve 🦀", "data": "00ff", "numbers": [i32::MIN, 0, i32::MAX], "texts": ["", "a"],
            "bytes": [0, 255], "point": { "x": -1, "y": 7 }, "points": [{ "x": 1, "y": 2 }, { "x": 3, "y": 4 }],
            "levels": ["low", "high", 9], "matrix": [[0.5, "inf", "-inf"], []],
            "choice": { "text": "chosen", "optional": true }, "inner": { "text": "inside" },
            "maybe": null, "plain": "p", "empty": [1], "level": "low",
        },
        "lists": {
            "bytes": [1], "blobs": [[], [1, 2]], "colors": ["green", "red"], "voids": [null, null],
            "palettes": [["red"], []], "words": [0, 65535], "nothing": null,
            "structs": [[{ "number": u32::MAX, "text": "t" }, { "number": 0, "text": "" }], []],
        },
        "numbers": {
            "flag": false, "int8": i8::MIN, "int16": i16::MAX, "int32": i32::MIN, "int64": i64::MIN,
            "uInt8": u8::MAX, "uInt16": u16::MAX, "uInt32": u32::MAX, "uInt64": u64::MAX,
            "float32": 0.1, "float64": 1e300, "kind": "unimplemented",
        },
        "any": null,
    })
}

/// What every field is that nobody gives.
fn defaults() -> Value {
    json!({
        "text": "te\"xt", "data": "00ff", "numbers": [1, -2, 3], "texts": ["a", "b"], "bytes": [1, 2],
        "point": { "x": 1, "y": 2 }, "points": [{ "x": 3, "y": 2 }, { "x": 0, "y": 4 }],
        "levels": ["high", "low"], "matrix": [[0.5, "inf"], []], "choice": { "number": 5, "optional": null },
        "inner": { "text": "inner" }, "maybe": null, "plain": "", "empty": [], "level": "high",
    })
}

struct Served {
    address: String,
    _listener: Listener,
    _folder: TempDir,
}

/// The arguments that name a schema of the tests.
fn schema(file: &str) -> Vec<String> {
    let at = |path: &str| workspace().join(path).display().to_string();
    let schema = at(&format!("tests/fixtures/{file}"));
    ["--schema", &schema, "-I", &at("schema")]
        .map(str::to_owned)
        .to_vec()
}

async fn partner() -> Served {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("unix:{}", folder.path().join("partner.sock").display());
    let ipc = Ipc::new().unwrap();
    let partner = OurPartner::new(&ipc, &Shared::default());
    let listener = within("listening", ipc.listen_address(&address, partner)).await;
    Served {
        address,
        _listener: listener.unwrap(),
        _folder: folder,
    }
}

async fn foo() -> Served {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("unix:{}", folder.path().join("foo.sock").display());
    let ipc = Ipc::new().unwrap();
    let listener = within("listening", ipc.listen_address(&address, OurFoo::default())).await;
    Served {
        address,
        _listener: listener.unwrap(),
        _folder: folder,
    }
}

/// Calls methods of the first object of an interface.
async fn call(served: &Served, file: &str, first: &str, calls: &[&str]) -> Value {
    let schema = schema(file);
    let mut arguments: Vec<&str> = schema.iter().map(String::as_str).collect();
    arguments.extend(["--first", first, &served.address]);
    arguments.extend(calls);
    serde_json::from_str(&json(&arguments).await).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_of_every_kind_go_there_and_back() {
    let served = partner().await;
    let call = async |params: &Value| {
        call(
            &served,
            "partner.capnp",
            "Partner",
            &["values", &params.to_string()],
        )
        .await
    };
    assert_eq!(call(&everything()).await, everything());
    let back = call(&json!({})).await;
    assert_eq!(back["numbers"]["flag"], true);
    assert_eq!(back["numbers"]["kind"], "overloaded");
    let back = call(&json!({ "everything": {} })).await;
    assert_eq!(back["everything"], defaults());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn objects_of_objects_are_called() {
    let served = partner().await;
    let calls = ["Partner.counter", "[40]", "add", "{\"amount\":2}"];
    let counted = call(&served, "partner.capnp", "Partner", &calls).await;
    assert_eq!(counted, json!(42));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_of_structs_and_flags_are_as_a_typed_server_has_them() {
    let served = foo().await;
    let foo = json!({
        "name": "n", "setInt": [3, 1], "vectorBool": [true, false], "optionalInt": 5,
        "unorderedSetInt": [], "mapStringInt": [{ "first": "a", "second": 1 }],
    });
    let call = async |method: &str, params: Value| {
        call(
            &served,
            "foo.capnp",
            "FooInterface",
            &[method, &params.to_string()],
        )
        .await
    };
    let back = call("FooInterface.pass", json!([foo])).await;
    assert_eq!(back["optionalInt"], 5);
    assert_eq!(back["mapStringInt"], foo["mapStringInt"]);
    assert_eq!(call("add", json!({ "a": -1, "b": 3 })).await, json!(2));
    let back = call("addOut", json!([1, 2])).await;
    assert_eq!(back, json!({ "ret": 3 }));
    let back = call("passDouble", json!(["nan"])).await;
    assert_eq!(back, json!("nan"));
    let back = call("passDataPointers", json!([["", "ff"]])).await;
    assert_eq!(back, json!(["", "ff"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_that_the_schema_declares_are_shown() {
    let served = foo().await;
    let mut arguments = vec!["call".to_owned()];
    arguments.extend(schema("foo.capnp"));
    let raise = [
        "--first",
        "FooInterface",
        &served.address,
        "raise",
        "[{\"name\":\"why\"}]",
    ];
    arguments.extend(raise.map(str::to_owned));
    let run = ipc(arguments).await;
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
    assert!(
        run.stderr
            .starts_with("error: FooInterface.raise failed with error: {"),
        "{run:?}"
    );
    assert!(run.stderr.contains("\"name\":\"why\""), "{run:?}");
}

#[tokio::test]
async fn mistakes_in_schemas_are_shown_where_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("broken.capnp");
    std::fs::write(&file, "@0xb6a8c1f0d2e34759;\nstruct A { b @0 :Txt; }\n").unwrap();
    let file = file.display().to_string();
    let run = ipc(["call", "--schema", &file, "unix:/nowhere", "a"]).await;
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("broken.capnp:2:"), "{run:?}");
    assert!(run.stderr.contains("Txt"), "{run:?}");
    let schema = schema("partner.capnp");
    let address = ["call", "unix:/nowhere", "values"].map(str::to_owned);
    let run = ipc(address.iter().chain(&schema)).await;
    assert_eq!(run.code, Some(2));
    assert!(
        run.stderr.contains("say it with --first NAME: one of "),
        "{run:?}"
    );
    let first = ["--first", "Nobody"].map(str::to_owned);
    let run = ipc(address.iter().chain(&schema).chain(&first)).await;
    assert_eq!(run.code, Some(2));
    assert!(
        run.stderr.contains("no interface is called Nobody"),
        "{run:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_that_the_schema_declares_have_their_value_in_json_rpc() {
    let foo = foo().await;
    let schema = schema("foo.capnp");
    let mut arguments: Vec<&str> = schema.iter().map(String::as_str).collect();
    arguments.extend(["--first", "FooInterface", &foo.address]);
    let served = served::Served::start(&arguments).await;
    let answer = served.call("fooInterface_raise", json!([{ "name": "n" }]));
    let error = &answer.await["error"];
    assert_eq!(error["code"], -32007, "{error}");
    assert_eq!(error["data"]["method"], "FooInterface.raise", "{error}");
    assert_eq!(error["data"]["declared"]["error"]["name"], "n", "{error}");
}
