//! Transactions of the mempool, and unspent outputs.

use bitcoin::consensus::deserialize;
use bitcoin::hashes::Hash;
use bitcoin::{OutPoint, Transaction, TxOut};
use generated_examples::multiprocess::common::Pair;
use ipc_runtime::Exception;

use crate::testing::blocks::Fee;
use crate::testing::chain::State;

/// The height of what is in no block.
const MEMPOOL: u64 = 0x7fff_ffff;
/// The kinds of scripts that have forms of their own, which are not used here.
const SPECIAL: u64 = 6;

/// A transaction of the mempool by an id that a peer sent, and what it pays.
pub(super) fn waiting<'a>(state: &'a State, txid: &[u8]) -> Option<&'a (Transaction, Fee)> {
    let is = |known: &&(Transaction, Fee)| known.0.compute_txid().as_byte_array()[..] == *txid;
    state.mempool.iter().find(is)
}

/// An output and its coin.
pub(super) type Entry = Pair<Vec<u8>, Vec<u8>>;

/// Fills in the coins of a map, which is sorted and has each output once.
pub(super) fn fill(state: &State, coins: Vec<Entry>) -> Result<Vec<Entry>, Exception> {
    let mut keys: Vec<_> = coins.into_iter().map(|pair| pair.key).collect();
    keys.sort_unstable();
    keys.dedup();
    let fill = |key: Vec<u8>| {
        let value = coin(state, &deserialize(&key).map_err(Exception::failed)?);
        Ok(Pair { key, value })
    };
    keys.into_iter().map(fill).collect()
}

/// An output in a node's compressed form; no bytes where it is spent or unknown.
pub(super) fn coin(state: &State, output: &OutPoint) -> Vec<u8> {
    let mined = state.blocks.iter().enumerate().flat_map(|(height, block)| {
        let height = u64::try_from(height).unwrap_or(u64::MAX);
        block.txdata.iter().map(move |it| (height, it))
    });
    let waiting = state.mempool.iter().map(|(it, _)| (MEMPOOL, it));
    let mut coin = Vec::new();
    for (height, transaction) in mined.chain(waiting) {
        if spends(transaction, output) {
            return Vec::new();
        }
        if transaction.compute_txid() == output.txid {
            let at = usize::try_from(output.vout).unwrap_or(usize::MAX);
            if let Some(output) = transaction.output.get(at) {
                coin = compressed(height, transaction.is_coinbase(), output);
            }
        }
    }
    coin
}

fn spends(transaction: &Transaction, output: &OutPoint) -> bool {
    let inputs = &transaction.input;
    inputs.iter().any(|input| input.previous_output == *output)
}

fn compressed(height: u64, is_coinbase: bool, output: &TxOut) -> Vec<u8> {
    let script = output.script_pubkey.as_bytes();
    let length = u64::try_from(script.len()).unwrap_or(u64::MAX - SPECIAL);
    let mut bytes = variable(height * 2 + u64::from(is_coinbase));
    bytes.extend(variable(amount(output.value.to_sat())));
    bytes.extend(variable(length + SPECIAL));
    bytes.extend(script);
    bytes
}

/// A number in the form that nodes use on disk: seven bits a byte, the lowest last, each but that less by one.
fn variable(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let more = if bytes.is_empty() { 0 } else { 0x80 };
        bytes.push(u8::try_from(number & 0x7f).unwrap_or(0) | more);
        if number <= 0x7f {
            bytes.reverse();
            return bytes;
        }
        number = (number >> 7) - 1;
    }
}

/// Satoshi with factors of ten as a digit.
fn amount(satoshi: u64) -> u64 {
    if satoshi == 0 {
        return 0;
    }
    let mut digits = satoshi;
    let mut zeros = 0;
    while digits.is_multiple_of(10) && zeros < 9 {
        digits /= 10;
        zeros += 1;
    }
    match zeros {
        9 => 1 + (digits - 1) * 10 + 9,
        _ => 1 + (digits / 10 * 9 + digits % 10 - 1) * 10 + zeros,
    }
}
