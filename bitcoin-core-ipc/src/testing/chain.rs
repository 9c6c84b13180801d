//! The chain and the mempool of a fake node, and what happens to calls.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bitcoin::{Block, BlockHash};
use ipc_runtime::Exception;
use tokio::sync::watch;

use super::blocks::{Draft, Fee, genesis, transaction};
use super::rules::{self, Refusal};
use super::tap::Received;
use crate::encoded::Amount;
use crate::options::BlockRef;

/// What happens to a call instead of an answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// It fails with this text.
    Fail(String),
    /// It is never answered. Until it is given up it counts as a wait.
    Stall,
    /// All connections are cut.
    Disconnect,
}

#[derive(Debug)]
pub(super) struct Chain {
    state: Mutex<State>,
    changed: watch::Sender<()>,
    cuts: watch::Sender<()>,
}

#[derive(Debug)]
pub(super) struct State {
    /// From the first to the tip.
    blocks: Vec<Block>,
    /// What was submitted and is not on the chain: valid once, but stale, or invalid.
    others: HashMap<BlockHash, Stale>,
    mempool: Vec<(bitcoin::Transaction, Fee)>,
    pub(super) catching_up: bool,
    pub(super) loading: bool,
    pub(super) stopping: bool,
    pub(super) waiting: usize,
    /// Of `Mining`: it stays until a wait has seen it.
    pub(super) interrupted: bool,
    faults: HashMap<String, VecDeque<Fault>>,
    received: Vec<Received>,
    pub(super) removed: HashSet<Received>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stale {
    Valid,
    Invalid,
}

impl Chain {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                blocks: vec![genesis()],
                others: HashMap::new(),
                mempool: Vec::new(),
                catching_up: false,
                loading: false,
                stopping: false,
                waiting: 0,
                interrupted: false,
                faults: HashMap::new(),
                received: Vec::new(),
                removed: HashSet::new(),
            }),
            changed: watch::Sender::new(()),
            cuts: watch::Sender::new(()),
        })
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let changed = change(&mut self.state());
        self.changed.send_replace(());
        changed
    }

    /// Waits until the state is as asked for.
    pub(super) async fn until(&self, reached: impl Fn(&State) -> bool) {
        let reach = |state: &mut State| reached(state).then_some(());
        self.reach(reach, None).await;
    }

    /// Waits until the state gives something; none when the time is over before.
    pub(super) async fn reach<T>(
        &self,
        look: impl Fn(&mut State) -> Option<T>,
        timeout: Option<Duration>,
    ) -> Option<T> {
        let mut changes = self.changed.subscribe();
        let reached = async {
            loop {
                if let Some(found) = look(&mut self.state()) {
                    return Some(found);
                }
                // The sender lives as long as this.
                changes.changed().await.ok()?;
            }
        };
        match timeout {
            Some(limit) => tokio::time::timeout(limit, reached).await.ok().flatten(),
            None => reached.await,
        }
    }

    /// As [`Chain::reach`], for a wait that tests are told of.
    pub(super) async fn wait<T>(
        self: &Arc<Self>,
        look: impl Fn(&mut State) -> Option<T>,
        timeout: Option<Duration>,
    ) -> Option<T> {
        let _waiting = Waiting::new(self);
        self.reach(look, timeout).await
    }

    pub(super) fn tip(&self) -> BlockRef {
        self.state().tip()
    }

    pub(super) fn mine(&self) -> BlockRef {
        self.change(|state| {
            let block = state.draft(true).solved();
            state.connect(block);
            state.tip()
        })
    }

    pub(super) fn add_transaction(&self, fee: Amount) -> bitcoin::Transaction {
        self.change(|state| {
            let number = state.blocks.len() * 1000 + state.mempool.len();
            let transaction = transaction(number);
            state.mempool.push((transaction.clone(), fee.0));
            transaction
        })
    }

    pub(super) fn add_fault(&self, method: &str, fault: Fault) {
        self.change(|state| {
            let faults = state.faults.entry(method.to_owned()).or_default();
            faults.push_back(fault);
        });
    }

    /// The beginning of every method: a fault, if there is one for it.
    pub(super) async fn enter(self: &Arc<Self>, method: &str) -> Result<(), Exception> {
        let fault = self
            .state()
            .faults
            .get_mut(method)
            .and_then(VecDeque::pop_front);
        match fault {
            None => return Ok(()),
            Some(Fault::Fail(text)) => return Err(Exception::failed(text)),
            Some(Fault::Disconnect) => self.cut(),
            Some(Fault::Stall) => {}
        }
        let _waiting = Waiting::new(self);
        std::future::pending().await
    }

    /// Notes a call, and says whether the node has the method.
    pub(super) fn note(&self, call: Received) -> bool {
        let mut state = self.state();
        state.received.push(call);
        !state.removed.contains(&call)
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.state().received.clone()
    }

    pub(super) fn cut(&self) {
        self.cuts.send_replace(());
    }

    pub(super) fn cuts(&self) -> watch::Receiver<()> {
        self.cuts.subscribe()
    }
}

