//! Servers of JSON-RPC over HTTP that echo.

use std::fmt;

use ipc_json_rpc::jsonrpsee_server::{self, ServerHandle};
use ipc_json_rpc::{Address, Auth, MethodHandler, RpcModule, Server};
use ipc_runtime::Exception;
use tempfile::TempDir;

use crate::contestant::BoxError;
use crate::generated::v32::echo::{Echo, EchoProxy};

/// What `curl --user` takes, of the server that wants it.
pub const CREDENTIALS: &str = "alice:open sesame";

/// Who echoes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `jsonrpsee` alone, on loopback.
    Jsonrpsee,
    /// The same method behind our server, on loopback with a password.
    Ours,
    /// The same method behind our server, on a unix socket.
    OursOverUnix,
    /// An interface's method, as a schema has it, behind our server, on a unix socket.
    Interface,
    /// The same, on loopback with a password.
    InterfaceOverTcp,
}

/// A server that runs.
#[derive(Debug)]
pub struct EchoServer {
    /// Where.
    pub address: Address,
    _running: Running,
    _folder: TempDir,
}

#[derive(Debug)]
enum Running {
    Jsonrpsee(#[allow(dead_code, reason = "it runs as long as this is there")] ServerHandle),
    Ours(#[allow(dead_code, reason = "it runs as long as this is there")] Server),
}

struct OurEcho;

impl Echo for OurEcho {
    async fn echo(&self, echo: String) -> Result<String, Exception> {
        Ok(echo)
    }
}

impl EchoServer {
    /// Starts it on the current runtime.
    ///
    /// # Errors
    ///
    /// No sockets to be had.
    pub async fn start(kind: Kind) -> Result<Self, BoxError> {
        let folder = tempfile::tempdir()?;
        let unix = Address::Unix(folder.path().join("echo.sock"));
        let mut module = RpcModule::new(());
        module.register_async_method("echo_echo", |params, _, _| async move {
            params.one::<String>()
        })?;
        if kind == Kind::Jsonrpsee {
            let builder = jsonrpsee_server::ServerBuilder::default();
            let server = builder.build("127.0.0.1:0").await?;
            return Ok(Self {
                address: Address::Tcp(server.local_addr()?),
                _running: Running::Jsonrpsee(server.start(module)),
                _folder: folder,
            });
        }
        let builder = match kind {
            Kind::Ours | Kind::InterfaceOverTcp => {
                let (user, password) = CREDENTIALS.split_once(':').unwrap_or_default();
                let auth = Auth::new().password(user, password)?;
                Server::builder().listen("127.0.0.1:0").auth(auth)
            }
            _ => Server::builder().listen(unix),
        };
        let module = match kind {
            Kind::Interface | Kind::InterfaceOverTcp => {
                ipc_json_rpc::module(EchoProxy::new(OurEcho))?
            }
            _ => module,
        };
        let server = builder.start(MethodHandler::new(module)).await?;
        Ok(Self {
            address: server.addresses()[0].clone(),
            _running: Running::Ours(server),
            _folder: folder,
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jsonrpsee => "jsonrpsee, loopback",
            Self::Ours => "our server, loopback, password",
            Self::OursOverUnix => "our server, unix socket",
            Self::Interface => "a generated interface, unix socket",
            Self::InterfaceOverTcp => "a generated interface, loopback, password",
        })
    }
}
