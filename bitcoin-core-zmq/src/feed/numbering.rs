//! Which number each change of a mempool has.
//!
//! The node numbers all changes one after the other. It tells of them in this order, without the numbers, and says nothing
//! of transactions that leave for a block. While it changes its chain it takes no other transactions, and
//!
//! 1. tells of the blocks that it takes off;
//! 2. of each block that it puts on, transaction by transaction, takes what is in the mempool out of it, silently, and then
//!    what spends the same, with what depends on that, telling of the conflict;
//! 3. puts transactions of the blocks that were taken off into the mempool, and takes out what is not valid any more;
//! 4. tells of the blocks that it has put on.
//!
//! So what comes between the first and the last of that has its numbers only when the blocks are known.

use std::collections::{HashMap, HashSet, VecDeque};

use bitcoin_core_ipc::{Error, Transaction, Txid};

use super::chain::Told;
use super::conflicts::Conflicts;
use crate::event::Event;

/// A mempool whose changes are numbered.
pub(super) struct Numbering {
    /// What is in it after the last change that has its number.
    mempool: HashSet<Txid>,
    /// The number of the next change.
    next: u64,
    /// What has to wait for blocks that come.
    held: Vec<Told>,
    /// Blocks were taken off, and it is not known yet which come in their place, if any.
    is_reorganizing: bool,
    ready: VecDeque<Event>,
}

impl Numbering {
    /// Begins with what is in the mempool, and the number of its next change.
    pub(super) fn new(mempool: HashSet<Txid>, next: u64) -> Self {
        Self {
            mempool,
            next,
            held: Vec::new(),
            is_reorganizing: false,
            ready: VecDeque::new(),
        }
    }

    /// Takes what the node has told next.
    ///
    /// # Errors
    ///
    /// A transaction of a block cannot be read.
    pub(super) fn take(&mut self, told: Told) -> Result<(), Error> {
        let is_connected = matches!(told.event, Event::BlockConnected { .. });
        let is_disconnected = matches!(told.event, Event::BlockDisconnected { .. });
        let begins = is_disconnected || is_connected || told.conflict.is_some();
        self.is_reorganizing |= is_disconnected;
        if self.held.is_empty() && !begins {
            self.number(told.event);
            return Ok(());
        }
        self.held.push(told);
        match is_connected && !self.is_reorganizing {
            true => self.number_held(),
            false => Ok(()),
        }
    }

    /// Takes note that all is told of the blocks that have come in the place of others.
    ///
    /// # Errors
    ///
    /// Those of [`Numbering::take`].
    pub(super) fn reorganized(&mut self) -> Result<(), Error> {
        self.is_reorganizing = false;
        self.number_held()
    }

    /// The next event, if its number is known.
    pub(super) fn next(&mut self) -> Option<Event> {
        self.ready.pop_front()
    }

    fn number_held(&mut self) -> Result<(), Error> {
        let mut held = std::mem::take(&mut self.held).into_iter().peekable();
        let mut change = Vec::new();
        while let Some(told) = held.next() {
            let is_connected = |told: &Told| matches!(told.event, Event::BlockConnected { .. });
            // With its last block, a change of the chain is over.
            let is_last = is_connected(&told) && !held.peek().is_some_and(is_connected);
            change.push(told);
            if is_last {
                self.number_change(std::mem::take(&mut change))?;
            }
        }
        // The block that they left for is still to come.
        if let Some(first) = change.iter().position(|told| told.conflict.is_some()) {
            self.held = change.split_off(first);
        }
        self.number_change(change)
    }

    /// Numbers what belongs to one change of the chain.
    fn number_change(&mut self, change: Vec<Told>) -> Result<(), Error> {
        let mut conflicts = Conflicts::new(&change)?;
        let mut numbers = HashMap::new();
        for (place, (txid, _)) in mined(&change).enumerate() {
            if self.mempool.remove(txid) {
                self.next += 1;
            }
            for conflict in conflicts.of(place) {
                numbers.insert(conflict, self.next);
                self.next += 1;
            }
        }
        for told in change {
            let number = told
                .conflict
                .and_then(|conflict| numbers.remove(&Txid::from(conflict.compute_txid())));
            match (told.event, number) {
                (Event::TransactionRemoved { txid, .. }, Some(number)) => {
                    self.mempool.remove(&txid);
                    self.ready.push_back(Event::TransactionRemoved {
                        txid,
                        mempool_sequence: Some(number),
                    });
                }
                (event, _) => self.number(event),
            }
        }
        Ok(())
    }