impl State {
    pub(super) fn tip(&self) -> BlockRef {
        BlockRef {
            hash: self.tip_hash().into(),
            height: u32::try_from(self.blocks.len() - 1).unwrap_or(u32::MAX),
        }
    }

    pub(super) fn tip_hash(&self) -> BlockHash {
        self.blocks
            .last()
            .map_or_else(|| genesis().block_hash(), Block::block_hash)
    }

    pub(super) fn hash_at(&self, height: usize) -> Option<crate::hash::BlockHash> {
        self.blocks
            .get(height)
            .map(|block| block.block_hash().into())
    }

    pub(super) fn block(&self, hash: BlockHash) -> Option<&Block> {
        self.blocks.iter().find(|block| block.block_hash() == hash)
    }

    /// A block on the tip that is not solved.
    pub(super) fn draft(&self, use_mempool: bool) -> Draft {
        let transactions = if use_mempool { &self.mempool[..] } else { &[] };
        Draft::new(&self.blocks, transactions)
    }

    pub(super) fn fees(&self) -> Fee {
        self.mempool
            .iter()
            .map(|(_, fee)| *fee)
            .fold(0, Fee::saturating_add)
    }

    pub(super) fn transaction(
        &self,
        is: impl Fn(&bitcoin::Transaction) -> bool,
    ) -> Option<&bitcoin::Transaction> {
        self.mempool
            .iter()
            .map(|(transaction, _)| transaction)
            .find(|transaction| is(transaction))
    }

    /// Checks a block that is to be on the tip.
    pub(super) fn check(&self, block: &Block, check: rules::Check) -> Result<(), Refusal> {
        if block.header.prev_blockhash != self.tip_hash() {
            return Err(Refusal::new("inconclusive-not-best-prevblk", ""));
        }
        rules::check(block, self.blocks.len(), self.reward(block), check)
    }

    /// Takes a block, if it is valid and new.
    pub(super) fn submit(&mut self, block: Block) -> Result<(), Refusal> {
        let hash = block.block_hash();
        if self.blocks.iter().any(|known| known.block_hash() == hash) {
            return Err(Refusal::new("duplicate", ""));
        }
        match self.others.get(&hash) {
            Some(Stale::Valid) => return Err(Refusal::new("duplicate", "")),
            Some(Stale::Invalid) => return Err(Refusal::new("duplicate-invalid", "")),
            None => {}
        }
        let below = block.header.prev_blockhash;
        let Some(at) = self
            .blocks
            .iter()
            .position(|known| known.block_hash() == below)
        else {
            return Err(Refusal::new("prev-blk-not-found", ""));
        };
        let checked = rules::check(&block, at + 1, self.reward(&block), rules::Check::ALL);
        match checked {
            Err(refusal) => {
                if refusal.stays() {
                    self.others.insert(hash, Stale::Invalid);
                }
                Err(refusal)
            }
            Ok(()) if at + 1 < self.blocks.len() => {
                self.others.insert(hash, Stale::Valid);
                Err(Refusal::new("inconclusive", ""))
            }
            Ok(()) => {
                self.connect(block);
                Ok(())
            }
        }
    }

    /// The most that the coinbase transaction may pay, besides the subsidy. Fees of transactions that left the mempool
    /// are not known any more, and count as none.
    fn reward(&self, block: &Block) -> Fee {
        let of = |known: &&(bitcoin::Transaction, Fee)| block.txdata.contains(&known.0);
        self.mempool
            .iter()
            .filter(of)
            .map(|(_, fee)| *fee)
            .fold(0, Fee::saturating_add)
    }

    fn connect(&mut self, block: Block) {
        let mined: HashSet<_> = block
            .txdata
            .iter()
            .map(bitcoin::Transaction::compute_txid)
            .collect();
        self.mempool
            .retain(|(transaction, _)| !mined.contains(&transaction.compute_txid()));
        self.blocks.push(block);
    }
}

/// Counts a wait as long as it runs.
struct Waiting(Arc<Chain>);

impl Waiting {
    fn new(chain: &Arc<Chain>) -> Self {
        chain.change(|state| state.waiting += 1);
        Self(Arc::clone(chain))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.change(|state| state.waiting -= 1);
    }
}
