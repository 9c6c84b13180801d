//! The scripted node, as tests hold it.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ipc_runtime::{Exception, Ipc};
use tempfile::TempDir;
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;

use super::calls::{Cut, Fault};
use super::chain::{Chain, State};
use super::events::Event;
use super::multiprocess::{self, FakeWallet};
use super::personalities;
use super::tap::{Received, relay};
use crate::chain::RemovalReason;
use crate::encoded::Amount;
use crate::fee_rate::FeeRate;
use crate::interfaces::Interfaces;
use crate::options::BlockRef;

/// A node of a version of one's choice, on a regtest chain of its own that moves when it is told to.
///
/// It serves exactly the methods of its version, on a unix socket, to any number of peers, and behaves towards them as
/// Bitcoin Core's does: calls run on the threads that they name, and a wait that nobody waits for any more goes on until
/// its interrupt. It has no network and no scripts: transactions are what [`FakeNode::add_transaction`] makes,
/// and of blocks it checks the header, the Merkle root, and the coinbase transaction.
///
/// Dropping it is the end of a node that is killed: the socket's file stays if it was made with [`FakeNode::start_at`].
#[derive(Debug)]
pub struct FakeNode {
    interfaces: Interfaces,
    path: PathBuf,
    chain: Arc<Chain>,
    accepting: JoinHandle<()>,
    _folder: Option<TempDir>,
}

