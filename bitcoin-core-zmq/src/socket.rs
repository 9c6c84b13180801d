//! Sockets of endpoints: TCP and unix.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::{fs, os};

use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};

use crate::endpoint::Endpoint;

pub(crate) type Reader = Box<dyn AsyncRead + Send + Unpin>;
pub(crate) type Writer = Box<dyn AsyncWrite + Send + Unpin>;

pub(crate) async fn connect(endpoint: &Endpoint) -> io::Result<(Reader, Writer)> {
    match endpoint {
        Endpoint::Tcp { host, port } => of_tcp(TcpStream::connect((host.as_str(), *port)).await?),
        Endpoint::Ipc(path) => Ok(of_unix(UnixStream::connect(path).await?)),
    }
}

fn of_tcp(stream: TcpStream) -> io::Result<(Reader, Writer)> {
    stream.set_nodelay(true)?;
    // A peer whose machine is gone is noticed at some time, also by those who never send.
    SockRef::from(&stream).set_tcp_keepalive(&TcpKeepalive::new())?;
    let (reader, writer) = stream.into_split();
    Ok((Box::new(reader), Box::new(writer)))
}

fn of_unix(stream: UnixStream) -> (Reader, Writer) {
    let (reader, writer) = stream.into_split();
    (Box::new(reader), Box::new(writer))
}

/// A socket that listens. Dropping it removes its file.
#[derive(Debug)]
pub(crate) enum Listener {
    Tcp(TcpListener),
    Unix {
        listener: UnixListener,
        _file: SocketFile,
    },
}

impl Listener {
    /// Listens, and tells where: with the port, if that was left open.
    pub(crate) async fn bind(endpoint: &Endpoint) -> io::Result<(Self, Endpoint)> {
        match endpoint {
            Endpoint::Tcp { host, port } => {
                let address = match host.as_str() {
                    "*" => "0.0.0.0",
                    host => host,
                };
                let listener = TcpListener::bind((address, *port)).await?;
                let bound = of_address(listener.local_addr()?);
                Ok((Self::Tcp(listener), bound))
            }
            Endpoint::Ipc(path) => {
                let path = std::path::absolute(path)?;
                remove_stale(&path)?;
                let listener = UnixListener::bind(&path)?;
                let file = SocketFile::new(path.clone())?;
                let socket = Self::Unix {
                    listener,
                    _file: file,
                };
                Ok((socket, Endpoint::Ipc(path)))
            }
        }
    }

    pub(crate) async fn accept(&self) -> io::Result<(Reader, Writer)> {
        match self {
            Self::Tcp(listener) => of_tcp(listener.accept().await?.0),
            Self::Unix { listener, .. } => Ok(of_unix(listener.accept().await?.0)),
        }
    }
}

fn of_address(address: SocketAddr) -> Endpoint {
    Endpoint::Tcp {
        host: address.ip().to_string(),
        port: address.port(),
    }
}

/// Removes the file of a socket that nobody listens on. Whatever else is there stays, and binding fails then.
fn remove_stale(path: &Path) -> io::Result<()> {
    let Ok(found) = fs::symlink_metadata(path) else {
        return Ok(());
    };
    if !found.file_type().is_socket() {
        return Ok(());
    }
    match os::unix::net::UnixStream::connect(path) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => fs::remove_file(path),
        _ => Ok(()),
    }
}

/// The file of a socket, which goes with it unless another has taken its place.
#[derive(Debug)]
pub(crate) struct SocketFile {
    path: PathBuf,
    id: (u64, u64),
}

impl SocketFile {
    fn new(path: PathBuf) -> io::Result<Self> {
        let id = id(&path)?;
        Ok(Self { path, id })
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if id(&self.path).is_ok_and(|now| now == self.id) {
            // It is gone already, or the folder does not let us: nobody can be told.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn id(path: &Path) -> io::Result<(u64, u64)> {
    let found = fs::symlink_metadata(path)?;
    Ok((found.dev(), found.ino()))
}
