//! A process for tests to begin and to kill: serves a Partner, or calls one.
//!
//! - `actor serve ADDRESS [DESCRIPTORS]` serves until its stdin is closed, with so many descriptors at most.
//! - `actor call ADDRESS blob|wait|callback` makes one call; `actor list ADDRESS` asks a Counter for its amounts.
//! - `actor destroy ADDRESS` destroys an Echo, which is the first object there.
//! - `actor hold PATH` connects, and `actor mute PATH` is connected to, but they never say a word.
//!
//! All say on stdout how far they are.

use std::process::ExitCode;

use generated_examples::v32::echo::EchoProxy;
use ipc_runtime::{Exception, Ipc, Proxy};
use ipc_tests::our_partner::{OurPartner, Shared};
use ipc_tests::partner::{Counter, CounterProxy, PartnerProxy, Wrapper};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::AsyncReadExt;
use tokio::net::{UnixListener, UnixStream};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match *arguments {
        ["serve", address] => serve(address).await,
        ["serve", address, descriptors] => match limit_descriptors(descriptors) {
            Ok(()) => serve(address).await,
            Err(exception) => Err(exception),
        },
        ["call", address, call] => make(address, call).await,
        ["list", address] => list(address).await,
        ["destroy", address] => destroy(address).await,
        ["hold", path] => hold(path).await.map_err(Exception::from),
        ["mute", path] => mute(path).await.map_err(Exception::from),
        _ => Err(Exception::failed(
            "actor serve ADDRESS [DESCRIPTORS] | call ADDRESS CALL | list ADDRESS | destroy ADDRESS \
             | hold PATH | mute PATH",
        )),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(exception) => {
            println!("failed {exception}");
            ExitCode::FAILURE
        }
    }
}

fn limit_descriptors(count: &str) -> Result<(), Exception> {
    let limit = Rlimit {
        current: Some(count.parse().map_err(Exception::failed)?),
        ..getrlimit(Resource::Nofile)
    };
    setrlimit(Resource::Nofile, limit).map_err(Exception::failed)
}

async fn serve(address: &str) -> Result<(), Exception> {
    let ipc = Ipc::new()?;
    let shared = Shared::default();
    let partner = OurPartner::new(&ipc, &shared);
    let _listener = ipc.listen_address(address, partner).await?;
    println!("ready");
    stdin_closed().await?;
    Ok(())
}

async fn stdin_closed() -> std::io::Result<()> {
    tokio::io::stdin().read_to_end(&mut Vec::new()).await?;
    Ok(())
}

async fn make(address: &str, call: &str) -> Result<(), Exception> {
    let partner: PartnerProxy = Ipc::new()?.connect_address(address).await?;
    println!("connected");
    match call {
        "blob" => partner.blob([1]).await.map(drop)?,
        "wait" => partner.wait("key").await?,
        "callback" => {
            let counter = CounterProxy::new(Stuck);
            partner.add_to(counter, 1, 1).await.map(drop)?;
        }
        _ => return Err(Exception::failed(format_args!("no such call: {call}"))),
    }
    println!("done");
    Ok(())
}

async fn list(address: &str) -> Result<(), Exception> {
    let counter: CounterProxy = Ipc::new()?.connect_address(address).await?;
    println!("connected");
    counter.added().await?;
    println!("done");
    Ok(())
}

async fn destroy(address: &str) -> Result<(), Exception> {
    let echo: EchoProxy = Ipc::new()?.connect_address(address).await?;
    println!("connected");
    echo.destroy().await?;
    println!("done");
    Ok(())
}

async fn hold(path: &str) -> std::io::Result<()> {
    let _socket = UnixStream::connect(path).await?;
    println!("connected");
    stdin_closed().await
}

async fn mute(path: &str) -> std::io::Result<()> {
    let listener = UnixListener::bind(path)?;
    println!("ready");
    let (mut socket, _address) = listener.accept().await?;
    socket.read_u8().await?;
    println!("heard");
    stdin_closed().await
}

/// Never answers.
struct Stuck;

impl Counter for Stuck {
    async fn add(&self, _amount: u32) -> Result<u64, Exception> {
        println!("called back");
        std::future::pending().await
    }

    async fn wrap(&self) -> Result<Wrapper, Exception> {
        std::future::pending().await
    }

    async fn added(&self) -> Result<Vec<u32>, Exception> {
        std::future::pending().await
    }
}
