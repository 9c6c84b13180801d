//! Echo between two processes, in the three ways that processes meet.
//!
//! ```text
//! echo                        start a child over an inherited socket, call it, wait for its end
//! echo serve unix:PATH        listen until SIGINT or SIGTERM
//! echo call unix:PATH TEXT    call a server that is there, such as bitcoin-node -ipcbind=unix
//! ```

use std::path::Path;
use std::process::ExitCode;

use generated_examples::v32::echo::{Echo, EchoProxy};
use generated_examples::v32::init::{Init, InitProxy};
use generated_examples::v32::mining::MiningProxy;
use generated_examples::v32::rpc::RpcProxy;
use ipc_runtime::{Exception, ExceptionKind, Ipc};
use tokio::signal::unix::{SignalKind, signal};

const USAGE: &str = "usage: echo [serve unix:PATH | call unix:PATH TEXT]";

struct MyEcho;

impl Echo for MyEcho {
    async fn echo(&self, echo: String) -> Result<String, Exception> {
        Ok(echo)
    }
}

/// The first object that a peer gets; of its parts only Echo exists here.
struct MyInit;

impl Init for MyInit {
    async fn make_echo(&self) -> Result<EchoProxy, Exception> {
        Ok(EchoProxy::new(MyEcho))
    }

    async fn make_mining_old2(&self) -> Result<(), Exception> {
        Err(not_here("mining"))
    }

    async fn make_mining(&self) -> Result<MiningProxy, Exception> {
        Err(not_here("mining"))
    }

    async fn make_rpc(&self) -> Result<RpcProxy, Exception> {
        Err(not_here("rpc"))
    }
}

fn not_here(what: &str) -> Exception {
    let message = format!("the echo example has no {what}");
    Exception::new(ExceptionKind::Unimplemented, message)
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(code) => code,
        Err(exception) => {
            eprintln!("echo: {exception}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<ExitCode, Exception> {
    let ipc = Ipc::new()?;
    if let Some(exit) = ipc
        .start_spawned_process(std::env::args_os(), MyInit)
        .await?
    {
        return Ok(exit);
    }
    let args: Vec<String> = std::env::args().collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [program] => spawn(&ipc, program).await?,
        [_, "serve", address] => serve(&ipc, address).await?,
        [_, "call", address, text] => call(&ipc, address, text).await?,
        [_, "--help" | "-h"] => println!("{USAGE}"),
        _ => {
            eprintln!("{USAGE}");
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Starts this program once more as a child, and talks to it.
async fn spawn(ipc: &Ipc, program: &str) -> Result<(), Exception> {
    let name = Path::new(program).file_name().unwrap_or_default();
    println!("parent {}: starting a child", std::process::id());
    let init: InitProxy = ipc.spawn_process(name).await?;
    let (ended, end) = tokio::sync::oneshot::channel::<()>();
    ipc.add_cleanup(&init, move || drop(ended));

    let echo = init.make_echo().await?;
    for text in ["hello", "", "grüße"] {
        println!("parent: echo({text:?}) = {:?}", echo.echo(text).await?);
    }

    drop((echo, init));
    // The cleanup above runs after the child has been waited for.
    let _ = end.await;
    println!("parent: the child has ended");
    Ok(())
}

async fn serve(ipc: &Ipc, address: &str) -> Result<(), Exception> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let listener = ipc.listen_address(address, MyInit).await?;
    println!("listening on {}", listener.address());
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    listener.close().await;
    Ok(())
}

async fn call(ipc: &Ipc, address: &str, text: &str) -> Result<(), Exception> {
    let init: InitProxy = ipc.connect_address(address).await?;
    println!("{}", init.make_echo().await?.echo(text).await?);
    Ok(())
}
