//! Servers to ask, and `curl` to ask them.

use std::path::Path;

use bitcoin_core_ipc::testing::FakeNode;
use bitcoin_core_ipc::{Gateway, Interfaces, Node};
use ipc_json_rpc::{Address, Auth, Handler, MethodHandler, RpcModule, Server, ServerBuilder};
use ipc_tests::peers::{DEADLINE, within};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::UnixStream;
use tokio::process::Command;
use tokio::sync::watch;

/// The sets of interfaces that have JSON-RPC.
pub(crate) const WITH_RPC: [Interfaces; 2] = [Interfaces::V32, Interfaces::Multiprocess];

/// An answer of HTTP.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Runs `curl` with further arguments, and returns its exit code and the answer; status 0 is none.
pub(crate) async fn try_curl(arguments: &[&str]) -> (i32, Reply) {
    let mut command = Command::new("curl");
    let seconds = DEADLINE.as_secs().to_string();
    command.args(["--silent", "--max-time", &seconds, "--noproxy", "*"]);
    command
        .args(["--write-out", "\n%{http_code}"])
        .args(arguments);
    let output = within("curl", command.kill_on_drop(true).output()).await;
    let output = output.unwrap_or_else(|error| panic!("these tests need curl: {error}"));
    let text = String::from_utf8(output.stdout).unwrap();
    let (body, status) = text.rsplit_once('\n').unwrap();
    let reply = Reply {
        status: status.parse().unwrap(),
        body: body.trim_end().to_owned(),
    };
    (output.status.code().unwrap(), reply)
}

/// As [`try_curl`], for what has to be answered.
pub(crate) async fn curl(arguments: &[&str]) -> Reply {
    let (code, reply) = try_curl(arguments).await;
    assert_eq!(code, 0, "curl: {reply:?}");
    reply
}

/// A server on a unix socket and on loopback, and who may call it.
pub(crate) struct Served {
    pub(crate) server: Server,
    pub(crate) folder: TempDir,
}

/// The credentials that [`Served`] takes, as `curl --user` wants them.
pub(crate) const ALICE: &str = "alice:open sesame";

impl Served {
    pub(crate) async fn start(handler: impl Handler) -> Self {
        Self::with(handler, |builder| builder).await
    }

    pub(crate) async fn with(
        handler: impl Handler,
        settings: impl FnOnce(ServerBuilder) -> ServerBuilder,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (user, password) = ALICE.split_once(':').unwrap();
        let auth = (Auth::new()
            .cookie_file(folder.path().join(".cookie"))
            .unwrap())
        .password(user, password)
        .unwrap();
        let socket = Address::Unix(folder.path().join("rpc.sock"));
        let builder = Server::builder()
            .listen("127.0.0.1:0")
            .listen(socket)
            .auth(auth);
        let server = settings(builder).start(handler).await.unwrap();
        Self { server, folder }
    }

    pub(crate) fn port(&self) -> u16 {
        match &self.server.addresses()[0] {
            Address::Tcp(address) => address.port(),
            other => panic!("{other} is not the first"),
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port())
    }

    pub(crate) fn cookie(&self) -> String {
        std::fs::read_to_string(self.folder.path().join(".cookie")).unwrap()
    }

    pub(crate) fn socket(&self) -> String {
        self.folder.path().join("rpc.sock").display().to_string()
    }

    /// A connection to write anything to.
    pub(crate) async fn connect(&self) -> UnixStream {
        UnixStream::connect(Path::new(&self.socket()))
            .await
            .unwrap()
    }

    /// Posts a body as Alice.
    pub(crate) async fn post(&self, body: &str) -> Reply {
        self.post_to("/", body).await
    }

    pub(crate) async fn post_to(&self, path: &str, body: &str) -> Reply {
        let url = self.url(path);
        curl(&[
            "--user",
            ALICE,
            "--header",
            JSON,
            "--data-binary",
            body,
            &url,
        ])
        .await
    }
}

/// The header that says what a body is.
pub(crate) const JSON: &str = "Content-Type: application/json";

/// The head of a request of Alice's, up to what its body needs.
pub(crate) const HEAD: &str = "POST / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic YWxpY2U6b3BlbiBzZXNhbWU=\r\n\
     Content-Type: application/json\r\n";

/// A gateway to a scripted node.
pub(crate) async fn gateway(interfaces: Interfaces) -> (FakeNode, Served) {
    let fake = FakeNode::start(interfaces).unwrap();
    let gateway = Gateway::new(Node::builder().address(fake.address()));
    (fake, Served::start(gateway).await)
}

/// Methods to call: `add`, `fail`, `panic`, `wait` for a gate, and `large` and `note`, which
/// count how often they ran.
#[derive(Clone)]
pub(crate) struct Methods {
    pub(crate) noted: watch::Sender<u32>,
    pub(crate) waiting: watch::Sender<u32>,
    pub(crate) gate: watch::Sender<bool>,
}

impl Methods {
    pub(crate) fn new() -> Self {
        Self {
            noted: watch::Sender::new(0),
            waiting: watch::Sender::new(0),
            gate: watch::Sender::new(false),
        }
    }

    pub(crate) fn handler(&self) -> MethodHandler {
        MethodHandler::new(self.module())
    }

    fn module(&self) -> RpcModule<Self> {
        use ipc_json_rpc::jsonrpsee_server::types::ErrorObjectOwned;

        let mut module = RpcModule::new(self.clone());
        module
            .register_method("add", |params, _, _| {
                let (a, b): (u32, u32) = params.parse()?;
                Ok::<_, ErrorObjectOwned>(a + b)
            })
            .unwrap();
        module
            .register_method("fail", |_, _, _| {
                Err::<(), _>(ErrorObjectOwned::owned(-5, "failed as asked", Some("data")))
            })
            .unwrap();
        module
            .register_method::<Result<(), ErrorObjectOwned>, _>("panic", |_, _, _| {
                panic!("panicked as asked")
            })
            .unwrap();
        module
            .register_method("large", |params, methods, _| {
                let size: usize = params.one()?;
                methods.noted.send_modify(|count| *count += 1);
                Ok::<_, ErrorObjectOwned>("x".repeat(size))
            })
            .unwrap();
        module
            .register_method("note", |_, methods, _| {
                methods.noted.send_modify(|count| *count += 1);
            })
            .unwrap();
        module
            .register_async_method("wait", |_, methods, _| async move {
                let _waiting = Waiting::new(&methods.waiting);
                let mut gate = methods.gate.subscribe();
                let _open = gate.wait_for(|open| *open).await;
                "waited"
            })
            .unwrap();
        module
    }
}

/// Counts a call as long as it waits.
struct Waiting(watch::Sender<u32>);

impl Waiting {
    fn new(count: &watch::Sender<u32>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(count.clone())
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

/// Waits until the value is reached.
pub(crate) async fn reach(value: &watch::Sender<u32>, wanted: u32) {
    let mut value = value.subscribe();
    let reached = value.wait_for(|value| *value == wanted);
    within("a count", reached).await.unwrap();
}
