//! `capnp-rpc` used by hand: on a `LocalSet` of one thread, or of one for the clients and one for the
//! server.

use std::fmt;
use std::io;
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::time::{Duration, Instant};

use capnp_rpc::rpc_twoparty_capnp::Side;
use capnp_rpc::twoparty::VatNetwork;
use capnp_rpc::{RpcSystem, new_client};
use futures_util::future::{join_all, try_join_all};
use futures_util::io::{BufReader, BufWriter};
use tokio::runtime::{Builder, Runtime};
use tokio::task::LocalSet;
use tokio_util::compat::{TokioAsyncReadCompatExt, TokioAsyncWriteCompatExt};

use crate::contestant::{BoxError, Contestant};
use crate::echo_capnp::echo;
use crate::workload::Workload;

struct MyEcho;

impl echo::Server for MyEcho {
    async fn echo(
        self: Rc<Self>,
        params: echo::EchoParams,
        mut results: echo::EchoResults,
    ) -> Result<(), capnp::Error> {
        let text = params.get()?.get_echo()?.to_string()?;
        results.get().set_result(&text);
        Ok(())
    }
}

fn system(
    socket: UnixStream,
    side: Side,
    bootstrap: Option<capnp::capability::Client>,
) -> io::Result<RpcSystem<Side>> {
    socket.set_nonblocking(true)?;
    let (reader, writer) = tokio::net::UnixStream::from_std(socket)?.into_split();
    let network = VatNetwork::new(
        BufReader::new(reader.compat()),
        BufWriter::new(writer.compat_write()),
        side,
        capnp::message::ReaderOptions::new(),
    );
    Ok(RpcSystem::new(Box::new(network), bootstrap))
}

/// Serves all of these until their clients are gone.
async fn serve(sockets: Vec<UnixStream>) -> io::Result<()> {
    let systems = sockets.into_iter().map(|socket| {
        let echo: echo::Client = new_client(MyEcho);
        let system = system(socket, Side::Server, Some(echo.client))?;
        Ok(tokio::task::spawn_local(system))
    });
    join_all(systems.collect::<io::Result<Vec<_>>>()?).await;
    Ok(())
}

async fn connect(socket: UnixStream) -> Result<echo::Client, capnp::Error> {
    let mut system = system(socket, Side::Client, None)?;
    let client: echo::Client = system.bootstrap(Side::Server);
    tokio::task::spawn_local(system);
    client.echo_request().send().promise.await?;
    Ok(client)
}

/// How many threads there are.
#[derive(Clone, Copy, Debug)]
pub enum Threads {
    /// Clients and server share one.
    One,
    /// The server has its own.
    Two,
}

/// A server, and its clients on the thread that made this.
pub struct RawCapnpRpc {
    runtime: Runtime,
    local: LocalSet,
    clients: Vec<echo::Client>,
}

impl RawCapnpRpc {
    /// Starts the server and connects to it so many times.
    ///
    /// # Errors
    ///
    /// No socket or no thread to be had, or a first call that failed.
    pub fn start(threads: Threads, connections: usize) -> Result<Self, BoxError> {
        let pairs = (0..connections).map(|_| UnixStream::pair());
        let (near, far): (Vec<_>, Vec<_>) =
            pairs.collect::<io::Result<Vec<_>>>()?.into_iter().unzip();
        let runtime = runtime()?;
        let local = LocalSet::new();
        match threads {
            Threads::One => {
                local.spawn_local(serve(far));
            }
            Threads::Two => {
                // It ends with the clients' sockets.
                std::thread::Builder::new()
                    .spawn(|| LocalSet::new().block_on(&self::runtime()?, serve(far)))?;
            }
        }
        let clients = local.block_on(&runtime, async {
            let mut clients = Vec::new();
            for socket in near {
                clients.push(connect(socket).await?);
            }
            Ok::<_, capnp::Error>(clients)
        })?;
        Ok(Self {
            runtime,
            local,
            clients,
        })
    }
}

impl Contestant for RawCapnpRpc {
    fn run(&self, workload: Workload) -> Result<Duration, BoxError> {
        self.local.block_on(&self.runtime, async {
            let text = workload.text();
            let start = Instant::now();
            let clients = self.clients.iter().cycle().take(workload.in_flight);
            let callers = clients.map(|client| async {
                for _ in 0..workload.calls {
                    let mut request = client.echo_request();
                    request.get().set_echo(&text);
                    let response = request.send().promise.await?;
                    let answer = response.get()?.get_result()?.to_string()?;
                    std::hint::black_box(answer);
                }
                Ok::<_, capnp::Error>(())
            });
            try_join_all(callers).await?;
            Ok(start.elapsed())
        })
    }
}

fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

impl fmt::Debug for RawCapnpRpc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawCapnpRpc").finish_non_exhaustive()
    }
}
