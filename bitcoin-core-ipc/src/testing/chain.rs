//! The chain and the mempool of a fake node.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bitcoin::{Block, BlockHash, OutPoint};
use tokio::sync::watch;

use super::blocks::{Draft, Fee, genesis, transaction};
use super::calls::{Cut, Faults, Waiting};
use super::events::{Event, Listeners};
use super::multiprocess::Multiprocess;
use super::rules::{self, Refusal};
use super::tap::Received;
use crate::chain::RemovalReason;
use crate::encoded::Amount;
use crate::options::BlockRef;

#[derive(Debug)]
pub(super) struct Chain {
    state: Mutex<State>,
    changed: watch::Sender<()>,
    cuts: watch::Sender<Cut>,
}

#[derive(Debug)]
pub(super) struct State {
    /// From the first to the tip.
    pub(super) blocks: Vec<Block>,
    /// What is not on the chain: valid once, but stale, or invalid.
    others: HashMap<BlockHash, Stale>,
    pub(super) mempool: Vec<(bitcoin::Transaction, Fee)>,
    /// The number of its next change.
    pub(super) mempool_sequence: u64,
    /// What each block took out of the mempool.
    mined: HashMap<BlockHash, Vec<(bitcoin::Transaction, Fee)>>,
    pub(super) listeners: Listeners,
    /// What only the multiprocess branch has.
    pub(super) multiprocess: Multiprocess,
    pub(super) catching_up: bool,
    pub(super) loading: bool,
    pub(super) stopping: bool,
    pub(super) waiting: usize,
    /// How often held calls were released.
    pub(super) released: u64,
    pub(super) faults: Faults,
    received: Vec<Received>,
    pub(super) removed: HashSet<Received>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Stale {
    Valid(Block),
    Invalid,
}

impl Chain {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                blocks: vec![genesis()],
                others: HashMap::new(),
                mempool: Vec::new(),
                mempool_sequence: 1,
                mined: HashMap::new(),
                listeners: Listeners::default(),
                multiprocess: Multiprocess::default(),
                catching_up: false,
                loading: false,
                stopping: false,
                waiting: 0,
                released: 0,
                faults: Faults::default(),
                received: Vec::new(),
                removed: HashSet::new(),
            }),
            changed: watch::Sender::new(()),
            cuts: watch::Sender::new(Cut::End),
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
        if let Some(found) = look(&mut self.state()) {
            return Some(found);
        }
        let _waiting = Waiting::new(self);
        self.reach(look, timeout).await
    }

    pub(super) fn tip(&self) -> BlockRef {
        self.state().tip()
    }

    pub(super) fn mine(&self) -> BlockRef {
        self.change(|state| {
            let mut draft = state.draft(true);
            // A block that was taken off the chain is not mined again.
            while state.is_known(&draft.clone().solved()) {
                draft.block.header.time += 1;
            }
            state.connect(draft.solved());
            state.tip()
        })
    }

    pub(super) fn add_transaction(&self, fee: Amount) -> bitcoin::Transaction {
        self.change(|state| {
            // Each time another one.
            let transaction = transaction(state.mempool_sequence);
            state.add(transaction.clone(), fee.0);
            transaction
        })
    }

    /// Takes a transaction that a peer sent. What it pays is not known, as there are no coins here.
    ///
    /// # Errors
    ///
    /// The mempool has it already.
    pub(super) fn broadcast(&self, transaction: bitcoin::Transaction) -> Result<(), &'static str> {
        self.change(|state| {
            let txid = transaction.compute_txid();
            if state.transaction(|it| it.compute_txid() == txid).is_some() {
                return Err("txn-already-in-mempool");
            }
            state.add(transaction, 0);
            Ok(())
        })
    }

    pub(super) fn disconnect_tip(&self) -> Option<BlockRef> {
        self.change(|state| {
            state.disconnect()?;
            state.tell_tip();
            Some(state.tip())
        })
    }

    /// Notes a call, and says whether the node has the method.
    pub(super) fn note(&self, call: Received) -> bool {
        self.change(|state| {
            state.received.push(call);
            !state.removed.contains(&call)
        })
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.state().received.clone()
    }

    pub(super) fn cut(&self, how: Cut) {
        self.cuts.send_replace(how);
    }

    pub(super) fn cuts(&self) -> watch::Receiver<Cut> {
        self.cuts.subscribe()
    }
}

