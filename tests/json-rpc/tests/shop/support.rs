//! What is served, and `curl` to call it.

use std::ops::Deref;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ipc_json_rpc::{Auth, Client, JsonObject, MethodHandler, Server, ServerBuilder, module};
use ipc_json_rpc_tests::shop::ShopProxy;
use ipc_json_rpc_tests::{Books, OurShop};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::AsyncReadExt as _;
use tokio::net::UnixStream;
use tokio::process::Command;

/// What `curl --user` and clients take.
pub(crate) const ALICE: &str = "alice:open sesame";

/// How long any one step of a test may take. Far more than it needs, on a busy machine too.
const DEADLINE: Duration = Duration::from_secs(60);

/// Awaits `future`, and panics when it is not ready within the deadline.
pub(crate) async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(DEADLINE, future).await {
        Ok(value) => value,
        Err(_elapsed) => panic!("{what}: not done within {DEADLINE:?}"),
    }
}

/// A server on a port and a socket, for ALICE.
pub(crate) struct Endpoint {
    server: Server,
    folder: TempDir,
}

impl Endpoint {
    /// Serves an object with all that it brings.
    pub(crate) async fn serve(
        root: impl JsonObject,
        settings: impl FnOnce(ServerBuilder) -> ServerBuilder,
    ) -> Self {
        let methods = module(root).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (user, password) = ALICE.split_once(':').unwrap();
        let socket = folder.path().join("served.sock");
        let builder = Server::builder()
            .listen("127.0.0.1:0")
            .listen(format!("unix:{}", socket.display()))
            .auth(Auth::new().password(user, password).unwrap());
        let server = settings(builder).start(MethodHandler::new(methods)).await;
        Self {
            server: server.unwrap(),
            folder,
        }
    }

    pub(crate) fn socket(&self) -> String {
        self.folder.path().join("served.sock").display().to_string()
    }

    pub(crate) fn address(&self) -> String {
        self.server.addresses()[0].to_string()
    }

    /// A connection of our own client.
    pub(crate) async fn client(&self) -> Client {
        let address = self.address();
        let client = Client::connect_as(&address, ALICE);
        within("connecting", client).await.unwrap()
    }

    /// The answer to a call over a connection of its own, by `curl`.
    pub(crate) async fn call(&self, method: &str, params: Value) -> Value {
        self.post(&json!([request(1, method, params)])).await[0].take()
    }

    /// A batch, whose requests share a connection.
    pub(crate) async fn post(&self, body: &Value) -> Value {
        let mut command = Command::new("curl");
        command
            .args(["--silent", "--noproxy", "*", "--user", ALICE])
            .args(["--header", "Content-Type: application/json"])
            .args(["--unix-socket", &self.socket(), "--data-binary"])
            .arg(body.to_string())
            .arg("http://localhost/")
            .stderr(Stdio::inherit());
        let output = within("curl", command.kill_on_drop(true).output())
            .await
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

/// A request of JSON-RPC.
pub(crate) fn request(id: u32, method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}

/// A request of ALICE as it is sent, with further headers.
pub(crate) fn http_with(headers: &str, request: &Value) -> String {
    let body = request.to_string();
    let head = "POST / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic YWxpY2U6b3BlbiBzZXNhbWU=\r\n\
                Content-Type: application/json";
    format!(
        "{head}\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A request of ALICE as it is sent.
pub(crate) fn http(request: &Value) -> String {
    http_with("", request)
}

/// What comes until the server closes a connection.
pub(crate) async fn rest(stream: &mut UnixStream) -> String {
    let mut bytes = Vec::new();
    // That it is reset is an end, too.
    let _ = within("the end", stream.read_to_end(&mut bytes)).await;
    String::from_utf8(bytes).unwrap()
}

/// A shop that is served.
pub(crate) struct Served {
    pub(crate) books: Arc<Books>,
    endpoint: Endpoint,
}

impl Served {
    pub(crate) async fn start() -> Self {
        Self::with(|builder| builder).await
    }

    pub(crate) async fn with(settings: impl FnOnce(ServerBuilder) -> ServerBuilder) -> Self {
        let books = Arc::new(Books::default());
        let shop = ShopProxy::new(OurShop(Arc::clone(&books)));
        let endpoint = Endpoint::serve(shop, settings).await;
        Self { books, endpoint }
    }

    /// Waits until so many tills live.
    pub(crate) async fn tills(&self, wanted: usize) {
        reach(&self.books.tills, wanted).await;
    }
}

impl Deref for Served {
    type Target = Endpoint;

    fn deref(&self) -> &Endpoint {
        &self.endpoint
    }
}

/// Waits until the count is reached.
pub(crate) async fn reach(count: &AtomicUsize, wanted: usize) {
    within("a count", async {
        while count.load(Ordering::SeqCst) != wanted {
            tokio::task::yield_now().await;
        }
    })
    .await;
}
