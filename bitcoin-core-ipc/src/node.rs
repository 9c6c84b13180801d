//! A connection to a node.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Duration;

use generated_examples::v32;
use ipc_runtime::{Exception, ExceptionKind, Ipc};
use tokio::time::Instant;

use crate::detect::{First, assume, detect};
use crate::error::Error;
use crate::interfaces::{Init, Interfaces, Of, each};
use crate::mining::Mining;
use crate::network::{self, Network};
use crate::rpc::Rpc;

/// A connection to a node, which lasts as long as this, its clones, and what was made with them.
#[derive(Clone, Debug)]
pub struct Node {
    init: Init,
    address: String,
}

/// Says how to reach a node.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until it connects"]
pub struct NodeBuilder {
    address: String,
    datadir: Option<PathBuf>,
    network: Network,
    wait: Duration,
    interfaces: Option<Interfaces>,
    ipc: Option<Ipc>,
}

impl Node {
    /// Connects to the node at an address: `unix:PATH`, or `unix` for the socket in the default data directory. See
    /// [`NodeBuilder::address`]; it has the other ways to find a node.
    ///
    /// # Errors
    ///
    /// As [`NodeBuilder::connect`].
    pub async fn connect(address: &str) -> Result<Self, Error> {
        Self::builder().address(address).connect().await
    }

    /// The ways to find a node.
    pub fn builder() -> NodeBuilder {
        NodeBuilder {
            address: "unix".to_owned(),
            datadir: None,
            network: Network::default(),
            wait: Duration::ZERO,
            interfaces: None,
            ipc: None,
        }
    }

    /// Which interfaces the node speaks.
    pub fn interfaces(&self) -> Interfaces {
        self.init.interfaces()
    }

    /// Where the node was found: `unix:` and the full path.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Has the node say a text, to try out the connection.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn echo(&self, text: &str) -> Result<String, Error> {
        Ok(each!(&self.init, init => init.make_echo().await?.echo(text).await?))
    }

    /// Block templates and the tip of the chain.
    ///
    /// # Errors
    ///
    /// The process has no chain; the connection is lost.
    pub async fn mining(&self) -> Result<Mining, Error> {
        Mining::of(&self.init).await
    }

    /// JSON-RPC methods over this connection.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] on v30 and v31; the connection is lost.
    pub async fn rpc(&self) -> Result<Rpc, Error> {
        match &self.init {
            Of::V32(init) => Ok(Rpc::v32(init.make_rpc().await?)),
            Of::Multiprocess(init) => Ok(Rpc::multiprocess(init.make_node().await?)),
            Of::V30(_) | Of::V31(_) => Err(Error::Missing {
                what: "executeRpc",
                speaks: self.interfaces(),
                has: &[Interfaces::V32, Interfaces::Multiprocess],
            }),
        }
    }
}

impl NodeBuilder {
    /// Where the socket is, in the forms that Bitcoin Core's `-ipcconnect` takes. Default: `unix`.
    ///
    /// - `unix` (or `auto`): `node.sock` in the folder of the network.
    /// - `unix:PATH`: starting from that folder, unless it is a full path.
    pub fn address(mut self, address: impl Into<String>) -> Self {
        self.address = address.into();
        self
    }

    /// The data directory. Default: [`default_datadir`](crate::default_datadir).
    pub fn datadir(mut self, datadir: impl Into<PathBuf>) -> Self {
        self.datadir = Some(datadir.into());
        self
    }

    /// The network, each of which has a folder in the data directory. Default: [`Network::Mainnet`].
    pub fn network(mut self, network: impl Into<Network>) -> Self {
        self.network = network.into();
        self
    }

    /// How long to wait for a node that is not there yet, because it is still starting. Default: not at all.
    ///
    /// A node that is there has the handshake timeout of the [`Ipc`] to begin, and then ten seconds for each of up to three
    /// questions that tell its interfaces. It answers before it has loaded the chain: until then it has no tip.
    pub fn wait(mut self, limit: Duration) -> Self {
        self.wait = limit;
        self
    }

