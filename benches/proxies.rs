//! Our proxies and adapters, from tasks of a multi-thread runtime.

use std::path::Path;
use std::time::{Duration, Instant};

use generated_examples::v32::echo::{Echo, EchoProxy};
use generated_examples::v32::init::{Init, InitProxy};
use generated_examples::v32::mining::MiningProxy;
use generated_examples::v32::rpc::RpcProxy;
use ipc_runtime::{EngineKind, Exception, Ipc, Listener};
use tokio::runtime::Runtime;

use crate::workload::Workload;

struct MyEcho;

impl Echo for MyEcho {
    async fn echo(&self, echo: String) -> Result<String, Exception> {
        Ok(echo)
    }
}

struct MyInit;

impl Init for MyInit {
    async fn make_echo(&self) -> Result<EchoProxy, Exception> {
        Ok(EchoProxy::new(MyEcho))
    }

    async fn make_mining_old2(&self) -> Result<(), Exception> {
        Err(Exception::failed("only echo here"))
    }

    async fn make_mining(&self) -> Result<MiningProxy, Exception> {
        Err(Exception::failed("only echo here"))
    }

    async fn make_rpc(&self) -> Result<RpcProxy, Exception> {
        Err(Exception::failed("only echo here"))
    }
}

/// A server and a client, over one engine.
#[derive(Debug)]
pub struct Proxies {
    runtime: Runtime,
    echo: EchoProxy,
    _listener: Listener,
}

impl Proxies {
    /// Listens at `socket` and connects to it.
    ///
    /// # Errors
    ///
    /// As of [`Ipc`].
    pub fn start(socket: &Path, engine: EngineKind) -> Result<Self, Exception> {
        let runtime = Runtime::new()?;
        let address = format!("unix:{}", socket.display());
        let ipc = || Ipc::builder().engine(engine).build();
        let (listener, echo) = runtime.block_on(async {
            let listener = ipc()?.listen_address(&address, MyInit).await?;
            let init: InitProxy = ipc()?.connect_address(&address).await?;
            Ok::<_, Exception>((listener, init.make_echo().await?))
        })?;
        Ok(Self {
            runtime,
            echo,
            _listener: listener,
        })
    }

    /// The time that the workload takes.
    ///
    /// # Errors
    ///
    /// A call that failed.
    pub fn run(&self, workload: Workload) -> Result<Duration, Exception> {
        self.runtime.block_on(async {
            let text = workload.text();
            let start = Instant::now();
            let callers: Vec<_> = (0..workload.in_flight)
                .map(|_| {
                    let echo = self.echo.clone();
                    let text = text.clone();
                    tokio::spawn(async move {
                        for _ in 0..workload.calls {
                            echo.echo(&text).await?;
                        }
                        Ok::<_, Exception>(())
                    })
                })
                .collect();
            for caller in callers {
                caller.await.map_err(Exception::failed)??;
            }
            Ok(start.elapsed())
        })
    }
}
