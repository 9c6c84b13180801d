//! What the gateway tells the node, and what it makes of answers.

use std::sync::{Arc, Mutex};

use bitcoin_core_ipc::testing::Fault;
use bitcoin_core_ipc::{Gateway, Interfaces, Node};
use generated_examples::v32::echo::EchoProxy;
use generated_examples::v32::init::Init;
use generated_examples::v32::mining::MiningProxy;
use generated_examples::v32::rpc::{Rpc, RpcProxy};
use ipc_json_rpc::Server;
use ipc_runtime::{Exception, Ipc, Listener};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{ALICE, Served, curl, gateway};

/// A node whose answer to everything is set by the test.
struct Scripted {
    heard: Arc<Mutex<Vec<(Value, String, String)>>>,
    answer: Arc<Mutex<String>>,
    served: Served,
    _listener: Listener,
    _folder: TempDir,
}

impl Scripted {
    async fn start() -> Self {
        let script = Script::default();
        let (heard, answer) = (Arc::clone(&script.heard), Arc::clone(&script.answer));
        let folder = tempfile::tempdir().unwrap();
        let address = format!("unix:{}", folder.path().join("node.sock").display());
        let ipc = Ipc::new().unwrap();
        let listener = ipc.listen_address(&address, ScriptedInit(script)).await;
        let node = Node::builder().address(address).interfaces(Interfaces::V32);
        Self {
            heard,
            answer,
            served: Served::start(Gateway::new(node)).await,
            _listener: listener.unwrap(),
            _folder: folder,
        }
    }

    fn answers(&self, text: &str) {
        *self.answer.lock().unwrap() = text.to_owned();
    }

    fn heard(&self) -> Vec<(Value, String, String)> {
        std::mem::take(&mut *self.heard.lock().unwrap())
    }
}

#[derive(Clone, Default)]
struct Script {
    heard: Arc<Mutex<Vec<(Value, String, String)>>>,
    answer: Arc<Mutex<String>>,
}

struct ScriptedInit(Script);

impl Init for ScriptedInit {
    async fn make_echo(&self) -> Result<EchoProxy, Exception> {
        Err(Exception::failed("not scripted"))
    }

    async fn make_mining_old2(&self) -> Result<(), Exception> {
        Err(Exception::failed("not scripted"))
    }

    async fn make_mining(&self) -> Result<MiningProxy, Exception> {
        Err(Exception::failed("not scripted"))
    }

    async fn make_rpc(&self) -> Result<RpcProxy, Exception> {
        Ok(RpcProxy::new(self.0.clone()))
    }
}

impl Rpc for Script {
    async fn execute_rpc(
        &self,
        request: String,
        uri: String,
        user: String,
    ) -> Result<String, Exception> {
        let request = serde_json::from_str(&request).map_err(Exception::failed)?;
        self.heard.lock().unwrap().push((request, uri, user));
        Ok(self.answer.lock().unwrap().clone())
    }
}