impl FakeNode {
    /// Starts a node in a temporary folder, in the current tokio runtime. Its chain is the first block of regtest.
    ///
    /// # Errors
    ///
    /// There is no tokio runtime; the system refuses.
    pub fn start(interfaces: Interfaces) -> Result<Self, Exception> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("node.sock");
        let mut node = Self::start_at(interfaces, &path)?;
        node._folder = Some(folder);
        Ok(node)
    }

    /// As [`FakeNode::start`], with the socket at `path`, in a folder that is there.
    ///
    /// # Errors
    ///
    /// There is no tokio runtime; there is a file at `path`; the system refuses.
    pub fn start_at(interfaces: Interfaces, path: impl AsRef<Path>) -> Result<Self, Exception> {
        let ipc = Ipc::builder().exe_name("bitcoin-node").build()?;
        let path = std::path::absolute(path)?;
        let listener = UnixListener::bind(&path)?;
        let chain = Chain::new();
        let accepting = accept(ipc, listener, Arc::clone(&chain), interfaces);
        Ok(Self {
            interfaces,
            path,
            accepting: tokio::spawn(accepting),
            chain,
            _folder: None,
        })
    }

    /// What it speaks.
    pub fn interfaces(&self) -> Interfaces {
        self.interfaces
    }

    /// The address that it can be reached at.
    pub fn address(&self) -> String {
        format!("unix:{}", self.path.display())
    }

    /// The tip of its chain.
    pub fn tip(&self) -> BlockRef {
        self.chain.tip()
    }

    /// Puts a block with all transactions of the mempool on the tip, and returns the new tip.
    pub fn mine(&self) -> BlockRef {
        self.chain.mine()
    }

    /// Puts a transaction into the mempool that pays this fee.
    pub fn add_transaction(&self, fee: Amount) -> bitcoin::Transaction {
        self.chain.add_transaction(fee)
    }

    /// Takes the last block off the chain, and returns the tip below it; none if it is the first. Its transactions come back
    /// into the mempool. The block that is mined next is another one.
    pub fn disconnect_tip(&self) -> Option<BlockRef> {
        self.chain.disconnect_tip()
    }

    /// Takes a transaction out of the mempool for a reason, and says whether it was there.
    pub fn remove_transaction(
        &self,
        txid: impl Into<bitcoin::Txid>,
        reason: RemovalReason,
    ) -> bool {
        let txid = txid.into();
        self.chain.change(|state| state.remove(txid, reason.into()))
    }

    /// Tells those who listen that the chain is on disk.
    pub fn flush(&self) {
        self.chain.change(State::flush);
    }

    /// Opens a new wallet with no money, in the place of one of this name. Only the multiprocess branch has wallets.
    pub fn add_wallet(&self, name: &str) -> FakeWallet {
        FakeWallet::open(&self.chain, name)
    }

    /// The fee rate that the node estimates for so many blocks and more. At first it knows none.
    pub fn set_fee_estimate(&self, blocks: u32, rate: FeeRate) {
        self.chain
            .change(|state| state.multiprocess.set_estimate(blocks, rate));
    }

    /// Whether fee rates are sent with the size that they are for, in 12 bytes: later code does so, where the multiprocess
    /// branch has 8. At first they are not.
    pub fn set_sized_fee_rates(&self, sized: bool) {
        self.chain
            .change(|state| state.multiprocess.sized_fee_rates = sized);
    }

    /// Adds a connection to another node, which is only told of, and gives its number.
    pub fn connect_peer(&self, address: SocketAddr, inbound: bool) -> i64 {
        self.chain
            .change(|state| state.connect_peer(address, inbound))
    }

    /// What the user is warned of. At first nothing: empty.
    pub fn set_warnings(&self, warnings: &str) {
        self.chain.change(|state| {
            warnings.clone_into(&mut state.multiprocess.warnings);
            state.listeners.tell(&Event::Warnings);
        });
    }

    /// Tells those who listen what start-up is doing.
    pub fn show_init_message(&self, message: &str) {
        self.tell(Event::InitMessage(message.to_owned()));
    }

    /// Tells those who listen how much of something is done, in percent, and whether it goes on after a restart.
    pub fn show_progress(&self, title: &str, percent: i32, resume_possible: bool) {
        self.tell(Event::Progress(title.to_owned(), percent, resume_possible));
    }

    /// Has a message shown to the user, and says whether anybody did.
    pub async fn show_message(&self, message: &str) -> bool {
        multiprocess::show(&self.chain, message).await
    }

    /// Asks the user a question, and says whether anybody agreed.
    pub async fn ask(&self, message: &str) -> bool {
        multiprocess::ask(&self.chain, message).await
    }

    fn tell(&self, event: Event) {
        self.chain.change(|state| state.listeners.tell(&event));
    }

    /// Whether the node says that it is catching up with the chain. At first it is not. Meanwhile v31 and v32 make no
    /// template, unless they are asked to without a cooldown.
    pub fn set_initial_block_download(&self, catching_up: bool) {
        self.chain.change(|state| state.catching_up = catching_up);
    }

    /// Whether the node has not loaded the chain yet: then it has no tip, and v31 and v32 make no `Mining` before. At first
    /// it has loaded it.
    pub fn set_loading(&self, loading: bool) {
        self.chain.change(|state| state.loading = loading);
    }

    /// What happens to the next call of a method, such as `Mining.getTip`, instead of an answer. Faults of the same
    /// method are for its calls one after the other.
    pub fn fault(&self, method: &str, fault: Fault) {
        self.chain.change(|state| state.faults.add(method, fault));
    }

    /// Lets all calls go on that are [held](Fault::Hold) now.
    pub fn release(&self) {
        self.chain.change(|state| state.released += 1);
    }

    /// Takes a method away, of which peers are told then that it is not implemented. Bitcoin Core 30.0 is a
    /// [`Interfaces::V30`] without `BlockTemplate.interruptWait`.
    pub fn remove_method(&self, method: Received) {
        self.chain.change(|state| state.removed.insert(method));
    }

    /// Every call that arrived so far, in their order, also those of methods that the version does not have.
    pub fn received(&self) -> Vec<Received> {
        self.chain.received()
    }

    /// Waits until so many waits run in the node: `waitTipChanged`, `waitNext`, a `createNewBlock` that cools down, and calls
    /// that [stall](Fault::Stall) or are [held](Fault::Hold).
    pub async fn until_waiting(&self, count: usize) {
        self.chain.until(|state| state.waiting == count).await;
    }

    /// Waits until a call of a method has arrived, by the numbers on the wire.
    pub async fn until_received(&self, interface: u64, ordinal: u16) {
        let call = Received { interface, ordinal };
        self.chain
            .until(|state| state.received().contains(&call))
            .await;
    }

    /// Waits until so many peers are subscribed to what happens.
    pub async fn until_subscribed(&self, count: usize) {
        self.chain
            .until(|state| state.listeners.count() == count)
            .await;
    }

    /// Ends all waits, as a node does that shuts down, and makes no templates any more. It goes on with everything else.
    pub fn stop_waits(&self) {
        self.chain.change(|state| state.stopping = true);
    }

    /// Cuts the connections that there are. New ones are accepted.
    pub fn disconnect(&self) {
        self.chain.cut(Cut::End);
    }
}

impl Drop for FakeNode {
    fn drop(&mut self) {
        self.accepting.abort();
        self.chain.cut(Cut::End);
    }
}

async fn accept(ipc: Ipc, listener: UnixListener, chain: Arc<Chain>, interfaces: Interfaces) {
    while let Ok((client, _address)) = listener.accept().await {
        if let Err(error) = serve(&ipc, client, &chain, interfaces) {
            tracing::warn!(%error, "the fake node does not serve a peer");
        }
    }
}

fn serve(
    ipc: &Ipc,
    client: UnixStream,
    chain: &Arc<Chain>,
    interfaces: Interfaces,
) -> io::Result<()> {
    let (outer, inner) = std::os::unix::net::UnixStream::pair()?;
    outer.set_nonblocking(true)?;
    let outer = UnixStream::from_std(outer)?;
    let (protocol, served) = (ipc.clone(), Arc::clone(chain));
    tokio::spawn(async move {
        personalities::serve(protocol.protocol(), inner, served, interfaces).await
    });
    tokio::spawn(relay(client, outer, Arc::clone(chain)));
    Ok(())
}
