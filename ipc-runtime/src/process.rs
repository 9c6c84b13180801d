//! Processes and sockets, below any protocol.

use std::ffi::{OsStr, OsString};
use std::os::fd::{FromRawFd, OwnedFd, RawFd};
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::address;
use crate::child::{ChildProcess, IPCFD};
use crate::context::Context;
use crate::exception::Exception;
use crate::socket::{self, BoundSocket};

/// Starts, finds and waits for processes, as Bitcoin Core's `ipc::Process` does.
#[derive(Clone, Copy, Debug, Default)]
pub struct Process;

impl Process {
    /// Starts `program` from the directory of `argv0` (from `PATH` if that has none) with the
    /// arguments `-ipcfd N`, where N is the child's end of a new socket pair. Returns the child and
    /// our end.
    ///
    /// The child gets the standard streams and that socket. All other descriptors of this process
    /// are closed there, except what another thread opens without close-on-exec just then.
    ///
    /// # Errors
    ///
    /// The program cannot be started; the message names the path that was tried. There is no child
    /// then, so that its exit status could tell (Bitcoin Core's are 126 and 127).
    pub fn spawn(
        &self,
        program: impl AsRef<Path>,
        argv0: impl AsRef<OsStr>,
    ) -> Result<(ChildProcess, UnixStream), Exception> {
        let path = beside(program.as_ref(), argv0.as_ref());
        let started = UnixStream::pair().and_then(|(ours, theirs)| {
            let child = ChildProcess::start(&path, &OwnedFd::from(theirs))?;
            Ok((child, ours))
        });
        started.map_err(|error| Exception::io(format!("cannot start {}", path.display()), error))
    }

    /// Waits until a child has ended. Blocks the thread; see [`ChildProcess::exited`] for tasks.
    ///
    /// # Errors
    ///
    /// The system does not know the child any more.
    pub fn wait_spawned(&self, child: &ChildProcess) -> Result<ExitStatus, Exception> {
        child.wait()
    }

    /// The socket to the parent, if the arguments are exactly a program name, `-ipcfd` and a
    /// descriptor number. It can be taken once in the life of a process.
    ///
    /// # Errors
    ///
    /// The third argument is no number, or not the number of an open socket.
    pub fn check_spawned(
        &self,
        args: impl IntoIterator<Item = OsString>,
    ) -> Result<Option<UnixStream>, Exception> {
        let args: Vec<OsString> = args.into_iter().collect();
        let [_program, flag, number] = args.as_slice() else {
            return Ok(None);
        };
        if flag != IPCFD {
            return Ok(None);
        }
        let number = number.to_string_lossy();
        let invalid = |reason: &dyn std::fmt::Display| {
            Exception::failed(format_args!("Invalid -ipcfd number '{number}' ({reason})"))
        };
        let descriptor: RawFd = number.parse().map_err(|error| invalid(&error))?;
        adopt(descriptor)
            .map(Some)
            .map_err(|reason| invalid(&reason))
    }

    /// Connects to the socket that `address` names; see
    /// [`Ipc::connect_address`](crate::Ipc::connect_address). Never blocks.
    ///
    /// # Errors
    ///
    /// An address of another form, nobody listens there, or a user does whose servers are not trusted
    /// ([`IpcBuilder::server_users`](crate::IpcBuilder::server_users)).
    pub fn connect(&self, address: &str, context: &Context) -> Result<UnixStream, Exception> {
        if address::may_be_nobody(address) {
            return Err(Exception::failed(format_args!(
                "the address '{address}' says that there may be nobody to connect to: use \
                 connect_address_if_any, or name a socket with unix:PATH"
            )));
        }
        let path = address::socket_path(address, context)?;
        context.trusting(&path, socket::connect(&path)?)
    }

    /// Connects to the socket that `address` names, if there is anybody; see
    /// [`Ipc::connect_address_if_any`](crate::Ipc::connect_address_if_any). Never blocks.
    ///
    /// # Errors
    ///
    /// As [`Process::connect`], except where the address says that there may be nobody.
    pub fn connect_if_any(
        &self,
        address: &str,
        context: &Context,
    ) -> Result<Option<UnixStream>, Exception> {
        match address {
            "" | "0" => Ok(None),
            "auto" => match address::default_path(context) {
                Ok(path) => (socket::connect_if_any(&path)?)
                    .map(|socket| context.trusting(&path, socket))
                    .transpose(),
                // No server can be at a path that is too long.
                Err(_) => Ok(None),
            },
            _ => self.connect(address, context).map(Some),
        }
    }

