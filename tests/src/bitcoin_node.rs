//! A real `bitcoin-node`, on regtest with a chain of its own in a temporary folder.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;

use crate::peers::{Peer, within};

/// A node that listens on `node.sock`, and for JSON-RPC over HTTP on this machine.
#[derive(Debug)]
pub struct BitcoinNode {
    /// The process.
    pub peer: Peer,
    folder: TempDir,
    port: u16,
}

impl BitcoinNode {
    /// Starts a program with these settings besides those that make it a node for tests, without waiting until it is
    /// ready.
    ///
    /// # Panics
    ///
    /// The system refuses.
    pub async fn begin(program: impl Into<PathBuf>, settings: &[&str]) -> Self {
        Self::run(Command::new(program.into()), settings).await
    }

    /// As [`BitcoinNode::begin`], for a command that has been begun.
    ///
    /// # Panics
    ///
    /// The system refuses.
    pub async fn run(command: Command, settings: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self::run_in(folder, command, settings).await
    }

    /// Kills it, and starts a program with these settings on what it leaves behind.
    ///
    /// # Panics
    ///
    /// The system refuses.
    pub async fn revive(self, program: impl Into<PathBuf>, settings: &[&str]) -> Self {
        self.peer.kill().await;
        Self::run_in(self.folder, Command::new(program.into()), settings).await
    }

    async fn run_in(folder: TempDir, mut command: Command, settings: &[&str]) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").await;
        let free = free.and_then(|listener| listener.local_addr());
        let port = free.expect("a free port").port();
        let mut datadir = OsString::from("-datadir=");
        datadir.push(folder.path());
        command.arg(datadir).args([
            "-regtest",
            "-ipcbind=unix",
            "-listen=0",
            "-server=1",
            "-rpcuser=u",
            "-rpcpassword=p",
            &format!("-rpcport={port}"),
            "-daemon=0",
            "-printtoconsole=1",
        ]);
        command.args(settings);
        Self {
            peer: Peer::run("bitcoin-node", command),
            folder,
            port,
        }
    }

    /// Waits until it has loaded its chain.
    ///
    /// # Panics
    ///
    /// It ends before.
    pub async fn loaded(mut self) -> Self {
        self.peer.line(&["init message: Done loading"]).await;
        self
    }

    /// Its data directory.
    pub fn datadir(&self) -> &Path {
        self.folder.path()
    }

    /// The address of its socket.
    pub fn address(&self) -> String {
        let socket = self.folder.path().join("regtest/node.sock");
        format!("unix:{}", socket.display())
    }

    /// Sends a JSON-RPC request over HTTP, and returns the whole answer.
    ///
    /// # Panics
    ///
    /// There is none.
    pub async fn post(&self, request: &str) -> String {
        within("an answer over HTTP", self.exchange(request))
            .await
            .expect("an answer over HTTP")
    }

    async fn exchange(&self, request: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        // The name and password from above, in base 64.
        let head = format!(
            "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic dTpw\r\nConnection: close\r\n\
             Content-Length: {}\r\n\r\n{request}",
            request.len()
        );
        stream.write_all(head.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }

    /// Puts so many blocks on its chain, whose rewards anyone can spend.
    ///
    /// # Panics
    ///
    /// It does not.
    pub async fn mine(&self, blocks: u32) {
        let request =
            format!(r#"{{"method": "generatetodescriptor", "params": [{blocks}, "raw(51)"]}}"#);
        let answer = self.post(&request).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    /// Asks it to stop, and waits until it has ended in good order. Whoever is still connected is cut off.
    ///
    /// # Panics
    ///
    /// It ends in another way.
    pub async fn stop(self) {
        self.post(r#"{"method": "stop", "params": []}"#).await;
        let (status, _, report) = self.peer.finish().await;
        assert!(status.success(), "bitcoin-node ended with {status}{report}");
    }

    /// Tells it to stop as a system does that shuts down, and waits until it has ended in good order. Whoever is still
    /// connected is cut off.
    ///
    /// # Panics
    ///
    /// It ends in another way.
    pub async fn terminate(self) {
        let id = self.peer.id().try_into().expect("a process id");
        let id = rustix::process::Pid::from_raw(id).expect("a process id");
        rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("a signal");
        let (status, _, report) = self.peer.finish().await;
        assert!(status.success(), "bitcoin-node ended with {status}{report}");
    }

    /// Kills it.
    pub async fn kill(self) {
        self.peer.kill().await;
    }
}
