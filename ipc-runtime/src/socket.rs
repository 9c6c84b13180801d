//! Unix sockets on the file system: connecting, and listening without stealing from others.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use socket2::{Domain, SockAddr, Socket, Type};

use crate::exception::Exception;

/// Connections that may wait to be accepted.
const BACKLOG: i32 = 128;

/// Connects to the socket at `path`.
///
/// # Errors
///
/// Nobody listens there (the source is the [`io::Error`]: not found, connection refused), no
/// permission, or the listener's queue is full.
pub(crate) fn connect(path: &Path) -> Result<UnixStream, Exception> {
    try_connect(path).map_err(|error| not_connected(path, error))
}

/// Connects to the socket at `path`; none if there is no socket, or nobody listens on it.
///
/// # Errors
///
/// No permission, or the listener's queue is full.
pub(crate) fn connect_if_any(path: &Path) -> Result<Option<UnixStream>, Exception> {
    use ErrorKind::{ConnectionRefused, NotADirectory, NotFound};

    match try_connect(path) {
        Ok(socket) => Ok(Some(socket)),
        Err(error) if matches!(error.kind(), ConnectionRefused | NotADirectory | NotFound) => {
            Ok(None)
        }
        Err(error) => Err(not_connected(path, error)),
    }
}

fn try_connect(path: &Path) -> io::Result<UnixStream> {
    let socket = new_socket()?;
    socket.connect(&SockAddr::unix(path)?)?;
    Ok(UnixStream::from(socket))
}

fn not_connected(path: &Path, error: io::Error) -> Exception {
    let hint = match error.kind() {
        ErrorKind::NotFound => " (there is no socket at this path: is the server running?)",
        ErrorKind::ConnectionRefused => " (nobody listens on this socket: the server has gone)",
        ErrorKind::WouldBlock => " (the server's queue of new connections is full)",
        _ => "",
    };
    let place = format!("cannot connect to unix:{}{hint}", path.display());
    Exception::io(place, error)
}

/// A listening socket, and the file that goes with it: dropping it removes the file.
#[derive(Debug)]
pub struct BoundSocket {
    pub(crate) listener: UnixListener,
    pub(crate) file: SocketFile,
}

impl BoundSocket {
    /// The address that peers connect to: `unix:` and the full path.
    pub fn address(&self) -> String {
        self.file.address()
    }
}

/// Listens at `path`. The file's mode is 0600 before anybody can connect.
///
/// Missing directories are made. A socket file that no process listens on is replaced.
///
/// # Errors
///
/// Another process listens there, there is a file that is not a socket, or the system refuses.
pub(crate) fn bind(path: &Path) -> Result<BoundSocket, Exception> {
    let bound = prepare(path).and_then(|()| {
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
        socket.bind(&SockAddr::unix(path)?)?;
        let file = SocketFile::new(path)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
        socket.listen(BACKLOG)?;
        let listener = UnixListener::from(socket);
        listener.set_nonblocking(true)?;
        Ok(BoundSocket { listener, file })
    });
    bound.map_err(|error| Exception::io(format!("cannot listen on unix:{}", path.display()), error))
}

/// Makes way for a new socket at `path`.
fn prepare(path: &Path) -> io::Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let kind = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata.file_type(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if !kind.is_socket() {
        return Err(io::Error::new(
            ErrorKind::AlreadyExists,
            "there is a file that is not a socket",
        ));
    }
    match new_socket()?.connect(&SockAddr::unix(path)?) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => fs::remove_file(path),
        Err(error) if error.kind() != ErrorKind::WouldBlock => Err(error),
        _ => Err(io::Error::new(
            ErrorKind::AddrInUse,
            "another process listens there",
        )),
    }
}

/// A socket whose `connect` never blocks, not even on a full queue.
fn new_socket() -> io::Result<Socket> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// The file of a listening socket; dropping it removes the file, unless another took its place.
#[derive(Debug)]
pub(crate) struct SocketFile {
    path: PathBuf,
    identity: (u64, u64),
}

impl SocketFile {
    fn new(path: &Path) -> io::Result<Self> {
        Ok(Self {
            // The working directory may be another one when the file has to be removed.
            path: std::path::absolute(path)?,
            identity: identity(path)?,
        })
    }

    /// The address that peers connect to.
    pub(crate) fn address(&self) -> String {
        format!("unix:{}", self.path.display())
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if identity(&self.path).is_ok_and(|identity| identity == self.identity)
            && let Err(error) = fs::remove_file(&self.path)
        {
            tracing::warn!(%error, path = %self.path.display(), "the socket file stays behind");
        }
    }
}

/// Device and inode.
fn identity(path: &Path) -> io::Result<(u64, u64)> {
    let metadata = fs::symlink_metadata(path)?;
    Ok((metadata.dev(), metadata.ino()))
}
