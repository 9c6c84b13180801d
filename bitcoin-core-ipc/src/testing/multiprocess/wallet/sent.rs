//! What a wallet keeps, as peers are sent it, and what they send.

use bitcoin::consensus::{Decodable, deserialize, serialize};
use bitcoin::{OutPoint, Txid};
use generated_examples::multiprocess::common::Pair;
use generated_examples::multiprocess::wallet::{
    TxDestination, WalletBalances, WalletTx, WalletTxOut, WalletTxStatus,
};
use ipc_runtime::Exception;

use super::account::{Account, Known, depth, height, pays_to};
use crate::testing::chain::State;
use crate::wallet::{Balances, Destination};

/// What happened to an address.
#[derive(Clone, Debug)]
pub(in crate::testing) struct AddressChange {
    pub(super) address: Destination,
    pub(super) label: String,
    pub(super) is_mine: bool,
    pub(super) purpose: i32,
    /// The number of what happened.
    pub(super) kind: i32,
}

/// An address that a peer sent, if it did.
pub(super) fn destination(sent: TxDestination) -> Result<Option<Destination>, String> {
    Destination::read(sent).map_err(|error| error.to_string())
}

/// An address that a peer has to have sent.
pub(super) fn address(sent: TxDestination) -> Result<Destination, Exception> {
    Destination::must(sent).map_err(Exception::failed)
}

pub(super) fn out_point(sent: &[u8]) -> Result<OutPoint, String> {
    deserialize(sent).map_err(|error| error.to_string())
}

pub(super) fn coin(sent: &[u8]) -> Result<OutPoint, Exception> {
    read(sent)
}

pub(super) fn coins(sent: &[Vec<u8>]) -> Result<Vec<OutPoint>, Exception> {
    sent.iter().map(|coin| read(coin)).collect()
}

pub(super) fn txid(sent: &[u8]) -> Result<Txid, Exception> {
    read(sent)
}

/// What the network encodes.
pub(super) fn read<T: Decodable>(sent: &[u8]) -> Result<T, Exception> {
    deserialize(sent).map_err(Exception::failed)
}

pub(super) fn balances(balances: Balances) -> WalletBalances {
    WalletBalances {
        balance: balances.trusted.0,
        unconfirmed_balance: balances.unconfirmed.0,
        immature_balance: balances.immature.0,
    }
}

pub(super) fn amount(satoshi: i64) -> Result<bitcoin::Amount, String> {
    let amount = u64::try_from(satoshi).map(bitcoin::Amount::from_sat);
    amount.map_err(|_| "Transaction amounts must not be negative".to_owned())
}

pub(super) fn pairs(notes: &[(String, String)]) -> Vec<Pair<String, String>> {
    let pair = |(key, value): &(String, String)| Pair {
        key: key.clone(),
        value: value.clone(),
    };
    notes.iter().map(pair).collect()
}

pub(super) fn notes(pairs: Vec<Pair<String, String>>) -> Vec<(String, String)> {
    pairs
        .into_iter()
        .map(|pair| (pair.key, pair.value))
        .collect()
}

pub(super) fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

impl Account {
    /// A transaction with what it means for the wallet.
    pub(super) fn wire(&self, known: &Known) -> WalletTx {
        let transaction = &known.transaction;
        let outputs = transaction.output.iter();
        let addresses = outputs.clone().map(pays_to);
        let change = outputs.clone().filter(|output| self.is_change(output));
        WalletTx {
            tx: serialize(transaction),
            txin_is_mine: transaction
                .input
                .iter()
                .map(|it| self.debit_of(it) > 0)
                .collect(),
            txout_is_mine: outputs.clone().map(|output| self.is_mine(output)).collect(),
            txout_is_change: outputs
                .clone()
                .map(|output| self.is_change(output))
                .collect(),
            txout_address: addresses
                .map(|address| address.map(|address| address.wire()).unwrap_or_default())
                .collect(),
            txout_address_is_mine: outputs.clone().map(|output| self.is_mine(output)).collect(),
            credit: self.credit(transaction),
            debit: self.debit(transaction),
            change: change
                .map(|output| output.value.to_sat().cast_signed())
                .sum(),
            time: known.time.into(),
            value_map: pairs(&known.notes),
            is_coinbase: transaction.is_coinbase(),
        }
    }

    /// How far a transaction is.
    pub(super) fn status(&self, state: &State, known: &Known) -> WalletTxStatus {
        let height = height(state, known.txid());
        WalletTxStatus {
            // The greatest number stands for no block.
            block_height: height.map_or(i32::MAX, number),
            blocks_to_maturity: 0,
            depth_in_main_chain: number(depth(state, known.txid())),
            time_received: known.time,
            lock_time: known.transaction.lock_time.to_consensus_u32(),
            is_trusted: self.is_trusted(state, known),
            is_abandoned: known.abandoned,
            is_coinbase: known.transaction.is_coinbase(),
            is_in_main_chain: height.is_some(),
        }
    }

    /// An output of the wallet; what a node says of others, if it is none.
    pub(super) fn wire_coin(&self, state: &State, coin: OutPoint) -> WalletTxOut {
        match (self.known(coin.txid), self.output(coin)) {
            (Some(known), Some(output)) => WalletTxOut {
                txout: serialize(output),
                time: known.time.into(),
                depth_in_main_chain: number(depth(state, coin.txid)),
                is_spent: self.is_spent(coin),
            },
            _ => WalletTxOut {
                depth_in_main_chain: -1,
                ..WalletTxOut::default()
            },
        }
    }
}
