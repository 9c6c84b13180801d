//! Nodes that are started with arguments.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ipc_runtime::Ipc;
use tokio::process::Command;

use super::node_log::{Log, follow};
use super::running::Running;
use crate::error::Error;
use crate::network::{Network, default_datadir};
use crate::node::Node;

/// A node that this program has started, of any version from v30.
///
/// Dropping it asks the node to end, which it does in good order, but without waiting for that; [`NodeProcess::stop`] waits.
/// A node whose parent is killed goes on. Ctrl-C in a terminal reaches both, and ends the node.
#[derive(Debug)]
#[must_use = "dropping it ends the node"]
pub struct NodeProcess {
    node: Node,
    running: Running,
    program: PathBuf,
    socket: Socket,
    patience: Duration,
}

/// Says how to start a node.
#[must_use = "a builder does nothing until it starts"]
pub struct NodeProcessBuilder {
    program: PathBuf,
    datadir: Option<PathBuf>,
    network: Network,
    arguments: Vec<OsString>,
    log: Log,
    wait: Duration,
    patience: Duration,
    ipc: Option<Ipc>,
}

impl fmt::Debug for NodeProcessBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NodeProcessBuilder")
            .field("program", &self.program)
            .field("datadir", &self.datadir)
            .field("network", &self.network)
            .field("arguments", &self.arguments)
            .finish_non_exhaustive()
    }
}

impl NodeProcess {
    /// The ways to start a program: a path, or a name that is looked up in `PATH`. It is a `bitcoin-node`, as `bitcoind` has
    /// no socket.
    pub fn builder(program: impl Into<PathBuf>) -> NodeProcessBuilder {
        NodeProcessBuilder {
            program: program.into(),
            datadir: None,
            network: Network::default(),
            arguments: Vec::new(),
            log: Box::new(|_| ()),
            wait: Duration::from_secs(60),
            patience: Duration::from_secs(600),
            ipc: None,
        }
    }

    /// The connection to the node.
    pub fn node(&self) -> &Node {
        &self.node
    }

    /// The node's process id; none if it has ended and [`NodeProcess::ended`] has said so.
    pub fn id(&self) -> Option<u32> {
        self.running.id()
    }

    /// Waits until the node ends by itself. Nothing is lost if the future is dropped.
    ///
    /// # Errors
    ///
    /// The system does not know the process any more.
    pub async fn ended(&mut self) -> Result<ExitStatus, Error> {
        let ended = self.running.ended().await;
        ended.map_err(|error| failed(&self.program, error))
    }

    /// Asks the node to end, and waits until it has written what it has to keep. It is killed when that takes longer than
    /// the builder's patience.
    ///
    /// If the future is dropped, the node ends nevertheless, but is not killed.
    ///
    /// # Errors
    ///
    /// The system refuses.
    pub async fn stop(mut self) -> Result<ExitStatus, Error> {
        let ended = self.running.end(self.patience).await;
        drop(self.socket);
        ended.map_err(|error| failed(&self.program, error))
    }
}

impl NodeProcessBuilder {
    /// The data directory, which has to be there. Default: [`default_datadir`](crate::default_datadir).
    pub fn datadir(mut self, datadir: impl Into<PathBuf>) -> Self {
        self.datadir = Some(datadir.into());
        self
    }

    /// The network. Default: [`Network::Mainnet`].
    pub fn network(mut self, network: impl Into<Network>) -> Self {
        self.network = network.into();
        self
    }

    /// Another argument of the node, such as `-listen=0`.
    pub fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Other arguments of the node.
    pub fn args<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Is told each line of the node's log, for as long as the current tokio runtime lasts. Default: the log is only in its
    /// file in the data directory. What the node says when it cannot start goes to this program's stderr in any case.
    pub fn log(mut self, line: impl FnMut(&str) + Send + 'static) -> Self {
        self.log = Box::new(line);
        self
    }