    /// What the node speaks, for those who know. Default: it is found out.
    ///
    /// The sets use the same ordinals for different methods: with a wrong one, the node runs other methods than were
    /// called.
    pub fn interfaces(mut self, interfaces: Interfaces) -> Self {
        self.interfaces = Some(interfaces);
        self
    }

    /// Connects with the settings of this [`Ipc`]. Default: [`Ipc::new`].
    pub fn ipc(mut self, ipc: Ipc) -> Self {
        self.ipc = Some(ipc);
        self
    }

    /// The address with the full path of the socket that it would connect to.
    ///
    /// # Errors
    ///
    /// The address is none, or the data directory cannot be found.
    pub fn socket(&self) -> Result<String, Error> {
        network::resolve(&self.address, self.datadir.clone(), self.network)
    }

    /// Connects, and finds out which interfaces the node speaks, by methods of its first object that mean the same
    /// in all of them.
    ///
    /// Dropping the future gives the connection up.
    ///
    /// # Errors
    ///
    /// The address is none; nobody is there ([`Error::NotThere`], if that was waited for); it is no node, or one that
    /// does not answer in time; there is no tokio runtime.
    pub async fn connect(self) -> Result<Node, Error> {
        match self.reach().await? {
            Reached::Node(node) => Ok(node),
            Reached::NotYet(waited, last) => Err(not_there(waited, last)),
        }
    }

    /// As [`NodeBuilder::connect`]; none if nobody listens there, as for `-ipcconnect=auto`.
    ///
    /// # Errors
    ///
    /// As [`NodeBuilder::connect`], but for nobody listening.
    pub async fn connect_if_any(self) -> Result<Option<Node>, Error> {
        match self.reach().await? {
            Reached::Node(node) => Ok(Some(node)),
            Reached::NotYet(_, last) if io_kind(&last).is_some_and(is_nobody) => Ok(None),
            Reached::NotYet(waited, last) => Err(not_there(waited, last)),
        }
    }

    async fn reach(self) -> Result<Reached, Error> {
        let address = self.socket()?;
        let ipc = match self.ipc {
            Some(ipc) => ipc,
            None => Ipc::new()?,
        };
        let began = Instant::now();
        loop {
            let last = match open(&ipc, &address, self.interfaces).await {
                Ok(init) => return Ok(Reached::Node(Node { init, address })),
                Err(Error::Ipc(last)) if may_come(&last) => last,
                Err(error) => return Err(error),
            };
            let left = self.wait.saturating_sub(began.elapsed());
            if left.is_zero() {
                return Ok(Reached::NotYet(self.wait, last));
            }
            tokio::time::sleep(left.min(PAUSE)).await;
        }
    }
}

/// How often to look whether a node is there.
const PAUSE: Duration = Duration::from_millis(100);

enum Reached {
    Node(Node),
    /// How long was waited, and why the last attempt failed.
    NotYet(Duration, Exception),
}

async fn open(ipc: &Ipc, address: &str, interfaces: Option<Interfaces>) -> Result<Init, Error> {
    let first: First = ipc.connect_address::<v32::init::InitProxy>(address).await?;
    match interfaces {
        Some(interfaces) => Ok(assume(first, interfaces)),
        None => detect(first).await,
    }
}

/// Whether it may be that a node is just starting, or was just ended to be started anew.
fn may_come(exception: &Exception) -> bool {
    match io_kind(exception) {
        Some(kind) => is_nobody(kind) || kind == ErrorKind::WouldBlock,
        None => exception.kind() == ExceptionKind::Disconnected,
    }
}

/// What the system said, if it is the system that refused.
fn io_kind(exception: &Exception) -> Option<ErrorKind> {
    let source = std::error::Error::source(exception)?;
    source.downcast_ref().map(std::io::Error::kind)
}

/// Whether there is no socket, or one whose node has gone.
fn is_nobody(kind: ErrorKind) -> bool {
    use ErrorKind::{ConnectionRefused, NotADirectory, NotFound};

    matches!(kind, ConnectionRefused | NotADirectory | NotFound)
}

fn not_there(waited: Duration, last: Exception) -> Error {
    match waited.is_zero() {
        true => last.into(),
        false => Error::NotThere { waited, last },
    }
}
