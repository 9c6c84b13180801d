//! A folder of schemas, and what the command does in it.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

pub(crate) const ECHO: &str = r#"@0xd0e1a2b3c4d5e601;
interface Echo @0xd0e1a2b3c4d5e602 {
  echo @0 (text :Text) -> (result :Text);
}
"#;

/// A folder of schemas to run the command in.
pub(crate) struct Project {
    pub(crate) folder: tempfile::TempDir,
}

/// What a run of the command left behind.
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    /// The standard output, where it is no text.
    pub(crate) bytes: Vec<u8>,
    pub(crate) stderr: String,
}

impl Project {
    pub(crate) fn new() -> Self {
        let project = Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        project.write("schema/echo.capnp", ECHO);
        project
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
        std::fs::write(path, text).expect("the file can be written");
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_with(None, arguments)
    }

    pub(crate) fn run_with(&self, capnp: Option<&str>, arguments: &[&str]) -> Outcome {
        self.run_on(Stdio::null(), capnp, arguments)
    }

    pub(crate) fn run_on(&self, stdin: Stdio, capnp: Option<&str>, arguments: &[&str]) -> Outcome {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ipc-gen"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(stdin);
        command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .env_remove("CAPNP");
        if let Some(capnp) = capnp {
            command.env("CAPNP", capnp);
        }
        let mut child = command.spawn().expect("the command starts");
        let stdout = read(child.stdout.take().expect("standard output"));
        let stderr = read(child.stderr.take().expect("standard error"));
        let deadline = Instant::now() + Duration::from_secs(60);
        let status = loop {
            if let Some(status) = child.try_wait().expect("the command can be waited for") {
                break status;
            }
            if Instant::now() > deadline {
                child.kill().expect("the command can be stopped");
                panic!("the command does not end: {arguments:?}");
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        let bytes = |reader: std::thread::JoinHandle<Vec<u8>>| reader.join().expect("the output");
        let stdout = bytes(stdout);
        Outcome {
            code: status.code(),
            stdout: String::from_utf8_lossy(&stdout).into_owned(),
            stderr: String::from_utf8(bytes(stderr)).expect("the messages are text"),
            bytes: stdout,
        }
    }

    /// Runs the command, which must fail, and returns what it says.
    pub(crate) fn error_of(&self, arguments: &[&str]) -> String {
        let outcome = self.run(arguments);
        assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
        outcome.stderr
    }

    /// Runs the command, which must fail without writing anything.
    pub(crate) fn fail(&self, capnp: Option<&str>, arguments: &[&str]) -> String {
        let outcome = self.run_with(capnp, arguments);
        assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
        assert!(!self.path("out").exists(), "something was written");
        outcome.stderr
    }
}

fn read(mut stream: impl Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stream
            .read_to_end(&mut bytes)
            .expect("the output can be read");
        bytes
    })
}
