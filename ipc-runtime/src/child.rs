//! Child processes: started with nothing but the socket that they serve, waited for, killed.

use std::ffi::{CString, OsStr};
use std::fmt;
use std::fs;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::ExitStatus;
use std::sync::Arc;
use std::thread;

use nix::spawn::{PosixSpawnAttr, PosixSpawnFileActions, PosixSpawnFlags, posix_spawnp};
use nix::sys::signal::{SigSet, Signal};
use rustix::io::Errno;
use rustix::process::{Pid, WaitId, WaitIdOptions, WaitOptions, kill_process, waitid, waitpid};
use tokio::sync::watch;

use crate::exception::Exception;

/// The argument by which a parent tells its child which descriptor to serve.
pub(crate) const IPCFD: &str = "-ipcfd";

/// A program that [`Ipc::spawn_child`](crate::Ipc::spawn_child) or [`Process::spawn`](crate::Process::spawn)
/// started.
///
/// A handle: cheap to clone, and dropping it changes nothing. The child is waited for in the background, so it
/// never stays behind as a zombie, whoever keeps a handle.
#[derive(Clone)]
pub struct ChildProcess(Arc<Inner>);

struct Inner {
    pid: Pid,
    /// How it ended. As long as that is not known the system keeps the pid for it.
    end: watch::Sender<Option<End>>,
}

/// The exit status, or why it cannot be known.
type End = Result<ExitStatus, Exception>;

impl ChildProcess {
    /// Starts a program with the arguments `-ipcfd N`, where N is the number of `socket`. Of the descriptors
    /// above 2 it gets no other one.
    pub(crate) fn start(program: &Path, socket: &OwnedFd) -> io::Result<Self> {
        let descriptor = socket.as_raw_fd();
        let name = c_string(program.as_os_str())?;
        let arguments = [
            name.clone(),
            c_string(OsStr::new(IPCFD))?,
            c_string(OsStr::new(&descriptor.to_string()))?,
        ];
        let pid = posix_spawnp(
            &name,
            &descriptors(descriptor)?,
            &signals()?,
            &arguments,
            &environment(),
        )?;
        let pid = Pid::from_raw(pid.as_raw()).ok_or(io::ErrorKind::Other)?;
        let child = Self(Arc::new(Inner {
            pid,
            end: watch::Sender::new(None),
        }));
        let waiting = child.clone();
        let started = thread::Builder::new()
            .name("ipc-child".to_owned())
            .spawn(move || drop(waiting.wait()));
        if let Err(error) = started {
            let _ = child.kill();
            let _ = child.wait();
            return Err(error);
        }
        Ok(child)
    }

    /// Its process id. Another process may have it once the child has ended.
    pub fn id(&self) -> u32 {
        self.0.pid.as_raw_nonzero().get().unsigned_abs()
    }

    /// How the child ended; none as long as it runs.
    ///
    /// # Errors
    ///
    /// It has ended, and something else in this process took its status: a handler of SIGCHLD, or a wait for
    /// any child.
    pub fn exit_status(&self) -> Result<Option<ExitStatus>, Exception> {
        self.0.end.borrow().clone().transpose()
    }

    /// Waits until the child has ended. Giving up waiting changes nothing.
    ///
    /// A child ends by itself when the last proxy of its objects has been dropped, if it serves with
    /// [`Ipc::start_spawned_process`](crate::Ipc::start_spawned_process).
    ///
    /// # Errors
    ///
    /// As [`ChildProcess::exit_status`].
    pub async fn exited(&self) -> Result<ExitStatus, Exception> {
        let mut end = self.0.end.subscribe();
        match end.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(end)) => end.clone(),
            // The sender lives in `self`.
            _ => Err(lost(Errno::CHILD)),
        }
    }

    /// Kills the child, which gets no chance to clean up. Does nothing if it has ended.
    ///
    /// # Errors
    ///
    /// The system refuses: the child runs as another user, for one.
    pub fn kill(&self) -> Result<(), Exception> {
        // The guard keeps the pid from being reused meanwhile.
        let end = self.0.end.borrow();
        if end.is_some() {
            return Ok(());
        }
        kill_process(self.0.pid, rustix::process::Signal::KILL)
            .map_err(|error| Exception::io("killing a child process", error.into()))
    }

    /// Waits until the child has ended. Blocks the thread.
    pub(crate) fn wait(&self) -> End {
        let pid = self.0.pid;
        // It stays a zombie until its status is taken below, where nobody kills it.
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while matches!(waitid(WaitId::Pid(pid), options), Err(Errno::INTR)) {}
        self.0.end.send_if_modified(|end| {
            let is_first = end.is_none();
            end.get_or_insert_with(|| reap(pid));
            is_first
        });
        match &*self.0.end.borrow() {
            Some(end) => end.clone(),
            None => Err(lost(Errno::CHILD)),
        }
    }
}

impl fmt::Debug for ChildProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChildProcess")
            .field("id", &self.id())
            .field("end", &*self.0.end.borrow())
            .finish()
    }
}

/// Takes the status of a child that has ended.
fn reap(pid: Pid) -> End {
    loop {
        match waitpid(Some(pid), WaitOptions::empty()) {
            Ok(Some((_, status))) => return Ok(ExitStatus::from_raw(status.as_raw())),
            Ok(None) | Err(Errno::INTR) => {}
            Err(error) => return Err(lost(error)),
        }
    }
}

fn lost(error: Errno) -> Exception {
    Exception::io("waiting for a child process", error.into())
}

/// What becomes of this process's descriptors in the child: only the standard streams and `kept` stay open,
/// also where somebody opened others without close-on-exec.
fn descriptors(kept: RawFd) -> io::Result<PosixSpawnFileActions> {
    let mut actions = PosixSpawnFileActions::init()?;
    let open = fs::read_dir("/dev/fd").map_err(|error| {
        io::Error::new(
            error.kind(),
            format!("/dev/fd, to see what is open: {error}"),
        )
    })?;
    for entry in open {
        let name = entry?.file_name();
        let descriptor = name.to_str().and_then(|name| name.parse::<RawFd>().ok());
        if let Some(descriptor) = descriptor.filter(|descriptor| *descriptor > 2)
            && descriptor != kept
        {
            actions.add_close(descriptor)?;
        }
    }
    // Onto itself: that is how to take close-on-exec off it.
    actions.add_dup2(kept, kept)?;
    Ok(actions)
}

/// No signal is blocked in the child, and SIGPIPE, which Rust programs ignore, does again what programs expect.
fn signals() -> io::Result<PosixSpawnAttr> {
    let mut attributes = PosixSpawnAttr::init()?;
    attributes.set_flags(
        PosixSpawnFlags::POSIX_SPAWN_SETSIGMASK | PosixSpawnFlags::POSIX_SPAWN_SETSIGDEF,
    )?;
    attributes.set_sigmask(&SigSet::empty())?;
    let mut default = SigSet::empty();
    default.add(Signal::SIGPIPE);
    attributes.set_sigdefault(&default)?;
    Ok(attributes)
}

fn environment() -> Vec<CString> {
    let variables = std::env::vars_os();
    variables
        .filter_map(|(mut name, value)| {
            name.push("=");
            name.push(value);
            c_string(&name).ok()
        })
        .collect()
}

fn c_string(text: &OsStr) -> io::Result<CString> {
    Ok(CString::new(text.as_bytes())?)
}
