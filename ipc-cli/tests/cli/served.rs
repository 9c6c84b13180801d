//! `ipc serve json-rpc`, and the clients that call it.

use std::process::Stdio;

use ipc_tests::peers::{Peer, within};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixStream;
use tokio::process::{Child, Command};

use crate::{command, interrupt};

/// A command that serves at a unix socket.
pub(crate) struct Served {
    peer: Peer,
    folder: TempDir,
}

impl Served {
    /// Runs `ipc serve json-rpc` with these arguments.
    pub(crate) async fn start(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listen = format!("unix:{}", folder.path().join("json.sock").display());
        let mut all = vec!["serve", "json-rpc", "--listen", &listen];
        all.extend(arguments);
        let mut peer = Peer::run("ipc", command(&all));
        peer.line(&["listening on unix:"]).await;
        Self { peer, folder }
    }

    pub(crate) fn socket(&self) -> String {
        self.folder.path().join("json.sock").display().to_string()
    }

    fn curl(&self, body: &Value) -> Command {
        let mut command = Command::new("curl");
        command
            .args(["--silent", "--noproxy", "*"])
            .args(["--header", "Content-Type: application/json"])
            .args(["--unix-socket", &self.socket(), "--data-binary"])
            .arg(body.to_string())
            .arg("http://localhost/")
            .stderr(Stdio::inherit())
            .kill_on_drop(true);
        command
    }

    /// What `curl` is answered.
    pub(crate) async fn post(&self, body: &Value) -> Value {
        let output = within("curl", self.curl(body).output()).await.unwrap();
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// One call over a connection of its own.
    pub(crate) async fn call(&self, method: &str, params: Value) -> Value {
        self.post(&call(1, method, params)).await
    }

    /// Its result.
    pub(crate) async fn result(&self, method: &str, params: Value) -> Value {
        let mut answer = self.call(method, params).await;
        assert_eq!(answer["error"], Value::Null, "{method}");
        answer["result"].take()
    }

    /// A call that goes on.
    pub(crate) fn calling(&self, method: &str, params: Value) -> Child {
        let mut command = self.curl(&call(1, method, params));
        command.stdout(Stdio::piped()).spawn().unwrap()
    }

    /// A connection that stays after an answer.
    pub(crate) async fn connection(&self) -> UnixStream {
        within("connecting", UnixStream::connect(self.socket()))
            .await
            .unwrap()
    }

    /// Ends it by Ctrl-C.
    pub(crate) async fn end(self) {
        interrupt(self.peer.id());
        let (status, _, report) = self.peer.finish().await;
        assert!(status.success(), "{report}");
    }
}

/// A request.
pub(crate) fn call(id: u32, method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}

/// What a call that was begun is answered.
pub(crate) async fn answer(calling: Child) -> Value {
    let output = within("curl", calling.wait_with_output()).await.unwrap();
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Sends a request over a connection.
pub(crate) async fn send(stream: &mut UnixStream, body: &Value) {
    let body = body.to_string();
    let head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json";
    let request = format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    within("sending", stream.write_all(request.as_bytes()))
        .await
        .unwrap();
}

/// Reads what a request is answered.
pub(crate) async fn receive(stream: &mut UnixStream) -> Value {
    use tokio::io::AsyncReadExt as _;

    let mut bytes = Vec::new();
    within("an answer", async {
        loop {
            if let Some(body) = body(&bytes) {
                return body;
            }
            let mut more = [0; 1024];
            let count = stream.read(&mut more).await.unwrap();
            assert_ne!(count, 0, "no answer: {}", String::from_utf8_lossy(&bytes));
            bytes.extend_from_slice(&more[..count]);
        }
    })
    .await
}

/// The body of an answer that is complete.
fn body(bytes: &[u8]) -> Option<Value> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (_, body) = text.split_once("\r\n\r\n")?;
    serde_json::from_str(body).ok()
}
