//! JSON-RPC over HTTP: servers that echo, and a client that knows just enough of HTTP to ask them.

use std::io;
use std::time::{Duration, Instant};

use ipc_json_rpc::jsonrpsee_server::{self, ServerHandle};
use ipc_json_rpc::{Address, Auth, MethodHandler, RpcModule, Server};
use ipc_runtime::Exception;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};
use tokio::runtime::Runtime;

use crate::contestant::{BoxError, Contestant};
use crate::generated::v32::echo::{Echo, EchoProxy};
use crate::workload::Workload;

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
}

enum Running {
    Jsonrpsee(ServerHandle),
    Ours(Server),
}

/// A server that runs.
pub struct Http {
    runtime: Runtime,
    address: Address,
    _running: Running,
    _folder: tempfile::TempDir,
}

struct OurEcho;

impl Echo for OurEcho {
    async fn echo(&self, echo: String) -> Result<String, Exception> {
        Ok(echo)
    }
}

impl Http {
    /// Starts a server.
    ///
    /// # Errors
    ///
    /// No sockets or threads to be had.
    pub fn start(kind: Kind) -> Result<Self, BoxError> {
        let runtime = Runtime::new()?;
        let folder = tempfile::tempdir()?;
        let unix = Address::Unix(folder.path().join("echo.sock"));
        let mut module = RpcModule::new(());
        module.register_async_method("echo_echo", |params, _, _| async move {
            params.one::<String>()
        })?;
        let (address, running) = runtime.block_on(async {
            if kind == Kind::Jsonrpsee {
                let builder = jsonrpsee_server::ServerBuilder::default();
                let server = builder.build("127.0.0.1:0").await?;
                let address = Address::Tcp(server.local_addr()?);
                return Ok::<_, BoxError>((address, Running::Jsonrpsee(server.start(module))));
            }
            let builder = match kind {
                Kind::Ours => {
                    let auth = Auth::new().password("alice", "open sesame")?;
                    Server::builder().listen("127.0.0.1:0").auth(auth)
                }
                _ => Server::builder().listen(unix),
            };
            let module = match kind {
                Kind::Interface => ipc_json_rpc::module(EchoProxy::new(OurEcho))?,
                _ => module,
            };
            let server = builder.start(MethodHandler::new(module)).await?;
            Ok((server.addresses()[0].clone(), Running::Ours(server)))
        })?;
        Ok(Self {
            runtime,
            address,
            _running: running,
            _folder: folder,
        })
    }
}

impl Contestant for Http {
    /// Each caller has a connection of its own, and all of them are made before the clock starts.
    fn run(&self, workload: Workload) -> Result<Duration, BoxError> {
        let request: std::sync::Arc<[u8]> = request(&workload.text()).into();
        self.runtime.block_on(async {
            let mut callers = Vec::new();
            for _ in 0..workload.in_flight {
                callers.push(Connection::open(&self.address).await?);
            }
            let start = Instant::now();
            let running: Vec<_> = (callers.into_iter())
                .map(|mut caller| {
                    let request = std::sync::Arc::clone(&request);
                    tokio::spawn(async move {
                        for _ in 0..workload.calls {
                            caller.ask(&request).await?;
                        }
                        Ok::<_, io::Error>(())
                    })
                })
                .collect();
            for caller in running {
                caller.await??;
            }
            Ok(start.elapsed())
        })
    }
}

fn request(text: &str) -> Vec<u8> {
    let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"echo_echo","params":["{text}"]}}"#);
    let head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                Authorization: Basic YWxpY2U6b3BlbiBzZXNhbWU=\r\n";
    format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// Asks one question after the other.
struct Connection {
    stream: Box<dyn Stream>,
    buffer: Vec<u8>,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

impl Connection {
    async fn open(address: &Address) -> io::Result<Self> {
        let stream: Box<dyn Stream> = match address {
            Address::Tcp(address) => {
                let stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                Box::new(stream)
            }
            Address::Unix(path) => Box::new(UnixStream::connect(path).await?),
        };
        let buffer = Vec::new();
        Ok(Self { stream, buffer })
    }

    async fn ask(&mut self, request: &[u8]) -> io::Result<()> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(size) = answer_size(&self.buffer)?
                && self.buffer.len() >= size
            {
                return Ok(());
            }
        }
    }
}

/// The bytes of an answer, once its head is there.
fn answer_size(bytes: &[u8]) -> io::Result<Option<usize>> {
    let Some(head) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let text = String::from_utf8_lossy(&bytes[..head]).to_lowercase();
    let length = text.split("content-length: ").nth(1);
    let length = length.and_then(|rest| rest.split("\r\n").next()?.parse::<usize>().ok());
    match (text.starts_with("http/1.1 200"), length) {
        (true, Some(length)) => Ok(Some(head + 4 + length)),
        _ => Err(io::Error::other(text)),
    }
}

impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Http")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Jsonrpsee(server) => server.fmt(f),
            Self::Ours(server) => server.fmt(f),
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Jsonrpsee => "jsonrpsee, loopback",
            Self::Ours => "our server, loopback, password",
            Self::OursOverUnix => "our server, unix socket",
            Self::Interface => "a generated interface, unix socket",
        })
    }
}
