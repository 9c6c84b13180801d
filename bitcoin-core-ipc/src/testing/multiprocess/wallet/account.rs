//! What a wallet keeps, and what follows from it and the chain.

use std::collections::{BTreeMap, BTreeSet};

use bitcoin::consensus::serialize;
use bitcoin::{OutPoint, Transaction, TxIn, TxOut, Txid};
use generated_examples::multiprocess::wallet::WalletTryGetBalancesResults;

use super::sent;
use crate::encoded::Amount;
use crate::script::ScriptBuf;
use crate::testing::chain::State;
use crate::wallet::{Balances, Destination};

/// A wallet.
#[derive(Clone, Debug, Default)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) is_open: bool,
    /// The bits that it was made with.
    pub(super) flags: u64,
    /// How many keys were made.
    pub(super) keys: u32,
    pub(super) no_addresses: bool,
    pub(super) passphrase: Option<Vec<u8>>,
    pub(super) locked: bool,
    /// All addresses of its own.
    pub(super) addresses: Vec<Destination>,
    /// Those of them that are for change.
    pub(super) change: Vec<Destination>,
    /// Labels and the numbers of purposes.
    pub(super) book: BTreeMap<Destination, (String, i32)>,
    /// By address and id.
    pub(super) requests: BTreeMap<(Destination, Vec<u8>), Vec<u8>>,
    pub(super) transactions: Vec<Known>,
    pub(super) locked_coins: BTreeSet<OutPoint>,
    /// What it says that it has, instead of what it has.
    pub(super) balances: Option<Balances>,
}

/// A transaction of a wallet.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) transaction: Transaction,
    pub(super) notes: Vec<(String, String)>,
    pub(super) order_form: Vec<(String, String)>,
    /// In seconds since 1970.
    pub(super) time: u32,
    /// Given up, or replaced: what it spends can be spent again.
    pub(super) abandoned: bool,
}

impl Known {
    pub(super) fn txid(&self) -> Txid {
        self.transaction.compute_txid()
    }

    fn spends(&self, coin: &OutPoint) -> bool {
        let inputs = self.transaction.input.iter();
        !self.abandoned
            && inputs
                .map(|input| input.previous_output)
                .any(|it| it == *coin)
    }
}

/// Where an output pays to.
pub(super) fn pays_to(output: &TxOut) -> Option<Destination> {
    Destination::of_script(&ScriptBuf::from(output.script_pubkey.clone()))
}

/// In how many blocks a transaction is, counted from the tip: none where it is not.
pub(super) fn height(state: &State, txid: Txid) -> Option<usize> {
    let has = |block: &bitcoin::Block| block.txdata.iter().any(|it| it.compute_txid() == txid);
    state.blocks.iter().position(has)
}

/// How many confirmations a transaction has.
pub(super) fn depth(state: &State, txid: Txid) -> usize {
    height(state, txid).map_or(0, |height| state.blocks.len() - height)
}

pub(super) fn is_in_mempool(state: &State, txid: Txid) -> bool {
    state.transaction(|it| it.compute_txid() == txid).is_some()
}

impl Account {
    pub(super) fn known(&self, txid: Txid) -> Option<&Known> {
        self.transactions.iter().find(|known| known.txid() == txid)
    }

    pub(super) fn is_mine(&self, output: &TxOut) -> bool {
        pays_to(output).is_some_and(|address| self.addresses.contains(&address))
    }

    pub(super) fn is_change(&self, output: &TxOut) -> bool {
        pays_to(output).is_some_and(|address| self.change.contains(&address))
    }

    /// The output of the wallet at an outpoint.
    pub(super) fn output(&self, coin: OutPoint) -> Option<&TxOut> {
        let index = usize::try_from(coin.vout).ok()?;
        let output = self.known(coin.txid)?.transaction.output.get(index)?;
        self.is_mine(output).then_some(output)
    }

    pub(super) fn is_spent(&self, coin: OutPoint) -> bool {
        self.transactions.iter().any(|known| known.spends(&coin))
    }

    /// What an input spends of the wallet.
    pub(super) fn debit_of(&self, input: &TxIn) -> i64 {
        let spent = self.output(input.previous_output);
        spent.map_or(0, |output| output.value.to_sat().cast_signed())
    }

    pub(super) fn debit(&self, transaction: &Transaction) -> i64 {
        transaction
            .input
            .iter()
            .map(|input| self.debit_of(input))
            .sum()
    }

    /// What the outputs pay to the wallet.
    pub(super) fn credit(&self, transaction: &Transaction) -> i64 {
        let mine = transaction
            .output
            .iter()
            .filter(|output| self.is_mine(output));
        mine.map(|output| output.value.to_sat().cast_signed()).sum()
    }

    /// What a transaction of the wallet's own pays for being in a block.
    pub(super) fn fee(&self, transaction: &Transaction) -> i64 {
        let paid = transaction
            .output
            .iter()
            .map(|it| it.value.to_sat().cast_signed());
        self.debit(transaction) - paid.sum::<i64>()
    }

    /// Whether the wallet relies on a transaction.
    pub(super) fn is_trusted(&self, state: &State, known: &Known) -> bool {
        let confirmed = depth(state, known.txid()) > 0;
        confirmed || (!known.abandoned && self.debit(&known.transaction) > 0)
    }

    /// All unspent outputs, each with its transaction.
    pub(super) fn unspent(&self) -> impl Iterator<Item = (OutPoint, &Known, &TxOut)> {
        let alive = self.transactions.iter().filter(|known| !known.abandoned);
        let outputs = alive.flat_map(|known| {
            let txid = known.txid();
            (0..)
                .zip(&known.transaction.output)
                .map(move |(index, output)| (OutPoint::new(txid, index), known, output))
        });
        outputs.filter(|(coin, _, output)| self.is_mine(output) && !self.is_spent(*coin))
    }

    pub(super) fn balances(&self, state: &State) -> Balances {
        if let Some(balances) = self.balances {
            return balances;
        }
        let mut balances = Balances::default();
        for (_, known, output) in self.unspent() {
            let value = output.value.to_sat().cast_signed();
            let kind = match self.is_trusted(state, known) {
                true => &mut balances.trusted,
                false => &mut balances.unconfirmed,
            };
            *kind = Amount(kind.0 + value);
        }
        balances
    }

    /// The balances, and the block that they are of.
    pub(super) fn balances_at(&self, state: &State) -> WalletTryGetBalancesResults {
        WalletTryGetBalancesResults {
            balances: sent::balances(self.balances(state)),
            block_hash: serialize(&state.tip_hash()),
            result: true,
        }
    }
}