#[tokio::test]
async fn the_node_is_told_all_that_was_asked() {
    let scripted = Scripted::start().await;
    scripted.answers(r#"{"jsonrpc":"2.0","result":[1.10, 0.00000001,  null],"id":7}"#);
    let body = r#"{"method":"m","params":{"amount":0.10000000},"id":7}"#;
    let reply = scripted.served.post_to("/wallet/my%20own", body).await;
    assert_eq!(reply.status, 200);
    // Amounts stay as they were written.
    assert_eq!(
        reply.body,
        r#"{"result":[1.10, 0.00000001,  null],"error":null,"id":7}"#
    );
    let heard = scripted.heard();
    let [(request, uri, user)] = &heard[..] else {
        panic!("{heard:?}");
    };
    assert_eq!((uri.as_str(), user.as_str()), ("/wallet/my%20own", "alice"));
    let expected = json!({ "jsonrpc": "2.0", "method": "m", "params": { "amount": 0.1 }, "id": 7 });
    assert_eq!(*request, expected);

    let url = scripted.served.url("/");
    curl(&["--user", &scripted.served.cookie(), "--data", body, &url]).await;
    let heard = scripted.heard();
    assert_eq!(
        (heard[0].1.as_str(), heard[0].2.as_str()),
        ("/", "__cookie__")
    );
}

#[tokio::test]
async fn what_the_node_refuses_to_the_user_is_forbidden() {
    let scripted = Scripted::start().await;
    scripted.answers("null");
    let bodies = [
        r#"{"method":"stop","id":1}"#,
        r#"{"jsonrpc":"2.0","method":"stop"}"#,
        r#"[{"jsonrpc":"2.0","method":"stop","id":1},{"method":"stop","id":2}]"#,
    ];
    for body in bodies {
        let reply = scripted.served.post(body).await;
        assert_eq!((reply.status, reply.body.as_str()), (403, ""), "{body}");
    }
}

#[tokio::test]
async fn invalid_requests_of_the_nodes_own_have_their_status() {
    let scripted = Scripted::start().await;
    scripted.answers(r#"{"error":{"code":-32600,"message":"m"}}"#);
    let reply = scripted.served.post(r#"{"method":"m","id":1}"#).await;
    assert_eq!(reply.status, 400);
    let reply = scripted
        .served
        .post(r#"{"jsonrpc":"2.0","method":"m","id":1}"#)
        .await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn an_answer_that_is_none_is_an_error() {
    let scripted = Scripted::start().await;
    for answer in ["", "nonsense", "7", "[]", r#"{"result":1"#] {
        scripted.answers(answer);
        let reply = scripted.served.post(r#"{"method":"m","id":1}"#).await;
        assert_eq!(reply.status, 500, "{answer}");
        assert_eq!(reply.json()["error"]["code"], -32603, "{answer}");
        let message = reply.json()["error"]["message"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(message.starts_with("the node's answer: "), "{message}");
    }
}

#[tokio::test]
async fn failures_without_a_code_have_that_of_bitcoind() {
    let (fake, served) = gateway(Interfaces::V32).await;
    fake.fault("Rpc.executeRpc", Fault::Fail("failed as asked".to_owned()));
    let reply = served.post(r#"{"method":"getblockcount","id":1}"#).await;
    let error = json!({ "code": -1, "message": "failed as asked" });
    assert_eq!((reply.status, &reply.json()["error"]), (500, &error));
}

#[tokio::test]
async fn nodes_without_json_rpc_are_said_to_be() {
    for interfaces in [Interfaces::V30, Interfaces::V31] {
        let (_fake, served) = gateway(interfaces).await;
        let reply = served
            .post(r#"{"jsonrpc":"2.0","method":"stop","id":1}"#)
            .await;
        let expected = format!(
            "executeRpc is not there: the node speaks {interfaces}; v32 and multiprocess have it"
        );
        let error = json!({ "code": -32603, "message": expected });
        assert_eq!((reply.status, &reply.json()["error"]), (200, &error));
    }
}

#[tokio::test]
async fn without_credentials_the_user_has_a_name_all_the_same() {
    let scripted = Scripted::start().await;
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("s").display().to_string();
    let node = Node::builder().address(scripted._listener.address());
    let gateway = Gateway::new(node.interfaces(Interfaces::V32));
    let server = Server::builder().listen(format!("unix:{socket}"));
    let _server = server.start(gateway).await.unwrap();
    scripted.answers(r#"{"result":1}"#);
    let body = r#"{"method":"m","id":1}"#;
    let reply = curl(&[
        "--unix-socket",
        &socket,
        "--data",
        body,
        "http://localhost/",
    ])
    .await;
    assert_eq!(reply.status, 200);
    assert_eq!(scripted.heard()[0].2, "ipc");
}

#[tokio::test]
async fn many_clients_are_served_at_a_time() {
    let (fake, served) = gateway(Interfaces::V32).await;
    for _ in 0..3 {
        fake.fault("Rpc.executeRpc", Fault::Stall);
    }
    let url = served.url("/");
    let body = r#"{"method":"waitfornewblock","id":1}"#;
    let stalled: Vec<_> = (0..3)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move { curl(&["--user", ALICE, "--data", body, &url]).await })
        })
        .collect();
    fake.until_waiting(3).await;
    let reply = served.post(r#"{"method":"getblockcount","id":1}"#).await;
    assert_eq!(reply.json()["result"], 0);
    for call in stalled {
        call.abort();
    }
}
