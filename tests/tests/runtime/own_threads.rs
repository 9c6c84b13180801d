//! Threads of the system that serve a peer: code on them can tell them from each other.

use std::cell::Cell;

use generated_examples::v32::echo::{Echo, EchoProxy};
use generated_examples::v32::init::{Init, InitProxy};
use generated_examples::v32::mining::MiningProxy;
use generated_examples::v32::rpc::RpcProxy;
use ipc_runtime::{Caller, Exception, Ipc, Proxy, Threads};

use crate::support::{answering, calling, remote, soon};

thread_local! {
    static CALLS: Cell<u32> = const { Cell::new(0) };
}

/// Says where it is called, and how often it was called there.
struct Here;

impl Echo for Here {
    async fn echo(&self, echo: String) -> Result<String, Exception> {
        let thread = std::thread::current();
        let id = thread.id();
        // Also what comes after a wait runs there.
        tokio::task::yield_now().await;
        assert_eq!(std::thread::current().id(), id);
        let calls = CALLS.with(|calls| {
            calls.set(calls.get() + 1);
            calls.get()
        });
        Ok(match echo.as_str() {
            "calls" => calls.to_string(),
            "system" => thread.name().unwrap_or("none").to_owned(),
            "peer" => Caller::current()
                .and_then(|caller| caller.thread_name().map(str::to_owned))
                .unwrap_or_else(|| "none".to_owned()),
            _ => format!("{id:?}"),
        })
    }
}

impl Init for Here {
    async fn make_echo(&self) -> Result<EchoProxy, Exception> {
        Ok(EchoProxy::new(Here))
    }

    async fn make_mining_old2(&self) -> Result<(), Exception> {
        Ok(())
    }

    async fn make_mining(&self) -> Result<MiningProxy, Exception> {
        Err(Exception::failed("none"))
    }

    async fn make_rpc(&self) -> Result<RpcProxy, Exception> {
        Err(Exception::failed("none"))
    }
}

async fn echo() -> (EchoProxy, Ipc) {
    let server = answering().threads(Threads::Dedicated).build().unwrap();
    let client = calling().exe_name("some-program").build().unwrap();
    let init: InitProxy = remote(&client, &server, Here).await;
    (soon(init.make_echo()).await.unwrap(), server)
}

async fn ask(echo: &EchoProxy, question: &str) -> String {
    soon(echo.echo(question)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_of_one_thread_share_what_is_local_to_it() {
    let (echo, server) = echo().await;
    let (one, other) = (echo.pinned(), echo.pinned());
    let ids = (ask(&one, "id").await, ask(&other, "id").await);
    assert_ne!(ids.0, ids.1);
    for calls in 2..10 {
        assert_eq!(ask(&one, "calls").await, calls.to_string());
        assert_eq!(ask(&other, "calls").await, calls.to_string());
    }
    assert_eq!(ask(&one, "id").await, ids.0);
    // One more made the echo.
    assert_eq!(server.stats().threads, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn debuggers_see_the_end_of_the_name() {
    let (echo, _server) = echo().await;
    let pinned = echo.pinned();
    let name = ask(&pinned, "peer").await;
    assert_eq!(name, format!("some-program-{}/1", std::process::id()));
    let shown = ask(&pinned, "system").await;
    assert_eq!(shown, name[name.len() - 15..]);
}
