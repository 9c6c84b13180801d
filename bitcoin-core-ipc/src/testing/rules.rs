//! Which blocks the fake node takes: the rules that a miner can break, with the node's own words.

use bitcoin::{Block, Transaction};

use super::blocks::{COMMITMENT, Fee, height_push, subsidy};

/// Why a block is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) reason: String,
    pub(super) debug: String,
}

impl Refusal {
    pub(super) fn new(reason: impl Into<String>, debug: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            debug: debug.into(),
        }
    }

    /// Whether the node remembers it of the block's hash. It does not where the header was not worth keeping, and where
    /// there may be a valid block with the same header.
    pub(super) fn stays(&self) -> bool {
        matches!(
            self.reason.as_str(),
            "bad-txns-nonfinal" | "bad-cb-height" | "bad-cb-amount"
        )
    }
}

/// What to check besides.
#[derive(Clone, Copy, Debug)]
pub(super) struct Check {
    pub(super) merkle_root: bool,
    pub(super) pow: bool,
}

impl Check {
    pub(super) const ALL: Self = Self {
        merkle_root: true,
        pow: true,
    };
}

/// Checks a block at a height, whose transactions pay these fees.
pub(super) fn check(block: &Block, height: usize, fees: Fee, check: Check) -> Result<(), Refusal> {
    let header = &block.header;
    if check.pow && header.validate_pow(header.target()).is_err() {
        return Err(Refusal::new("high-hash", "proof of work failed"));
    }
    if check.merkle_root && !block.check_merkle_root() {
        return Err(Refusal::new("bad-txnmrklroot", "hashMerkleRoot mismatch"));
    }
    let Some(coinbase) = block.coinbase().filter(|first| first.is_coinbase()) else {
        return Err(Refusal::new("bad-cb-missing", "first tx is not coinbase"));
    };
    let script = coinbase.input[0].script_sig.as_bytes();
    if !(2..=100).contains(&script.len()) {
        return Err(Refusal::new("bad-cb-length", ""));
    }
    if header.version.to_consensus() < 4 {
        let version = header.version.to_consensus();
        return Err(Refusal::new(
            format!("bad-version({version:#010x})"),
            format!("rejected nVersion={version:#010x} block"),
        ));
    }
    if !is_final(coinbase, height) {
        return Err(Refusal::new("bad-txns-nonfinal", "non-final transaction"));
    }
    if !script.starts_with(height_push(height).as_bytes()) {
        return Err(Refusal::new(
            "bad-cb-height",
            "block height mismatch in coinbase",
        ));
    }
    check_commitment(block, coinbase)?;
    let paid = coinbase
        .output
        .iter()
        .map(|output| output.value.to_sat())
        .fold(0, u64::saturating_add);
    let most = subsidy(height).saturating_add(fees).unsigned_abs();
    if paid > most {
        let debug = format!("coinbase pays too much (actual={paid} vs limit={most})");
        return Err(Refusal::new("bad-cb-amount", debug));
    }
    Ok(())
}

fn check_commitment(block: &Block, coinbase: &Transaction) -> Result<(), Refusal> {
    let commits =
        |output: &bitcoin::TxOut| output.script_pubkey.as_bytes().starts_with(&COMMITMENT);
    if coinbase.output.iter().any(commits) {
        let witness = &coinbase.input[0].witness;
        if witness.len() != 1 || witness.nth(0).is_none_or(|only| only.len() != 32) {
            let debug = "check_witness_malleation : invalid witness reserved value size";
            return Err(Refusal::new("bad-witness-nonce-size", debug));
        }
        if !block.check_witness_commitment() {
            let debug = "check_witness_malleation : witness merkle commitment mismatch";
            return Err(Refusal::new("bad-witness-merkle-match", debug));
        }
    } else if block.txdata.iter().any(has_witness) {
        let debug = "check_witness_malleation : unexpected witness data found";
        return Err(Refusal::new("unexpected-witness", debug));
    }
    Ok(())
}

fn has_witness(transaction: &Transaction) -> bool {
    transaction
        .input
        .iter()
        .any(|input| !input.witness.is_empty())
}

/// Whether the lock time, a height, lets a transaction into the block of a height.
fn is_final(transaction: &Transaction, height: usize) -> bool {
    let lock = usize::try_from(transaction.lock_time.to_consensus_u32()).unwrap_or(usize::MAX);
    let ignored = |input: &bitcoin::TxIn| !input.sequence.enables_absolute_lock_time();
    lock < height || transaction.input.iter().all(ignored)
}
