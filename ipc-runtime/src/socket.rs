//! Unix sockets on the file system: connecting, and listening without stealing from others.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use socket2::{Domain, SockAddr, Socket, Type};

use crate::exception::Exception;

/// How often, and how long each time, the lock on a directory is waited for.
const TURNS: u32 = 1000;
const PAUSE: Duration = Duration::from_millis(1);

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
    /// Listens at `path`, with room for `backlog` peers that wait to be accepted, for other protocols than ours. The
    /// socket does not block. Its file has the mode `mode` before anybody can connect.
    ///
    /// Missing directories are made. A socket file that no process listens on is replaced.
    ///
    /// # Errors
    ///
    /// Another process listens there, there is a file that is not a socket, the path is too long, or the system
    /// refuses.
    pub fn bind(path: &Path, backlog: u32, mode: u32) -> Result<Self, Exception> {
        bind(path, backlog, mode)
    }

    /// The socket itself.
    pub fn listener(&self) -> &UnixListener {
        &self.listener
    }

    /// The full path of its file.
    pub fn path(&self) -> &Path {
        &self.file.path
    }

    /// The address that peers connect to: `unix:` and the full path.
    pub fn address(&self) -> String {
        self.file.address()
    }
}

/// Listens at `path`. The file has its mode before anybody can connect.
///
/// Missing directories are made. A socket file that no process listens on is replaced.
///
/// # Errors
///
/// Another process listens there, there is a file that is not a socket, or the system refuses.
pub(crate) fn bind(path: &Path, backlog: u32, mode: u32) -> Result<BoundSocket, Exception> {
    let bound = turn(path).and_then(|_turn| {
        prepare(path)?;
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
        socket.bind(&SockAddr::unix(path)?)?;
        let file = SocketFile::new(path)?;
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
        socket.listen(i32::try_from(backlog).unwrap_or(i32::MAX))?;
        // Between `bind` and `listen` the file looked like that of a dead process to those who take no turns.
        if !file.is_there() {
            return Err(taken());
        }
        let listener = UnixListener::from(socket);
        listener.set_nonblocking(true)?;
        Ok(BoundSocket { listener, file })
    });
    bound.map_err(|error| Exception::io(format!("cannot listen on unix:{}", path.display()), error))
}

/// Makes the directory of a socket, and keeps others who do as we do from making one there meanwhile: what is
/// stale when it is looked at is stale when it is removed. The lock goes with the file.
///
/// Whoever can read the directory can hold its lock, so it is not waited for without end.
fn turn(path: &Path) -> io::Result<Option<File>> {
    let directory = match path.parent() {
        Some(directory) if directory != Path::new("") => directory,
        _ => Path::new("."),
    };
    fs::create_dir_all(directory)?;
    // One may be allowed to make files in a directory, and not to read it.
    let Ok(opened) = File::open(directory) else {
        return Ok(None);
    };
    for _ in 0..TURNS {
        match flock(&opened, FlockOperation::NonBlockingLockExclusive) {
            Err(Errno::WOULDBLOCK) => std::thread::sleep(PAUSE),
            _done_or_unknown => return Ok(Some(opened)),
        }
    }
    tracing::warn!(directory = %directory.display(), "another process keeps the lock on it");
    Ok(None)
}

/// Makes way for a new socket at `path`.
fn prepare(path: &Path) -> io::Result<()> {
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
    if is_live(path)? {
        return Err(taken());
    }
    remove_stale(path)
}

/// Whether a process listens at `path`.
fn is_live(path: &Path) -> io::Result<bool> {
    match try_connect(path) {
        Ok(_) => Ok(true),
        Err(error) => match error.kind() {
            ErrorKind::WouldBlock => Ok(true),
            ErrorKind::ConnectionRefused => Ok(false),
            _ => Err(error),
        },
    }
}

/// Removes a socket file that nobody listens on. Whether it still is one is seen when it is out of the way,
/// where nobody can put another one in its place.
fn remove_stale(path: &Path) -> io::Result<()> {
    static REMOVALS: AtomicU32 = AtomicU32::new(0);

    // A short name: that of a socket must not be long.
    let removal = REMOVALS.fetch_add(1, Ordering::Relaxed);
    let aside = path.with_file_name(format!(".{}-{removal}", std::process::id()));
    match fs::rename(path, &aside) {
        // Somebody else has removed it.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        moved => moved?,
    }
    let live = is_live(&aside);
    if live.as_ref().is_ok_and(|live| !live) {
        return fs::remove_file(&aside);
    }
    // Unless there is a newer one.
    fs::hard_link(&aside, path)?;
    fs::remove_file(&aside)?;
    live.and(Err(taken()))
}

fn taken() -> io::Error {
    io::Error::new(ErrorKind::AddrInUse, "another process listens there")
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
    identity: Identity,
}

impl SocketFile {
    fn new(path: &Path) -> io::Result<Self> {
        Ok(Self {
            // The working directory may be another one when the file has to be removed.
            path: std::path::absolute(path)?,
            identity: identity(path)?,
        })
    }

    fn is_there(&self) -> bool {
        identity(&self.path).is_ok_and(|identity| identity == self.identity)
    }

    /// The address that peers connect to.
    pub(crate) fn address(&self) -> String {
        format!("unix:{}", self.path.display())
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if self.is_there()
            && let Err(error) = fs::remove_file(&self.path)
        {
            tracing::warn!(%error, path = %self.path.display(), "the socket file stays behind");
        }
    }
}

/// Device, inode, and when it was made, in seconds and nanoseconds: a new file may get the number of one that was removed.
type Identity = (u64, u64, i64, i64);

fn identity(path: &Path) -> io::Result<Identity> {
    let file = fs::symlink_metadata(path)?;
    Ok((file.dev(), file.ino(), file.mtime(), file.mtime_nsec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(test: &str) -> PathBuf {
        let name = format!("ipc-socket-{}-{test}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        fs::create_dir(&directory).expect("a directory");
        directory
    }

    #[test]
    fn what_turns_out_to_be_live_is_put_back() {
        let directory = directory("live");
        let path = directory.join("s");
        let live = bind(&path, 1, 0o600).expect("a socket");
        // As if it had been stale a moment ago.
        let refused = remove_stale(&path).expect_err("it is live");
        assert_eq!(refused.kind(), ErrorKind::AddrInUse, "{refused}");
        assert!(live.file.is_there());
        assert!(is_live(&path).expect("an answer"));
        drop(live);
        fs::remove_dir(&directory).expect("nothing is left in it");
    }

    #[test]
    fn what_is_stale_goes() {
        let directory = directory("stale");
        let path = directory.join("s");
        drop(UnixListener::bind(&path).expect("a socket"));
        remove_stale(&path).expect("it is stale");
        remove_stale(&path).expect("it is gone already");
        fs::remove_dir(&directory).expect("nothing is left in it");
    }

    #[test]
    fn a_file_that_took_the_place_of_ours_stays() {
        let directory = directory("replaced");
        let path = directory.join("s");
        let old = bind(&path, 1, 0o600).expect("a socket");
        fs::remove_file(&path).expect("it is there");
        let new = bind(&path, 1, 0o600).expect("a socket");
        drop(old);
        assert!(new.file.is_there());
        drop(new);
        fs::remove_dir(&directory).expect("nothing is left in it");
    }
}
