//! A C++ client puts a Rust server through the cases of `tests/interop/cpp/cases.cpp`.

use ipc_runtime::Listener;
use ipc_tests::partner::PartnerProxy;
use ipc_tests::peers::Peer;
use tempfile::TempDir;

use crate::support::{ipc, program, soon};
use ipc_tests::our_partner::{OurPartner, Shared, reach};

/// A Rust server for C++ clients.
struct Served {
    shared: Shared,
    path: String,
    _listener: Listener,
    _folder: TempDir,
}

impl Served {
    async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("partner.sock").display().to_string();
        let ipc = ipc();
        let shared = Shared::default();
        let partner = OurPartner::new(&ipc, &shared);
        let listener = ipc
            .listen_address::<PartnerProxy, _>(&format!("unix:{path}"), partner)
            .await
            .expect("the socket is free");
        Self {
            shared,
            path,
            _listener: listener,
            _folder: folder,
        }
    }
}

/// Runs cases to their end; then nothing of theirs may be left here.
pub(crate) async fn run(cases: &[&str]) {
    let Some(program) = program() else { return };
    let served = Served::start().await;
    let arguments = ["call", &served.path];
    let arguments = arguments.iter().chain(cases);
    let (status, lines, report) = Peer::start("partner call", &program, arguments)
        .finish()
        .await;
    assert!(status.success(), "{status}{report}");
    let passed = lines.iter().filter(|line| line.starts_with("passed"));
    assert_eq!(passed.count(), cases.len(), "{report}");
    soon(reach(&served.shared.waiting, 0)).await;
}

macro_rules! cases {
    ($($test:ident: $($case:literal),+;)+) => {$(
        #[tokio::test]
        async fn $test() {
            run(&[$($case),+]).await;
        }
    )+};
}

cases! {
    values: "values", "blobs";
    exceptions: "exceptions", "losses";
    pipelines: "pipelines", "pipelines-on-unanswered", "finishes-what-others-wait-for";
    embargoes: "embargoes";
    callbacks: "callbacks";
    promises_of_the_client: "promises-of-ours", "promises-that-fail";
    an_object_that_comes_home: "comes-home";
    forwarded_calls: "forwards";
    cancellation: "cancels";
    streams: "streams", "slow-streams";
    threads: "threads";
    a_connection_that_the_server_closes: "is-left";
}

#[tokio::test]
async fn released_objects_are_dropped() {
    let Some(program) = program() else { return };
    let served = Served::start().await;
    let mut peer = Peer::start("partner call", &program, ["call", &served.path, "releases"]);
    peer.line(&["passed", "releases"]).await;
    soon(reach(&served.shared.counters, 0)).await;
    peer.finish().await;
}

#[tokio::test]
async fn a_client_that_is_killed() {
    let Some(program) = program() else { return };
    let served = Served::start().await;
    let mut peer = Peer::start("partner call", &program, ["call", &served.path, "hangs"]);
    peer.line(&["hanging"]).await;
    soon(reach(&served.shared.waiting, 1)).await;
    peer.kill().await;
    soon(reach(&served.shared.waiting, 0)).await;
}

/// What the tests take for granted about the program, which no Rust is needed for.
#[tokio::test]
async fn the_cpp_partners_understand_each_other() {
    let Some(program) = program() else { return };
    let (_, names, _) = Peer::start("partner list", &program, ["list"])
        .finish()
        .await;
    assert!(names.len() > 15, "{names:?}");
    let Some(server) = crate::support::Server::start().await else {
        return;
    };
    let path = server.address.trim_start_matches("unix:");
    // It reports what it lost as a loss, and one case never ends.
    let cases: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| !["losses", "hangs"].contains(name))
        .collect();
    let arguments = ["call", path];
    let (status, _, report) = Peer::start("partner call", &program, arguments.iter().chain(&cases))
        .finish()
        .await;
    assert!(status.success(), "{status}{report}");
}
