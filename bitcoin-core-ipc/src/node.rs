//! A connection to a node.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use generated_examples::v32;
use ipc_runtime::{Exception, ExceptionKind, Ipc};
use tokio::time::Instant;

use crate::advice::{self, io_kind};
use crate::chain::Chain;
use crate::control::NodeControl;
use crate::detect::{First, assume, detect};
use crate::error::Error;
use crate::interfaces::{Init, Interfaces, Of, each};
use crate::mining::Mining;
use crate::network::{self, Network};
use crate::rpc::Rpc;
use crate::session::{Reconnect, Session};
use crate::wallet::WalletLoader;

/// A connection to a node, which lasts as long as this, its clones, and what was made with them.
#[derive(Clone, Debug)]
pub struct Node {
    init: Init,
    address: Arc<str>,
    ipc: Ipc,
    number: u64,
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

    /// Over a connection that is there.
    pub(crate) fn of(init: Init, address: String, ipc: Ipc) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);

        Self {
            init,
            address: address.into(),
            ipc,
            number: NUMBER.fetch_add(1, Ordering::Relaxed),
        }
    }

    /// Leaves a v30 node alone for so long, which has just come.
    pub(crate) async fn settle(&self, pause: Duration) {
        if self.interfaces() == Interfaces::V30 {
            tokio::time::sleep(pause).await;
        }
    }

    /// Which interfaces the node speaks.
    pub fn interfaces(&self) -> Interfaces {
        self.init.interfaces()
    }

    /// Where the node was found: `unix:` and the full path. Of one that was [spawned](crate::roles::spawn_node), the program.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Whether the connection is there, as far as is known: no call has found it lost yet. What was made with a lost one
    /// stays without use; see [`NodeBuilder::session`] for a new one.
    pub fn is_connected(&self) -> bool {
        each!(&self.init, init => self.ipc.is_connected(init))
    }

    /// Waits until the connection is lost. The future keeps none open.
    pub fn disconnected(&self) -> impl Future<Output = ()> + Send + use<> {
        let lost: BoxFuture<'static, ()> =
            each!(&self.init, init => Box::pin(self.ipc.disconnected(init)));
        lost
    }

    /// Lets go of the connection, and waits until the node has freed what was made with it, or for so long.
    ///
    /// Before the end of a program: its last drops are calls too, which end with the process otherwise. A multiprocess
    /// node whose wallets have a process of their own ends itself when a peer goes that has a wallet still. What was made
    /// with this connection and is not dropped yet, keeps it.
    pub async fn leave(self, limit: Duration) {
        let gone = self.disconnected();
        drop(self);
        // Whoever stalls is cut off by the end of the process.
        let _ = tokio::time::timeout(limit, gone).await;
    }

    pub(crate) fn init(&self) -> &Init {
        &self.init
    }

    /// Tells this connection from others of this process.
    pub(crate) fn number(&self) -> u64 {
        self.number
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
    /// A node of v30 that has not loaded its chain yet ends when it is asked for the tip or for a template: give it time.
    /// Later nodes answer this when they have loaded it.
    ///
    /// # Errors
    ///
    /// The process has no chain; the connection is lost.
    pub async fn mining(&self) -> Result<Mining, Error> {
        Mining::of(self).await
    }

    /// The chain, the mempool, fee estimates and settings, with notifications.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] except on multiprocess; the connection is lost.
    pub async fn chain(&self) -> Result<Chain, Error> {
        Chain::of(&self.init).await
    }

    /// The state of the node, its connections and its settings, with notifications.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] except on multiprocess; the connection is lost.
    pub async fn control(&self) -> Result<NodeControl, Error> {
        NodeControl::of(&self.init).await
    }

    /// What opens the wallets of the node.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] before multiprocess; the node has no wallets; the connection is lost.
    pub async fn wallet_loader(&self) -> Result<WalletLoader, Error> {
        WalletLoader::of(&self.init).await
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
    /// questions that tell its interfaces. It answers before it has loaded the chain. Until then a v30 has no tip, and v31
    /// and v32 let [`Node::mining`] wait. A v30 that has just come is left alone for five seconds, because it ends when it
    /// is asked for a chain that it has not begun to load.
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
    /// The address is none; nobody is there ([`Error::NotThere`]); this user may not connect ([`Error::NotAllowed`]); it
    /// is no node, or one that does not answer in time; there is no tokio runtime.
    pub async fn connect(self) -> Result<Node, Error> {
        match self.reach().await? {
            Reached::Node(node) => Ok(node),
            Reached::NotYet(error, _) => Err(error),
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
            Reached::NotYet(_, true) => Ok(None),
            Reached::NotYet(error, _) => Err(error),
        }
    }

    /// What goes on connecting to the node, also to another one that comes after it: see [`Session`].
    ///
    /// The first connection is made when it is first asked for, in the way of `policy` too; [`NodeBuilder::wait`] does not
    /// count there.
    ///
    /// # Errors
    ///
    /// The address is none; there is no tokio runtime.
    pub fn session(self, policy: Reconnect) -> Result<Session, Error> {
        Ok(Session::new(self.target()?, policy))
    }

    fn target(self) -> Result<Target, Error> {
        Ok(Target {
            address: network::resolve(&self.address, self.datadir, self.network)?,
            ipc: self.ipc.map_or_else(Ipc::new, Ok)?,
            interfaces: self.interfaces,
        })
    }

    /// The settings that it connects with, for those who want to know more of the connection.
    #[cfg(feature = "gateway")]
    pub(crate) fn settled_ipc(&self) -> Result<Ipc, Error> {
        Ok(self.ipc.clone().map_or_else(Ipc::new, Ok)?)
    }

    async fn reach(self) -> Result<Reached, Error> {
        let wait = self.wait;
        let target = self.target()?;
        let began = Instant::now();
        let mut came = false;
        loop {
            let last = match target.connect().await {
                Ok(node) => {
                    if came {
                        node.settle(V30_SETTLES).await;
                    }
                    return Ok(Reached::Node(node));
                }
                Err(Error::Ipc(last)) if may_come(&last) => last,
                Err(error) => return Err(error),
            };
            let left = wait.saturating_sub(began.elapsed());
            if left.is_zero() {
                let kind = io_kind(&last);
                let error = match kind.is_none() && wait.is_zero() {
                    true => last.into(),
                    false => target.not_there(wait, last),
                };
                return Ok(Reached::NotYet(error, kind.is_some_and(is_nobody)));
            }
            came = true;
            tokio::time::sleep(left.min(PAUSE)).await;
        }
    }
}

/// How long a v30 node is left alone that has just come: it ends when it is asked for a chain that it has not begun to load,
/// and nothing tells when it has.
pub(crate) const V30_SETTLES: Duration = Duration::from_secs(5);

/// How often to look whether a node is there.
const PAUSE: Duration = Duration::from_millis(100);

enum Reached {
    Node(Node),
    /// Why not, and whether it is because there is nobody at all.
    NotYet(Error, bool),
}

/// Who is connected to, and how.
#[derive(Debug)]
pub(crate) struct Target {
    address: String,
    ipc: Ipc,
    interfaces: Option<Interfaces>,
}

impl Target {
    /// Connects once.
    pub(crate) async fn connect(&self) -> Result<Node, Error> {
        let connecting = self
            .ipc
            .connect_address::<v32::init::InitProxy>(&self.address);
        let first: First = connecting.await.map_err(|why| self.refused(why))?;
        let init = match self.interfaces {
            Some(interfaces) => assume(first, interfaces),
            None => detect(first).await?,
        };
        Ok(Node::of(init, self.address.clone(), self.ipc.clone()))
    }
}

impl Target {
    /// The error of somebody who is not there.
    pub(crate) fn not_there(&self, waited: Duration, last: Exception) -> Error {
        Error::NotThere {
            waited,
            advice: advice::nobody(&self.address, &last),
            last,
        }
    }

    fn refused(&self, why: Exception) -> Error {
        match io_kind(&why) {
            Some(ErrorKind::PermissionDenied) => Error::NotAllowed {
                advice: advice::not_allowed(&self.address),
                why,
            },
            _ => why.into(),
        }
    }
}

/// Whether it may be that a node is just starting, or was just ended to be started anew.
pub(crate) fn may_come(exception: &Exception) -> bool {
    match io_kind(exception) {
        Some(kind) => is_nobody(kind) || kind == ErrorKind::WouldBlock,
        None => exception.kind() == ExceptionKind::Disconnected,
    }
}

/// Whether there is no socket, or one whose node has gone.
fn is_nobody(kind: ErrorKind) -> bool {
    use ErrorKind::{ConnectionRefused, NotADirectory, NotFound};

    matches!(kind, ConnectionRefused | NotADirectory | NotFound)
}
