//! Methods that run where calls are read.

use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use generated_examples::v32::echo::{Echo, EchoProxy};
use generated_examples::v32::init::{Init, InitProxy};
use generated_examples::v32::mining::MiningProxy;
use generated_examples::v32::rpc::RpcProxy;
use ipc_runtime::{Exception, Protocol, Proxy};
use ipc_tests::service::{FAIL, PANIC, TestEcho, TestInit, WAIT, Watch};

use crate::support::{client, server_ipc, soon};

/// The text that makes an echo say which task it runs on.
const TASK: &str = "please say your task";

struct TaskEcho(TestEcho);

impl Echo for TaskEcho {
    async fn echo(&self, echo: String) -> Result<String, Exception> {
        match echo.as_str() {
            TASK => Ok(format!("{:?}", tokio::task::try_id())),
            _ => self.0.echo(echo).await,
        }
    }
}

/// An Init whose first echo runs inline, and others do not.
struct TaskInit {
    inner: TestInit,
    made: AtomicBool,
}

impl Init for TaskInit {
    async fn make_echo(&self) -> Result<EchoProxy, Exception> {
        let echo = EchoProxy::new(TaskEcho(TestEcho::new(&self.inner.0)));
        let is_first = !self.made.swap(true, Ordering::SeqCst);
        Ok(if is_first { echo.inline() } else { echo })
    }

    async fn make_mining_old2(&self) -> Result<(), Exception> {
        self.inner.make_mining_old2().await
    }

    async fn make_mining(&self) -> Result<MiningProxy, Exception> {
        self.inner.make_mining().await
    }

    async fn make_rpc(&self) -> Result<RpcProxy, Exception> {
        self.inner.make_rpc().await
    }
}

async fn init() -> (Arc<Watch>, InitProxy) {
    let watch = Watch::new();
    let init = TaskInit {
        inner: TestInit(Arc::clone(&watch)),
        made: AtomicBool::new(false),
    };
    let (ours, theirs) = UnixStream::pair().unwrap();
    let server = server_ipc();
    tokio::spawn(async move { server.protocol().serve(theirs, init).await });
    let init = soon(client().protocol().connect(ours)).await.unwrap();
    (watch, init)
}

/// An echo that runs inline.
async fn echo() -> (Arc<Watch>, EchoProxy) {
    let (watch, init) = init().await;
    let echo = soon(init.make_echo()).await.unwrap();
    (watch, echo)
}

/// The tasks of two calls at the same time, which therefore have a thread of the peer each.
async fn tasks(echo: &EchoProxy) -> (String, String) {
    let both = async { tokio::try_join!(echo.echo(TASK), echo.echo(TASK)) };
    soon(both).await.unwrap()
}

#[tokio::test]
async fn calls_run_on_the_task_that_reads_them() {
    let (_watch, echo) = echo().await;
    let (one, other) = tasks(&echo).await;
    assert_eq!(one, other);
}

#[tokio::test]
async fn calls_run_elsewhere_otherwise() {
    let (_watch, init) = init().await;
    let inline = soon(init.make_echo()).await.unwrap();
    let other = soon(init.make_echo()).await.unwrap();
    let reads = soon(inline.echo(TASK)).await.unwrap();
    let (one, another) = tasks(&other).await;
    assert_ne!(one, reads);
    assert_ne!(another, reads);
}

#[tokio::test]
async fn one_that_waits_holds_nobody_up() {
    let (watch, echo) = echo().await;
    let waiting = tokio::spawn(echo.echo(WAIT));
    soon(watch.waiting(1)).await;
    assert_eq!(soon(echo.echo("meanwhile")).await.unwrap(), "meanwhile");
    watch.release();
    assert_eq!(soon(waiting).await.unwrap().unwrap(), WAIT);
}

#[tokio::test]
async fn one_that_waits_can_be_given_up() {
    let (watch, echo) = echo().await;
    let waiting = tokio::spawn(echo.echo(WAIT));
    soon(watch.waiting(1)).await;
    waiting.abort();
    soon(watch.waiting(0)).await;
    assert_eq!(soon(echo.echo("after")).await.unwrap(), "after");
}

#[tokio::test]
async fn failures_and_panics_end_one_call() {
    let (_watch, echo) = echo().await;
    for text in [FAIL, PANIC] {
        soon(echo.echo(text)).await.unwrap_err();
        assert_eq!(soon(echo.echo("after")).await.unwrap(), "after");
    }
}
