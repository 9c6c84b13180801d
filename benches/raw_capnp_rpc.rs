//! `capnp-rpc` used by hand: client and server each on a `LocalSet` of a thread of its own.

use std::fmt;
use std::io;
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::time::{Duration, Instant};

use capnp_rpc::rpc_twoparty_capnp::Side;
use capnp_rpc::twoparty::VatNetwork;
use capnp_rpc::{RpcSystem, new_client};
use futures_util::future::try_join_all;
use futures_util::io::{BufReader, BufWriter};
use tokio::runtime::{Builder, Runtime};
use tokio::task::LocalSet;
use tokio_util::compat::{TokioAsyncReadCompatExt, TokioAsyncWriteCompatExt};

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

/// A server on its thread, and a client on the thread that made this.
pub struct RawCapnpRpc {
    runtime: Runtime,
    local: LocalSet,
    client: echo::Client,
}

impl RawCapnpRpc {
    /// Starts the server and connects to it.
    ///
    /// # Errors
    ///
    /// No socket or no thread to be had.
    pub fn start() -> io::Result<Self> {
        let (client, server) = UnixStream::pair()?;
        std::thread::Builder::new().spawn(move || {
            let runtime = runtime()?;
            LocalSet::new().block_on(&runtime, async {
                let echo: echo::Client = new_client(MyEcho);
                // It ends with the client's socket, and so does the thread.
                let _ = system(server, Side::Server, Some(echo.client))?.await;
                Ok::<_, io::Error>(())
            })
        })?;
        let runtime = runtime()?;
        let local = LocalSet::new();
        let client = local.block_on(&runtime, async {
            let mut system = system(client, Side::Client, None)?;
            let client = system.bootstrap(Side::Server);
            tokio::task::spawn_local(system);
            Ok::<_, io::Error>(client)
        })?;
        Ok(Self {
            runtime,
            local,
            client,
        })
    }

    /// The time that the workload takes.
    ///
    /// # Errors
    ///
    /// A call that failed.
    pub fn run(&self, workload: Workload) -> Result<Duration, capnp::Error> {
        self.local.block_on(&self.runtime, async {
            let text = workload.text();
            let start = Instant::now();
            let callers = (0..workload.in_flight).map(|_| async {
                for _ in 0..workload.calls {
                    let mut request = self.client.echo_request();
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
