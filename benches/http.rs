//! A client that knows just enough of HTTP to ask servers that echo.

use std::io;
use std::time::{Duration, Instant};

use ipc_json_rpc::Address;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};
use tokio::runtime::Runtime;

use crate::contestant::{BoxError, Contestant};
use crate::json_rpc_servers::{EchoServer, Kind};
use crate::workload::Workload;

/// A server, and callers with a connection each.
#[derive(Debug)]
pub struct Http {
    runtime: Runtime,
    server: EchoServer,
}

impl Http {
    /// Starts a server.
    ///
    /// # Errors
    ///
    /// No sockets or threads to be had.
    pub fn start(kind: Kind) -> Result<Self, BoxError> {
        let runtime = Runtime::new()?;
        let server = runtime.block_on(EchoServer::start(kind))?;
        Ok(Self { runtime, server })
    }
}

impl Contestant for Http {
    /// Each caller has a connection of its own, and all of them are made before the clock starts.
    fn run(&self, workload: Workload) -> Result<Duration, BoxError> {
        let request: std::sync::Arc<[u8]> = request(&workload.text()).into();
        self.runtime.block_on(async {
            let mut callers = Vec::new();
            for _ in 0..workload.in_flight {
                callers.push(Connection::open(&self.server.address).await?);
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
