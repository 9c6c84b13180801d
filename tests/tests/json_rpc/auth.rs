//! Who is let in.

use std::os::unix::fs::PermissionsExt as _;

use ipc_json_rpc::{Auth, Error, MethodHandler, RpcModule, Server, User};

use crate::support::{JSON, Methods, Served, curl};

const NOTE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"note"}"#;

#[tokio::test]
async fn without_the_right_credentials_nothing_runs() {
    let methods = Methods::new();
    let served = Served::start(methods.handler()).await;
    let url = served.url("/");
    let post = ["--header", JSON, "--data", NOTE, "--dump-header", "-"];
    let cookie = served.cookie();
    let other = format!("__cookie__:{}", "0".repeat(64));
    let almost = &cookie[..cookie.len() - 1];
    let wrong = [
        "alice:wrong",
        "bob:open sesame",
        "alice:",
        ":",
        &other,
        almost,
    ];
    for user in wrong {
        let reply = curl(&[&post[..], &["--user", user, &url]].concat()).await;
        assert_eq!(reply.status, 401, "{user}: {reply:?}");
    }
    for header in ["Basic", "Basic ???", "Bearer YTpi", "Basic YWxpY2U="] {
        let header = format!("Authorization: {header}");
        let reply = curl(&[&post[..], &["--header", &header, &url]].concat()).await;
        assert_eq!(reply.status, 401, "{header}: {reply:?}");
    }
    let reply = curl(&[&post[..], &[&url]].concat()).await;
    assert_eq!(reply.status, 401);
    let asks = r#"www-authenticate: Basic realm="jsonrpc""#;
    assert!(
        reply.body.to_lowercase().contains(&asks.to_lowercase()),
        "{reply:?}"
    );
    assert_eq!(*methods.noted.borrow(), 0);
}

#[tokio::test]
async fn the_cookie_lets_in_who_can_read_it() {
    let methods = Methods::new();
    let served = Served::start(methods.handler()).await;
    let path = served.folder.path().join(".cookie");
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let cookie = served.cookie();
    let digits = cookie.strip_prefix("__cookie__:").unwrap();
    assert!(digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
    let url = served.url("/");
    let reply = curl(&["--user", &cookie, "--header", JSON, "--data", NOTE, &url]).await;
    assert_eq!(reply.status, 200);
    assert_eq!(*methods.noted.borrow(), 1);
    drop(served.server);
    assert!(!path.exists());
}

#[test]
fn a_cookie_of_somebody_else_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cookie");
    let first = Auth::new().cookie_file(&path).unwrap();
    let second = Auth::new().cookie_file(&path).unwrap();
    drop(first);
    assert!(path.exists());
    drop(second);
    assert!(!path.exists());
    let error = Auth::new().cookie_file(path.join("below")).map(|_| ());
    assert!(error.is_ok() || matches!(error, Err(Error::Cookie { .. })));
}

#[tokio::test]
async fn handlers_know_the_user() {
    let mut module = RpcModule::new(());
    module
        .register_method("whoami", |_, _, extensions| {
            extensions.get().map(|user: &User| user.name().to_owned())
        })
        .unwrap();
    // Python: hmac.new(b"5e11", b"pa:ss", "sha256").hexdigest()
    let entry = "carol:5e11$ebd084400056a4c68120380b7259f0bea48fa41c5705aae95ab2e780f0dcd025";
    let auth = Auth::new().rpcauth(entry).unwrap();
    let auth = auth.password("dave", "d").unwrap();
    let server = Server::builder().listen("127.0.0.1:0").auth(auth);
    let server = server.start(MethodHandler::new(module)).await.unwrap();
    let url = format!("http://{}/", server.addresses()[0]);
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"whoami"}"#;
    for (user, name) in [("carol:pa:ss", "carol"), ("dave:d", "dave")] {
        let reply = curl(&["--user", user, "--header", JSON, "--data", body, &url]).await;
        assert_eq!(reply.json()["result"], name);
    }
    let reply = curl(&["--user", "carol:pa", "--header", JSON, "--data", body, &url]).await;
    assert_eq!(reply.status, 401);
}

#[test]
fn credentials_that_http_cannot_carry_are_refused() {
    let error = Auth::new().password("a:b", "c").map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::User(_)), "{error}");
    let error = Auth::new().rpcauth("secret").map(|_| ()).unwrap_err();
    assert!(!error.to_string().contains("secret"), "{error}");
}