    /// Gives an event the next number, if it is to have one.
    fn number(&mut self, mut event: Event) {
        match &mut event {
            Event::TransactionAdded {
                txid,
                mempool_sequence,
                ..
            } => {
                self.mempool.insert(*txid);
                *mempool_sequence = Some(self.next);
                self.next += 1;
            }
            Event::TransactionRemoved {
                txid,
                mempool_sequence,
            } => {
                self.mempool.remove(txid);
                *mempool_sequence = Some(self.next);
                self.next += 1;
            }
            Event::Tip { .. } | Event::BlockConnected { .. } | Event::BlockDisconnected { .. } => {}
        }
        self.ready.push_back(event);
    }
}

/// The transactions of all blocks that were put on the chain.
pub(super) fn mined(change: &[Told]) -> impl Iterator<Item = &(Txid, Transaction)> {
    let blocks = change.iter().filter_map(|told| match &told.event {
        Event::BlockConnected { transactions, .. } => Some(transactions),
        _ => None,
    });
    blocks.flatten()
}

#[cfg(test)]
mod tests {
    use bitcoin::absolute::LockTime;
    use bitcoin::transaction::Version;
    use bitcoin::{OutPoint, TxIn};
    use bitcoin_core_ipc::{BlockHash, bitcoin};

    use super::*;

    /// A transaction that spends these outputs: of another transaction, or one of their own.
    fn transaction(spends: &[OutPoint]) -> bitcoin::Transaction {
        let input = spends.iter().map(|output| TxIn {
            previous_output: *output,
            ..TxIn::default()
        });
        bitcoin::Transaction {
            version: Version::TWO,
            lock_time: LockTime::ZERO,
            input: input.collect(),
            output: Vec::new(),
        }
    }

    fn coin(number: u32) -> OutPoint {
        OutPoint::new(
            bitcoin::Txid::from_raw_hash(bitcoin::hashes::Hash::all_zeros()),
            number,
        )
    }

    fn output(transaction: &bitcoin::Transaction) -> OutPoint {
        OutPoint::new(transaction.compute_txid(), 0)
    }

    fn txid(transaction: &bitcoin::Transaction) -> Txid {
        transaction.compute_txid().into()
    }

    fn added(transaction: &bitcoin::Transaction) -> Told {
        Told::new(Event::TransactionAdded {
            txid: txid(transaction),
            transaction: transaction.into(),
            mempool_sequence: None,
        })
    }

    fn removed(transaction: &bitcoin::Transaction) -> Told {
        Told::new(Event::TransactionRemoved {
            txid: txid(transaction),
            mempool_sequence: None,
        })
    }

    fn conflicting(transaction: &bitcoin::Transaction) -> Told {
        Told {
            conflict: Some(transaction.clone()),
            ..removed(transaction)
        }
    }

    fn block(
        number: u8,
        transactions: &[&bitcoin::Transaction],
    ) -> (BlockHash, Vec<(Txid, Transaction)>) {
        let all = transactions
            .iter()
            .map(|it| (txid(it), Transaction::from(*it)));
        (BlockHash::from_byte_array([number; 32]), all.collect())
    }

    fn connected(number: u8, transactions: &[&bitcoin::Transaction]) -> Told {
        let (hash, transactions) = block(number, transactions);
        Told::new(Event::BlockConnected { hash, transactions })
    }

    fn disconnected(number: u8, transactions: &[&bitcoin::Transaction]) -> Told {
        let (hash, transactions) = block(number, transactions);
        Told::new(Event::BlockDisconnected { hash, transactions })
    }

    fn numbering(mempool: &[&bitcoin::Transaction]) -> Numbering {
        Numbering::new(mempool.iter().map(|it| txid(it)).collect(), 100)
    }

    /// What is ready: `A` and `R` with their numbers, `C` and `D`.
    fn ready(numbering: &mut Numbering) -> Vec<(char, u64)> {
        let events = std::iter::from_fn(|| numbering.next());
        events
            .map(|event| match event {
                Event::TransactionAdded {
                    mempool_sequence, ..
                } => ('A', mempool_sequence.unwrap()),
                Event::TransactionRemoved {
                    mempool_sequence, ..
                } => ('R', mempool_sequence.unwrap()),
                Event::BlockConnected { .. } => ('C', 0),
                Event::BlockDisconnected { .. } => ('D', 0),
                Event::Tip { .. } => ('T', 0),
            })
            .collect()
    }

    fn take(numbering: &mut Numbering, told: impl IntoIterator<Item = Told>) {
        for told in told {
            numbering.take(told).unwrap();
        }
    }

