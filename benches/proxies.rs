//! Our proxies and adapters, from tasks of a multi-thread runtime.

use std::time::Duration;

use generated_examples::v32::echo::{Echo, EchoProxy};
use generated_examples::v32::init::{Init, InitProxy};
use generated_examples::v32::mining::MiningProxy;
use generated_examples::v32::rpc::RpcProxy;
use ipc_runtime::{EngineKind, Exception, Ipc, Listener};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::callers;
use crate::contestant::{BoxError, Contestant};
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

/// A server and its clients, over one engine.
#[derive(Debug)]
pub struct Proxies {
    runtime: Runtime,
    echoes: Vec<EchoProxy>,
    _listener: Listener,
    _directory: TempDir,
}

impl Proxies {
    /// Starts the server and connects to it so many times.
    ///
    /// # Errors
    ///
    /// As of [`Ipc`].
    pub fn start(engine: EngineKind, connections: usize) -> Result<Self, BoxError> {
        let runtime = Runtime::new()?;
        let directory = tempfile::tempdir()?;
        let address = format!("unix:{}", directory.path().join("echo.sock").display());
        let ipc = || {
            let builder = Ipc::builder().engine(engine);
            builder.connections(connections).build()
        };
        let (listener, echoes) = runtime.block_on(async {
            let listener = ipc()?.listen_address(&address, MyInit).await?;
            let client = ipc()?;
            let mut echoes = Vec::new();
            for _ in 0..connections {
                let init: InitProxy = client.connect_address(&address).await?;
                let echo = init.make_echo().await?;
                echo.echo("").await?;
                echoes.push(echo);
            }
            Ok::<_, Exception>((listener, echoes))
        })?;
        Ok(Self {
            runtime,
            echoes,
            _listener: listener,
            _directory: directory,
        })
    }
}

impl Contestant for Proxies {
    fn run(&self, workload: Workload) -> Result<Duration, BoxError> {
        self.runtime.block_on(callers::time(
            workload,
            &self.echoes,
            |echo, calls, text| async move {
                for _ in 0..calls {
                    echo.echo(&text).await?;
                }
                Ok(())
            },
        ))
    }
}
