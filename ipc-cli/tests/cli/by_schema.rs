//! `ipc serve json-rpc --schema`, of a server that knows nothing of JSON-RPC.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ipc_json_rpc_tests::{Books, OurShop};
use ipc_runtime::{Ipc, Listener};
use ipc_tests::peers::{Peer, program, within, workspace};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

use crate::served::{Served, answer, call, receive, send};
use crate::{command, interrupt, ipc};

/// A shop over Cap'n Proto.
struct Shop {
    books: Arc<Books>,
    folder: TempDir,
    listener: Option<Listener>,
    ipc: Ipc,
}

async fn listen(path: &Path, books: &Arc<Books>) -> (Ipc, Listener) {
    let ipc = Ipc::new().unwrap();
    let address = format!("unix:{}", path.display());
    let shop = OurShop(Arc::clone(books));
    let listener = within("listening", ipc.listen_address(&address, shop)).await;
    (ipc, listener.unwrap())
}

impl Shop {
    async fn open() -> Self {
        let books = Arc::new(Books::default());
        let folder = tempfile::tempdir().unwrap();
        let (ipc, listener) = listen(&folder.path().join("shop.sock"), &books).await;
        Self {
            books,
            folder,
            listener: Some(listener),
            ipc,
        }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("shop.sock")
    }

    fn arguments(&self) -> Vec<String> {
        let address = format!("unix:{}", self.path().display());
        let mut arguments = vec![address];
        arguments.extend(schema());
        arguments
    }

    async fn served(&self) -> Served {
        let arguments = self.arguments();
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        Served::start(&arguments).await
    }

    /// Closes it, cuts its clients off, and opens it anew.
    async fn reopen(&mut self) {
        within("closing", self.ipc.shutdown(std::time::Duration::ZERO)).await;
        // The socket's file goes with the listener.
        drop(self.listener.take());
        let (ipc, listener) = listen(&self.path(), &self.books).await;
        (self.ipc, self.listener) = (ipc, Some(listener));
    }
}

fn schema() -> Vec<String> {
    let at = |path: &str| workspace().join(path).display().to_string();
    let schema = at("tests/json-rpc/schema/shop.capnp");
    let arguments = ["--schema", &schema, "-I", &at("schema"), "--first", "Shop"];
    arguments.map(str::to_owned).to_vec()
}