    #[test]
    fn a_block_takes_numbers_for_what_it_takes_out() {
        let [first, second, third] = [1, 2, 3].map(|number| transaction(&[coin(number)]));
        let mut numbering = numbering(&[&first]);
        take(
            &mut numbering,
            [
                added(&second),
                connected(1, &[&third, &first, &second]),
                added(&third),
            ],
        );
        assert_eq!(ready(&mut numbering), [('A', 100), ('C', 0), ('A', 103)]);
        // It is not in the mempool any more.
        take(
            &mut numbering,
            [connected(2, &[&first]), removed(&third), removed(&first)],
        );
        assert_eq!(ready(&mut numbering), [('C', 0), ('R', 104), ('R', 105)]);
    }

    #[test]
    fn conflicts_leave_between_the_transactions_of_a_block() {
        let mined = [1, 2, 3].map(|number| transaction(&[coin(number)]));
        let other = transaction(&[coin(2), coin(20)]);
        let child = transaction(&[output(&other), coin(30)]);
        let last = transaction(&[coin(3), coin(40)]);
        // That it spends what the last one does, too, is not why it left.
        let both = transaction(&[output(&child), coin(3)]);
        let mut numbering = numbering(&[&mined[0], &other, &child, &last, &both]);
        let told = [
            conflicting(&both),
            conflicting(&other),
            conflicting(&child),
            conflicting(&last),
        ];
        take(&mut numbering, told);
        assert_eq!(ready(&mut numbering), []);
        take(
            &mut numbering,
            [connected(1, &[&mined[0], &mined[1], &mined[2]])],
        );
        let numbers = [('R', 101), ('R', 102), ('R', 103), ('R', 104), ('C', 0)];
        assert_eq!(ready(&mut numbering), numbers);

        // What is mined after it takes its number after it.
        let other = transaction(&[coin(5), coin(50)]);
        let mined = [transaction(&[coin(5)]), transaction(&[coin(6)])];
        take(
            &mut numbering,
            [added(&other), added(&mined[1]), conflicting(&other)],
        );
        take(
            &mut numbering,
            [connected(2, &[&mined[0], &mined[1]]), added(&last)],
        );
        let numbers = [('A', 105), ('A', 106), ('R', 107), ('C', 0), ('A', 109)];
        assert_eq!(ready(&mut numbering), numbers);
    }

    #[test]
    fn what_comes_back_from_a_block_waits_for_those_in_its_place() {
        let [back, mined, other, new] = [1, 2, 3, 4].map(|number| transaction(&[coin(number)]));
        let conflict = transaction(&[coin(3), coin(30)]);
        let mut numbering = numbering(&[&mined, &conflict]);
        let reorganization = [
            disconnected(1, &[&back]),
            conflicting(&conflict),
            added(&back),
            connected(2, &[&mined]),
            connected(3, &[&other]),
            added(&new),
        ];
        take(&mut numbering, reorganization);
        assert_eq!(ready(&mut numbering), []);
        numbering.reorganized().unwrap();
        let numbers = [
            ('D', 0),
            ('R', 101),
            ('A', 102),
            ('C', 0),
            ('C', 0),
            ('A', 103),
        ];
        assert_eq!(ready(&mut numbering), numbers);
    }

    #[test]
    fn a_block_may_be_taken_off_for_nothing() {
        let [back, new] = [1, 2].map(|number| transaction(&[coin(number)]));
        let mut numbering = numbering(&[]);
        take(
            &mut numbering,
            [disconnected(1, &[&back]), added(&back), added(&new)],
        );
        numbering.reorganized().unwrap();
        assert_eq!(ready(&mut numbering), [('D', 0), ('A', 100), ('A', 101)]);
        take(&mut numbering, [connected(2, &[&new]), removed(&back)]);
        assert_eq!(ready(&mut numbering), [('C', 0), ('R', 103)]);
    }

    #[test]
    fn conflicts_wait_for_their_block_behind_a_reorganization() {
        let [back, mined, first] = [1, 2, 3].map(|number| transaction(&[coin(number)]));
        let conflict = transaction(&[coin(3), coin(30)]);
        let mut numbering = numbering(&[&mined, &conflict]);
        let told = [
            disconnected(1, &[&back]),
            added(&back),
            conflicting(&conflict),
        ];
        take(&mut numbering, told);
        numbering.reorganized().unwrap();
        assert_eq!(ready(&mut numbering), [('D', 0), ('A', 100)]);
        take(&mut numbering, [connected(2, &[&mined, &first])]);
        assert_eq!(ready(&mut numbering), [('R', 102), ('C', 0)]);
    }
}
