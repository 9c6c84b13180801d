//! Programs of other languages that the tests talk to, with a deadline on everything.

use std::collections::VecDeque;
use std::env;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::task::JoinHandle;

/// How long any one step of a test may take. Far more than it needs, on a busy machine too.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// The folder of the workspace.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Awaits `future`, and panics when it is not ready within [`DEADLINE`].
pub async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(DEADLINE, future).await {
        Ok(value) => value,
        Err(_) => panic!("{what}: not done within {} s", DEADLINE.as_secs()),
    }
}

/// The program that an environment variable names, or `None` after saying that the test is skipped.
///
/// The message goes to the process's stderr itself: what a passing test prints is not shown.
pub fn program(variable: &str, what: &str) -> Option<PathBuf> {
    let value = env::var_os(variable).filter(|value| !value.is_empty());
    if value.is_none() {
        let test = std::thread::current().name().unwrap_or("?").to_owned();
        let message = format!("SKIPPED {test}: {variable} is not set; it names {what}\n");
        // A stderr that cannot be written to is no reason to fail.
        let _ = std::io::stderr().write_all(message.as_bytes());
    }
    let path = PathBuf::from(value?);
    assert!(
        path.components().count() == 1 || path.exists(),
        "{variable} names {}, which does not exist",
        path.display()
    );
    Some(path)
}

/// A child process: killed when dropped, its output read as it comes, so that it never waits for us.
#[derive(Debug)]
pub struct Peer {
    name: String,
    child: Child,
    stdout: UnboundedReceiver<String>,
    /// Lines that were passed over while waiting for another.
    passed: VecDeque<String>,
    stderr: Arc<Mutex<String>>,
    /// Until all of it is read.
    reading: JoinHandle<()>,
}

impl Peer {
    /// Starts a program. Its stdin stays open until the peer is dropped or finished.
    pub fn start<A: AsRef<OsStr>>(
        name: &str,
        program: &Path,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        let mut command = Command::new(program);
        command.args(arguments);
        Self::run(name, command)
    }

    /// As [`Peer::start`], for a command that needs more than arguments.
    pub fn run(name: &str, mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {name}: {error}"));
        let (lines, stdout) = mpsc::unbounded_channel();
        let pipe = child.stdout.take().expect("stdout is piped");
        tokio::spawn(each_line(pipe, move |line| drop(lines.send(line))));

        let stderr = Arc::new(Mutex::new(String::new()));
        let text = Arc::clone(&stderr);
        let pipe = child.stderr.take().expect("stderr is piped");
        let reading = tokio::spawn(each_line(pipe, move |line| {
            let mut text = text.lock().unwrap_or_else(PoisonError::into_inner);
            text.push_str(&line);
            text.push('\n');
        }));
        Self {
            name: name.to_owned(),
            child,
            stdout,
            passed: VecDeque::new(),
            stderr,
            reading,
        }
    }

    /// The first line, of those not yet taken, that contains every one of `parts`.
    ///
    /// Panics when there is none within [`DEADLINE`], or when the peer ends before it prints one.
    pub async fn line(&mut self, parts: &[&str]) -> String {
        let matches = |line: &str| parts.iter().all(|part| line.contains(part));
        if let Some(at) = self.passed.iter().position(|line| matches(line)) {
            return self
                .passed
                .remove(at)
                .expect("the position is that of an element");
        }
        loop {
            match tokio::time::timeout(DEADLINE, self.stdout.recv()).await {
                Ok(Some(line)) if matches(&line) => return line,
                Ok(Some(line)) => self.passed.push_back(line),
                Ok(None) => panic!(
                    "{} ended without a line with {parts:?}{}",
                    self.name,
                    self.report()
                ),
                Err(_) => panic!(
                    "{} printed no line with {parts:?}{}",
                    self.name,
                    self.report()
                ),
            }
        }
    }

    /// Closes the peer's stdin and waits for its end: how it ended, and all that it printed and
    /// nobody has taken.
    pub async fn finish(mut self) -> (ExitStatus, Vec<String>, String) {
        drop(self.child.stdin.take());
        let ended = tokio::time::timeout(DEADLINE, async {
            while let Some(line) = self.stdout.recv().await {
                self.passed.push_back(line);
            }
            // What was said last is in the pipe still when the process has ended.
            let _ = (&mut self.reading).await;
            self.child.wait().await
        })
        .await;
        match ended {
            Ok(Ok(status)) => {
                let report = self.report();
                (status, self.passed.into(), report)
            }
            Ok(Err(error)) => panic!("cannot wait for {}: {error}", self.name),
            Err(_) => panic!("{} did not end{}", self.name, self.report()),
        }
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id().expect("it was not waited for")
    }

    /// Kills the peer without giving it a chance to clean up.
    pub async fn kill(mut self) {
        within("killing a peer", self.child.kill())
            .await
            .unwrap_or_else(|error| panic!("cannot kill {}: {error}", self.name));
    }

    /// What the peer printed, for the message of a failure.
    fn report(&self) -> String {
        let mut report = String::new();
        for line in &self.passed {
            let _ = write!(report, "\n  stdout: {line}");
        }
        for line in self
            .stderr
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .lines()
        {
            let _ = write!(report, "\n  stderr: {line}");
        }
        report
    }
}

async fn each_line(pipe: impl AsyncRead + Unpin, mut take: impl FnMut(String)) {
    let mut lines = BufReader::new(pipe).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        take(line);
    }
}