/// Waits until a count is reached.
async fn reach(count: &AtomicUsize, wanted: usize) {
    within("a count", async {
        while count.load(Ordering::SeqCst) != wanted {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn objects_go_by_handles() {
    let shop = Shop::open().await;
    let served = shop.served().await;
    let answers = served
        .post(&json!([
            call(1, "shop_open", json!(["ann"])),
            call(2, "till_add", json!(["till:1", 10])),
            call(3, "till_add", json!({ "object": "till:1", "amount": -20 })),
            call(4, "shop_find", json!(["bob"])),
            call(5, "shop_sum", json!([["till:1", null, "till:2"]])),
            call(6, "named_getName", json!(["till:2"])),
            call(7, "shop_find", json!(["nobody"])),
            call(8, "shop_describe", json!([{ "till": "till:2" }])),
            call(9, "till_destroy", json!(["till:1"])),
            call(10, "till_add", json!(["till:1", 1])),
            { "jsonrpc": "2.0", "method": "till_add", "params": ["till:2", 5] },
            call(11, "till_add", json!(["till:2", 1])),
        ]))
        .await;
    let result = |at: usize| &answers[at]["result"];
    assert_eq!(result(0), "till:1", "{answers}");
    assert_eq!((result(1), result(2)), (&json!(15), &json!(-5)));
    assert_eq!((result(3), result(4)), (&json!("till:2"), &json!(-5)));
    assert_eq!((result(5), result(6)), (&json!("bob's till"), &Value::Null));
    // Each time that an object is brought, it has a handle of its own.
    assert_eq!(result(7)["till"], "till:3");
    let ended = json!({ "jsonrpc": "2.0", "id": 9, "result": null });
    assert_eq!(answers[8], ended);
    assert_eq!(answers[9]["error"]["code"], -32602);
    // The notification was run, and not answered.
    assert_eq!(answers[10]["result"], 6, "{answers}");
    // What was left went with the connection, which was curl's.
    reach(&shop.books.tills, 0).await;
    served.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_and_defaults_are_the_schemas() {
    let shop = Shop::open().await;
    let served = shop.served().await;
    let item = json!({
        "name": "book", "price": u64::MAX, "colour": "darkBlue", "picture": "00ff", "pages": ["", "01"],
        "weight": "inf", "note": "n", "size": { "words": ["a"] }, "used": -1, "till": null,
    });
    let same = served
        .result("shop_describe", json!({ "item": item }))
        .await;
    assert_eq!(same, item);
    // A struct may be left out, since its fields have defaults.
    let total = served.result("shop_price", json!([])).await;
    assert_eq!(total, json!({ "total": 200, "cheap": true }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mistakes_are_said_with_their_place() {
    let shop = Shop::open().await;
    let served = shop.served().await;
    let cases = [
        ("shop_close", json!([]), -32601, "Method not found"),
        (
            "shop_find",
            json!([]),
            -32602,
            "the parameters: owner is missing",
        ),
        (
            "shop_find",
            json!({ "owner": null }),
            -32602,
            "the parameters: owner is missing",
        ),
        (
            "shop_find",
            json!(["a", "b"]),
            -32602,
            "expected 1 parameters, not 2",
        ),
        (
            "shop_find",
            json!({ "name": "a" }),
            -32602,
            "there is no parameter `name`",
        ),
        (
            "shop_describe",
            json!([{ "pages": ["00", "0g"] }]),
            -32602,
            "the parameters.item.pages[1]: \"0g\" is not bytes in hexadecimal",
        ),
        (
            "shop_sum",
            json!([["till:9"]]),
            -32602,
            "the parameters.tills[0]: there is no object `till:9`: handles end with their connection, \
             and when they are destroyed",
        ),
        (
            "shop_sum",
            json!([[7]]),
            -32602,
            "the parameters.tills[0]: 7 is no handle of an object",
        ),
        (
            "till_add",
            json!({ "amount": 1 }),
            -32602,
            "the handle of an object is missing",
        ),
    ];
    for (method, params, code, message) in cases {
        let error = &served.call(method, params).await["error"];
        assert_eq!(
            (&error["code"], &error["message"]),
            (&json!(code), &json!(message))
        );
    }
    let answers = served
        .post(&json!([
            call(1, "shop_open", json!(["ann"])),
            call(2, "shop_wait", json!({ "object": "till:1" })),
        ]))
        .await;
    let message = "the object `till:1` is no Shop";
    assert_eq!(answers[1]["error"]["message"], message);
    for (kind, code, name) in [(0, -32000, "failed"), (1, -32001, "overloaded")] {
        let error = &served.call("shop_fail", json!([kind])).await["error"];
        let data = json!({ "kind": name, "method": "Shop.fail" });
        assert_eq!((&error["code"], &error["data"]), (&json!(code), &data));
        assert_eq!(error["message"], "failed as asked");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_goes_away_gives_up_calls_and_objects() {
    let shop = Shop::open().await;
    let served = shop.served().await;
    let mut stream = served.connection().await;
    send(&mut stream, &call(1, "shop_open", json!(["ann"]))).await;
    assert_eq!(receive(&mut stream).await["result"], "till:1");
    send(&mut stream, &call(2, "shop_wait", json!([]))).await;
    reach(&shop.books.waiting, 1).await;
    reach(&shop.books.tills, 1).await;
    drop(stream);
    reach(&shop.books.waiting, 0).await;
    reach(&shop.books.tills, 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_has_a_limit_of_objects() {
    const BATCHES: usize = 11;

    let shop = Shop::open().await;
    let served = shop.served().await;
    let open: Vec<_> = (0..1000)
        .map(|id| call(id, "shop_open", json!(["ann"])))
        .collect();
    let mut stream = served.connection().await;
    let mut last = Value::Null;
    for _ in 0..BATCHES {
        send(&mut stream, &json!(open)).await;
        last = receive(&mut stream).await;
    }
    let error = &last[999]["error"];
    assert_eq!(error["code"], -32001);
    let message = "till: the connection has 10000 objects, and may not have more";
    assert_eq!(error["message"], message);
    // Other clients have their own.
    assert_eq!(served.result("shop_open", json!(["bob"])).await, "till:1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_may_go_away_and_come_again() {
    let mut shop = Shop::open().await;
    let served = shop.served().await;
    let mut stream = served.connection().await;
    send(&mut stream, &call(1, "shop_open", json!(["ann"]))).await;
    assert_eq!(receive(&mut stream).await["result"], "till:1");
    let waiting = served.calling("shop_wait", json!([]));
    reach(&shop.books.waiting, 1).await;
    shop.reopen().await;

    let lost = answer(waiting).await;
    assert_eq!(lost["error"]["code"], -32002, "{lost}");
    let found = served.result("shop_find", json!(["nobody"])).await;
    assert_eq!(found, Value::Null);
    send(&mut stream, &call(2, "till_add", json!(["till:1", 1]))).await;
    let ended = receive(&mut stream).await;
    assert_eq!(ended["error"]["code"], -32002, "{ended}");
    let message = "the object `till:1` ended with its connection to the server";
    assert_eq!(ended["error"]["message"], message);
    // The client's connection has not ended, and brings objects of the new one.
    send(&mut stream, &call(3, "shop_open", json!(["ann"]))).await;
    assert_eq!(receive(&mut stream).await["result"], "till:2");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_in_python_calls_it_as_it_calls_a_generated_one() {
    let Some(python) = program(
        "IPC_INTEROP_PYTHON",
        "a Python that has jsonrpclib-pelix 1.2",
    ) else {
        return;
    };
    let shop = Shop::open().await;
    let cookie = shop.folder.path().join("cookie").display().to_string();
    let arguments = shop.arguments();
    let mut all = vec![
        "serve",
        "json-rpc",
        "--listen",
        "127.0.0.1:0",
        "--cookie-file",
        &cookie,
    ];
    all.extend(arguments.iter().map(String::as_str));
    let mut peer = Peer::run("ipc", command(&all));
    let line = peer.line(&["listening on 127.0.0.1:"]).await;
    let port = line.rsplit(':').next().unwrap();
    let credentials = std::fs::read_to_string(&cookie).unwrap();
    let script = workspace().join("tests/interop/json_rpc.py");
    let mut command = Command::new(python);
    command
        .arg(script)
        .args(["shop", port, "unused", &credentials]);
    let output = within("python", command.kill_on_drop(true).output())
        .await
        .unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert_eq!(text, "shop: ok\n");
    reach(&shop.books.tills, 0).await;
    interrupt(peer.id());
    let (status, _, report) = peer.finish().await;
    assert!(status.success(), "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_in_python_is_served() {
    let Some(python) = program("IPC_INTEROP_PYTHON", "a Python that has pycapnp 2.2") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.sock").display().to_string();
    let at = |path: &str| workspace().join(path).display().to_string();
    let script = at("tests/interop/server.py");
    let arguments = [script.as_str(), "--until-stdin-closes", &path];
    let mut node = Peer::start("server.py", &python, arguments);
    node.line(&["ready"]).await;
    let address = format!("unix:{path}");
    let (schema, imports) = (at("schema/v32/init.capnp"), at("schema"));
    let served = Served::start(&["--schema", &schema, "-I", &imports, &address]).await;
    let answers = served
        .post(&json!([
            call(1, "echo_echo", json!(["naïve 🦀"])),
            call(2, "init_makeEcho", json!([])),
            call(
                3,
                "echo_echo",
                json!({ "object": "echo:1", "echo": "again" })
            ),
            call(4, "echo_destroy", json!(["echo:1"])),
            call(5, "echo_echo", json!(["fail:as asked"])),
        ]))
        .await;
    let results: Vec<_> = (0..4).map(|at| answers[at]["result"].clone()).collect();
    let expected = [
        json!("naïve 🦀"),
        json!("echo:1"),
        json!("again"),
        Value::Null,
    ];
    assert_eq!(results, expected, "{answers}");
    assert_eq!(answers[4]["error"]["code"], -32000);
    served.end().await;
    let (_, lines, report) = node.finish().await;
    let violations = lines.iter().filter(|line| line.contains("\"violation\""));
    assert_eq!(violations.count(), 0, "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_served_is_said_at_once() {
    let listen = [
        "serve",
        "json-rpc",
        "--listen",
        "127.0.0.1:0",
        "unix:/nowhere/at/all",
    ];
    let mut arguments: Vec<_> = listen.iter().map(ToString::to_string).collect();
    arguments.extend(schema());
    let run = ipc(&arguments).await;
    assert_eq!((run.code, run.stdout.as_str()), (Some(3), ""), "{run:?}");
    assert!(
        run.stderr.contains("the server cannot be reached: "),
        "{run:?}"
    );
    let run = ipc(listen.iter().chain(&["--snake-case"])).await;
    assert_eq!(run.code, Some(2), "{run:?}");
    let shop = Shop::open().await;
    let mut arguments = vec!["serve".to_owned(), "json-rpc".to_owned()];
    arguments.extend(["--listen", "127.0.0.1:0"].map(str::to_owned));
    arguments.extend(shop.arguments());
    let run = ipc(&arguments).await;
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("--cookie-file"), "{run:?}");
}
