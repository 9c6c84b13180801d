//! Where a server listens, and what is left of it.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use ipc_json_rpc::{Auth, Error, Server};
use ipc_tests::peers::within;

use crate::support::{ALICE, JSON, Methods, Served, curl, reach, try_curl};

const ADD: &str = r#"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2]}"#;

async fn refusal(builder: ipc_json_rpc::ServerBuilder) -> Error {
    builder.start(Methods::new().handler()).await.unwrap_err()
}

fn password() -> Auth {
    Auth::new().password("alice", "x").unwrap()
}

#[tokio::test]
async fn other_machines_are_let_in_only_where_that_was_asked_for() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "[::ffff:192.0.2.1]:0"] {
        let error = refusal(Server::builder().listen(address).auth(password())).await;
        assert!(matches!(error, Error::Remote(_)), "{address}: {error}");
    }
    let builder = Server::builder().listen("0.0.0.0:0").auth(password());
    let server = builder
        .allow_remote(true)
        .start(Methods::new().handler())
        .await;
    assert_eq!(server.unwrap().addresses().len(), 1);
}

#[tokio::test]
async fn tcp_needs_credentials() {
    let error = refusal(Server::builder().listen("127.0.0.1:0")).await;
    assert!(matches!(error, Error::Anonymous(_)), "{error}");
    assert!(
        error.to_string().contains("give the server an `Auth`"),
        "{error}"
    );
}

#[tokio::test]
async fn what_is_no_address_is_said() {
    let error = refusal(Server::builder()).await;
    assert!(matches!(error, Error::Nowhere), "{error}");
    for address in ["", "8332", "localhost:8332", "unix:", "unix", "127.0.0.1"] {
        let error = refusal(Server::builder().listen(address).auth(password())).await;
        assert!(
            matches!(&error, Error::Address(told) if told == address),
            "{error}"
        );
    }
}

#[tokio::test]
async fn an_address_belongs_to_one_server() {
    let served = Served::start(Methods::new().handler()).await;
    for address in served.server.addresses() {
        let error = refusal(Server::builder().listen(address).auth(password())).await;
        let bind = matches!(error, Error::Bind { .. } | Error::Socket(_));
        assert!(bind, "{address}: {error}");
        assert!(error.to_string().contains(&address.to_string()), "{error}");
    }
}

#[tokio::test]
async fn curl_calls_over_both_sockets() {
    let served = Served::start(Methods::new().handler()).await;
    let socket = served.socket();
    let over_unix = ["--unix-socket", &socket, "--user", ALICE, "--header", JSON];
    let reply = curl(&[&over_unix[..], &["--data", ADD, "http://localhost/"]].concat()).await;
    assert_eq!(reply.body, r#"{"jsonrpc":"2.0","id":1,"result":3}"#);
    assert_eq!(reply, served.post(ADD).await);
}

#[tokio::test]
async fn a_unix_socket_may_do_without_credentials() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("open.sock").display().to_string();
    let server = Server::builder().listen(format!("unix:{socket}"));
    let server = server.start(Methods::new().handler()).await.unwrap();
    let mode = std::fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let url = "http://localhost/";
    let reply = curl(&[
        "--unix-socket",
        &socket,
        "--header",
        JSON,
        "--data",
        ADD,
        url,
    ])
    .await;
    assert_eq!(reply.json()["result"], 3);
    drop(server);
    assert!(!std::fs::exists(&socket).unwrap());
}

#[tokio::test]
async fn a_shutdown_answers_what_runs_and_leaves_nothing() {
    let methods = Methods::new();
    let served = Served::start(methods.handler()).await;
    let (url, socket) = (served.url("/"), served.socket());
    let idle = served.connect().await;
    let call = tokio::spawn(async move {
        let body = r#"{"jsonrpc":"2.0","id":1,"method":"wait"}"#;
        curl(&["--user", ALICE, "--header", JSON, "--data", body, &url]).await
    });
    reach(&methods.waiting, 1).await;
    let Served { server, folder } = served;
    let shutdown = tokio::spawn(server.shutdown(Duration::from_secs(3600)));
    // Nobody else can come now.
    within("the socket's end", async {
        while std::fs::exists(&socket).unwrap() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    methods.gate.send_replace(true);
    let reply = within("the call", call).await.unwrap();
    assert_eq!(reply.json()["result"], "waited");
    assert_eq!(within("the shutdown", shutdown).await.unwrap(), 0);
    let left: Vec<_> = folder.path().read_dir().unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    drop(idle);
}

#[tokio::test]
async fn a_shutdown_cuts_off_what_takes_too_long() {
    let methods = Methods::new();
    let served = Served::start(methods.handler()).await;
    let url = served.url("/");
    let call = tokio::spawn(async move {
        let body = r#"{"jsonrpc":"2.0","id":1,"method":"wait"}"#;
        try_curl(&["--user", ALICE, "--header", JSON, "--data", body, &url]).await
    });
    reach(&methods.waiting, 1).await;
    let cut_off = within("the shutdown", served.server.shutdown(Duration::ZERO)).await;
    assert_eq!(cut_off, 1);
    let (code, _no_reply) = within("the call", call).await.unwrap();
    assert_eq!(code, 52, "curl says that the server answered nothing");
    reach(&methods.waiting, 0).await;
}
