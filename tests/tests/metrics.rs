//! What a program is told of its calls.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex};

use generated_examples::v32::init::InitProxy;
use ipc_runtime::{EndedCall, ExceptionKind, Ipc, Metrics, Protocol, Role};
use ipc_tests::peers::within;
use ipc_tests::service::{FAIL, TestInit, WAIT, Watch};

/// Keeps what it is told.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<EndedCall>>>);

impl Metrics for Log {
    fn call_ended(&self, call: &EndedCall) {
        self.0.lock().unwrap().push(*call);
    }
}

impl Log {
    /// The calls of `Echo.echo`, by their outcomes.
    fn outcomes(&self, role: Role) -> Vec<Result<(), ExceptionKind>> {
        let calls = self.0.lock().unwrap();
        (calls.iter())
            .filter(|call| (call.interface, call.method) == ("Echo", "echo"))
            .inspect(|call| {
                assert_eq!(call.role, role);
                assert!(call.params_bytes > 0);
                assert_eq!(call.results_bytes > 0, call.outcome.is_ok());
            })
            .map(|call| call.outcome)
            .collect()
    }

    async fn reach(&self, role: Role, outcomes: &[Result<(), ExceptionKind>]) {
        let reached = async {
            while self.outcomes(role) != outcomes {
                tokio::task::yield_now().await;
            }
        };
        within("what the metrics are told", reached).await;
    }
}

#[tokio::test]
async fn both_ends_are_told_of_every_call() {
    let (callers, servers) = (Log::default(), Log::default());
    let client = Ipc::builder().metrics(callers.clone()).build().unwrap();
    let server = Ipc::builder().metrics(servers.clone()).build().unwrap();
    let watch = Watch::new();
    let (ours, theirs) = UnixStream::pair().unwrap();
    let init = TestInit(Arc::clone(&watch));
    let serving = tokio::spawn(async move { server.protocol().serve(theirs, init).await });
    let init: InitProxy = within("connecting", client.protocol().connect(ours))
        .await
        .unwrap();

    // One of the calls is for the sake of what it brings.
    let echo = init.make_echo().pipeline();
    within("a call", echo.echo("hello")).await.unwrap();
    within("a call", echo.echo(FAIL)).await.unwrap_err();
    let call = tokio::spawn(echo.echo(WAIT));
    within("the handler", watch.waiting(1)).await;
    call.abort();

    let outcomes = [
        Ok(()),
        Err(ExceptionKind::Failed),
        Err(ExceptionKind::Cancelled),
    ];
    callers.reach(Role::Caller, &outcomes).await;
    servers.reach(Role::Server, &outcomes).await;
    // Given up when nobody wants what it brings.
    drop(init.make_echo().pipeline());
    let told = callers.0.lock().unwrap().clone();
    let makings =
        (told.iter()).filter(|call| (call.interface, call.method) == ("Init", "makeEcho"));
    let outcomes: Vec<_> = makings.map(|call| call.outcome).collect();
    assert_eq!(outcomes, [Ok(()), Err(ExceptionKind::Cancelled)]);
    drop((echo, init));
    within("the end", serving).await.unwrap().unwrap();
}
