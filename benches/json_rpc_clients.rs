//! Clients of JSON-RPC, each of one object that all callers share.

use std::fmt;
use std::time::{Duration, Instant};

use ipc_json_rpc::Client;
use jsonrpsee_core::client::ClientT as _;
use jsonrpsee_core::rpc_params;
use jsonrpsee_http_client::HttpClient;
use tokio::runtime::Runtime;

use crate::contestant::{BoxError, Contestant};
use crate::generated::v32::echo::EchoProxy;
use crate::json_rpc_servers::{CREDENTIALS, EchoServer, Kind};
use crate::workload::Workload;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientKind {
    /// `jsonrpsee`'s client, of `jsonrpsee`'s server, on loopback.
    Jsonrpsee,
    /// A generated proxy over our client, of an interface behind our server, on loopback with a password.
    Ours,
    /// The same, on a unix socket.
    OursOverUnix,
}

/// A server, and its client.
pub struct Clients {
    runtime: Runtime,
    client: Asks,
    _server: EchoServer,
}

#[derive(Clone)]
enum Asks {
    Jsonrpsee(HttpClient),
    Ours(EchoProxy),
}

impl Clients {
    /// Starts a server and connects to it.
    ///
    /// # Errors
    ///
    /// No sockets or threads to be had.
    pub fn start(kind: ClientKind) -> Result<Self, BoxError> {
        let runtime = Runtime::new()?;
        let (client, server) = runtime.block_on(async {
            let server = EchoServer::start(match kind {
                ClientKind::Jsonrpsee => Kind::Jsonrpsee,
                ClientKind::Ours => Kind::InterfaceOverTcp,
                ClientKind::OursOverUnix => Kind::Interface,
            });
            let server = server.await?;
            let address = server.address.to_string();
            let client = match kind {
                ClientKind::Jsonrpsee => {
                    let client = HttpClient::builder().build(format!("http://{address}"))?;
                    Asks::Jsonrpsee(client)
                }
                _ => Asks::Ours(Client::connect_as(&address, CREDENTIALS).await?.root()),
            };
            Ok::<_, BoxError>((client, server))
        })?;
        Ok(Self {
            runtime,
            client,
            _server: server,
        })
    }
}

impl Asks {
    async fn echo(&self, text: &str) -> Result<String, BoxError> {
        Ok(match self {
            Self::Jsonrpsee(client) => client.request("echo_echo", rpc_params![text]).await?,
            Self::Ours(proxy) => proxy.echo(text).await?,
        })
    }
}

impl Contestant for Clients {
    fn run(&self, workload: Workload) -> Result<Duration, BoxError> {
        let text = workload.text();
        self.runtime.block_on(async {
            let start = Instant::now();
            let callers: Vec<_> = (0..workload.in_flight)
                .map(|_| {
                    let (client, text) = (self.client.clone(), text.clone());
                    tokio::spawn(async move {
                        for _ in 0..workload.calls {
                            client.echo(&text).await?;
                        }
                        Ok::<_, BoxError>(())
                    })
                })
                .collect();
            for caller in callers {
                caller.await??;
            }
            Ok(start.elapsed())
        })
    }
}

impl fmt::Debug for Clients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clients").finish_non_exhaustive()
    }
}

impl fmt::Display for ClientKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jsonrpsee => "jsonrpsee's client and server, loopback",
            Self::Ours => "a generated client and interface, loopback, password",
            Self::OursOverUnix => "a generated client and interface, unix socket",
        })
    }
}