    /// How long the node may take to start and to load its chain. Default: a minute. One that has much to check first takes
    /// longer.
    pub fn wait(mut self, limit: Duration) -> Self {
        self.wait = limit;
        self
    }

    /// How long the node may take to end before [`NodeProcess::stop`] kills it, which can damage its files. Default: ten
    /// minutes.
    pub fn patience(mut self, limit: Duration) -> Self {
        self.patience = limit;
        self
    }

    /// Connects with the settings of this [`Ipc`]. Default: [`Ipc::new`].
    pub fn ipc(mut self, ipc: Ipc) -> Self {
        self.ipc = Some(ipc);
        self
    }

    /// Starts the node, waits until it has loaded its chain, and connects to it, on a socket of its own in its data directory.
    ///
    /// A node of v30 ends when it is asked for its chain earlier. That it has loaded it is seen in its log.
    ///
    /// Dropping the future ends the node.
    ///
    /// # Errors
    ///
    /// The program cannot be started; it ends, as one does that refuses its arguments or whose data directory is in use; it
    /// does not load its chain in time, and is asked to end; there is no tokio runtime.
    pub async fn start(self) -> Result<NodeProcess, Error> {
        let datadir = match self.datadir {
            Some(datadir) => datadir,
            None => default_datadir()?,
        };
        let datadir = std::path::absolute(&datadir).map_err(|error| failed(&datadir, error))?;
        let socket = Socket::new(&datadir, self.network);
        let ipc = match self.ipc {
            Some(ipc) => ipc,
            None => Ipc::new()?,
        };
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            // Behind the others, so that these count.
            .arg(format!("-chain={}", chain(self.network)))
            .arg(with_value("-datadir=", &datadir))
            .arg(with_value("-ipcbind=unix:", &socket.0))
            .args(["-daemon=0", "-printtoconsole=1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let mut child = (command.spawn()).map_err(|error| failed(&self.program, error))?;
        let loaded = child.stdout.take().map(|stdout| follow(stdout, self.log));
        let mut running = Running::new(child);

        let address = with_value("unix:", &socket.0);
        let node = Node::builder().address(address.to_string_lossy()).ipc(ipc);
        let connected = async {
            if let Some(loaded) = loaded
                && loaded.await.is_ok()
            {
                return node.connect().await;
            }
            // It has closed its output, and is about to end.
            std::future::pending().await
        };
        let node = tokio::select! {
            connected = tokio::time::timeout(self.wait, connected) => {
                connected.unwrap_or_else(|_| {
                    let reason = format!("it has not loaded its chain within {:?}, and is ended", self.wait);
                    Err(failed(&self.program, reason))
                })?
            }
            ended = running.ended() => {
                let reason = match ended {
                    Ok(status) => format!("it has ended ({status}); see what it has printed"),
                    Err(error) => error.to_string(),
                };
                return Err(failed(&self.program, reason));
            }
        };
        Ok(NodeProcess {
            node,
            running,
            program: self.program,
            socket,
            patience: self.patience,
        })
    }
}

/// The path of a socket that no other node has, and which is removed in the end.
#[derive(Debug)]
struct Socket(PathBuf);

impl Socket {
    fn new(datadir: &Path, network: Network) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);

        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("node-{}-{count}.sock", std::process::id());
        Self(datadir.join(network.folder()).join(name))
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // One that was never made is not there.
        _ = std::fs::remove_file(&self.0);
    }
}

/// The name that `-chain` has for a network.
fn chain(network: Network) -> &'static str {
    match network {
        Network::Mainnet => "main",
        Network::Testnet3 => "test",
        Network::Testnet4 => "testnet4",
        Network::Signet => "signet",
        Network::Regtest => "regtest",
    }
}

fn with_value(option: &str, path: &Path) -> OsString {
    let mut argument = OsString::from(option);
    argument.push(path);
    argument
}

fn failed(program: &Path, reason: impl ToString) -> Error {
    Error::Process {
        program: program.display().to_string(),
        reason: reason.to_string(),
    }
}