impl State {
    pub(super) fn received(&self) -> &[Received] {
        &self.received
    }

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
            Some(Stale::Valid(_)) => return Err(Refusal::new("duplicate", "")),
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
                self.others.insert(hash, Stale::Valid(block));
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

    fn is_known(&self, block: &Block) -> bool {
        self.others.contains_key(&block.block_hash())
    }

    /// A valid block that is not on the chain.
    pub(super) fn stale(&self, hash: &BlockHash) -> Option<&Block> {
        match self.others.get(hash)? {
            Stale::Valid(block) => Some(block),
            Stale::Invalid => None,
        }
    }

    /// Takes a transaction into the mempool.
    pub(super) fn add(&mut self, transaction: bitcoin::Transaction, fee: Fee) {
        self.mempool.push((transaction.clone(), fee));
        self.mempool_sequence += 1;
        self.listeners.tell(&Event::TransactionAdded(transaction));
    }

    /// Takes a transaction out of the mempool, and says whether it was there.
    pub(super) fn remove(&mut self, txid: bitcoin::Txid, reason: i32) -> bool {
        let is = |known: &(bitcoin::Transaction, Fee)| known.0.compute_txid() == txid;
        let Some(at) = self.mempool.iter().position(is) else {
            return false;
        };
        let (transaction, _) = self.mempool.remove(at);
        self.mempool_sequence += 1;
        self.listeners
            .tell(&Event::TransactionRemoved(transaction, reason));
        true
    }

    fn connect(&mut self, block: Block) {
        let mut mined = Vec::new();
        for transaction in &block.txdata {
            let txid = transaction.compute_txid();
            let is = |known: &(bitcoin::Transaction, Fee)| known.0.compute_txid() == txid;
            if let Some(at) = self.mempool.iter().position(is) {
                mined.push(self.mempool.remove(at));
                self.mempool_sequence += 1;
            }
            for input in &transaction.input {
                self.remove_conflict(input.previous_output);
            }
        }
        self.mined.insert(block.block_hash(), mined);
        let height = self.blocks.len();
        self.blocks.push(block.clone());
        self.listeners.tell(&Event::BlockConnected(block, height));
        self.tell_tip();
    }

    /// Takes what spends an output out of the mempool, since a block spends it, and what depends on that.
    fn remove_conflict(&mut self, spent: OutPoint) {
        let spends = |transaction: &bitcoin::Transaction| {
            let mut inputs = transaction.input.iter();
            inputs.any(|input| input.previous_output == spent)
        };
        let Some(conflict) = self.transaction(spends).cloned() else {
            return;
        };
        let txid = conflict.compute_txid();
        self.remove(txid, i32::from(RemovalReason::Conflict));
        for output in (0..).take(conflict.output.len()) {
            self.remove_conflict(OutPoint::new(txid, output));
        }
    }

    /// Takes the last block off the chain, unless it is the first, and puts its transactions back into the mempool.
    fn disconnect(&mut self) -> Option<()> {
        let height = self.blocks.len() - 1;
        let block = self.blocks.pop_if(|_| height > 0)?;
        let hash = block.block_hash();
        self.others.insert(hash, Stale::Valid(block.clone()));
        self.listeners
            .tell(&Event::BlockDisconnected(block, height));
        for (transaction, fee) in self.mined.remove(&hash).unwrap_or_default() {
            self.add(transaction, fee);
        }
        Some(())
    }

    fn tell_tip(&mut self) {
        let tip = Event::UpdatedTip(self.tip(), self.tip_time());
        self.listeners.tell(&tip);
    }

    /// In seconds since 1970.
    pub(super) fn tip_time(&self) -> u32 {
        self.blocks.last().map_or(0, |block| block.header.time)
    }
}