    /// Listens on the socket that `address` names; see
    /// [`Ipc::listen_address`](crate::Ipc::listen_address). Peers can connect at once, and wait
    /// until [`Protocol::listen`](crate::Protocol::listen) serves them.
    ///
    /// # Errors
    ///
    /// An address of another form, or the path is in use.
    pub fn bind(&self, address: &str, context: &Context) -> Result<BoundSocket, Exception> {
        let path = address::socket_path(address, context)?;
        socket::bind(&path, context.backlog, context.users.mode())
    }
}

/// The path of `program` in the directory of `argv0`.
fn beside(program: &Path, argv0: &OsStr) -> PathBuf {
    match Path::new(argv0).parent() {
        Some(directory) => directory.join(program),
        None => program.to_owned(),
    }
}

/// Makes the inherited descriptor a socket that closes with its owner.
fn adopt(descriptor: RawFd) -> Result<UnixStream, String> {
    static ADOPTED: AtomicBool = AtomicBool::new(false);

    if descriptor < 3 {
        return Err("0, 1 and 2 are the standard streams".to_owned());
    }
    let metadata = std::fs::metadata(format!("/dev/fd/{descriptor}"))
        .map_err(|error| format!("not an open descriptor: {error}"))?;
    if !metadata.file_type().is_socket() {
        return Err("not a socket".to_owned());
    }
    if ADOPTED.swap(true, Ordering::SeqCst) {
        return Err("the socket to the parent is already in use".to_owned());
    }
    #[expect(
        unsafe_code,
        reason = "std has no safe way to take over an inherited descriptor"
    )]
    // SAFETY: `from_raw_fd` wants an open descriptor that nothing else in this process owns.
    // It is open, and a socket: its metadata was just read. Nothing else owns it: `-ipcfd N` is the
    // parent's word that it opened N for this process to serve before the process began, so no
    // code of this process opened it, and `ADOPTED` keeps this function from giving it to two
    // owners. A process that is started with a false `-ipcfd` by hand has no descriptor above 2
    // that is a socket and its own at this point, except one that its own code opened before it
    // looked at its arguments; `check_spawned` is documented to be called first.
    let owned = unsafe { OwnedFd::from_raw_fd(descriptor) };
    Ok(UnixStream::from(owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(args: &[&str]) -> Result<bool, String> {
        Process
            .check_spawned(args.iter().map(OsString::from))
            .map(|socket| socket.is_some())
            .map_err(|exception| exception.to_string())
    }

    #[test]
    fn starts_beside_the_parent() {
        let path = |argv0| beside(Path::new("bitcoin-wallet"), OsStr::new(argv0));
        assert_eq!(
            path("/usr/bin/bitcoin-node"),
            Path::new("/usr/bin/bitcoin-wallet")
        );
        assert_eq!(path("bin/bitcoin-node"), Path::new("bin/bitcoin-wallet"));
        assert_eq!(path("bitcoin-node"), Path::new("bitcoin-wallet"));
    }

    #[test]
    fn is_a_child_only_by_exactly_three_arguments() {
        assert_eq!(check(&["node"]), Ok(false));
        assert_eq!(check(&["node", "-ipcfd"]), Ok(false));
        assert_eq!(check(&["node", "-ipcfd", "7", "-regtest"]), Ok(false));
        assert_eq!(check(&["node", "-ipcbind", "7"]), Ok(false));
    }

    #[test]
    fn refuses_a_descriptor_that_is_none() {
        for (number, reason) in [
            ("x", "invalid digit"),
            ("", "empty string"),
            ("2", "standard streams"),
            ("-1", "standard streams"),
            ("99999", "not an open descriptor"),
        ] {
            let message = check(&["node", "-ipcfd", number]).unwrap_err();
            assert!(
                message.starts_with(&format!("Invalid -ipcfd number '{number}' ("))
                    && message.contains(reason),
                "{message}"
            );
        }
    }

    #[test]
    fn names_the_program_that_does_not_start() {
        let message = Process
            .spawn("no-such-program", "/nowhere/parent")
            .unwrap_err()
            .to_string();
        assert!(
            message.starts_with("cannot start /nowhere/no-such-program: "),
            "{message}"
        );
    }
}
