//! Blocks of a regtest chain.

use bitcoin::absolute::LockTime;
use bitcoin::block::{Header, Version};
use bitcoin::constants::genesis_block;
use bitcoin::hashes::Hash;
use bitcoin::script::Builder;
use bitcoin::{
    Amount, Block, CompactTarget, Network, OutPoint, ScriptBuf, Sequence, Transaction, TxIn,
    TxMerkleNode, TxOut, Txid, Witness, opcodes, transaction,
};

use crate::hash::MerkleNode;

/// In satoshi.
pub(super) type Fee = i64;

/// What the output begins with that commits to the witnesses.
pub(super) const COMMITMENT: [u8; 6] = [0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed];
/// The witness of a coinbase transaction.
const RESERVED: [u8; 32] = [0; 32];
/// Every other hash reaches it.
const EASIEST: u32 = 0x207f_ffff;

/// The first block.
pub(super) fn genesis() -> Block {
    genesis_block(Network::Regtest)
}

/// What miners may make out of nothing at a height, in satoshi.
pub(super) fn subsidy(height: usize) -> Fee {
    5_000_000_000_i64
        .checked_shr(u32::try_from(height / 150).unwrap_or(u32::MAX))
        .unwrap_or(0)
}

/// A transaction that spends what nobody has, as there are no scripts and no coins here.
pub(super) fn transaction(number: u64) -> Transaction {
    let number = number.to_le_bytes();
    Transaction {
        version: transaction::Version::TWO,
        lock_time: LockTime::ZERO,
        input: vec![TxIn {
            previous_output: OutPoint::new(Txid::hash(&number), 0),
            script_sig: ScriptBuf::new(),
            sequence: Sequence::MAX,
            witness: Witness::from_slice(&[number]),
        }],
        output: vec![TxOut {
            value: Amount::from_sat(1000),
            script_pubkey: anyone(),
        }],
    }
}

fn anyone() -> ScriptBuf {
    Builder::new().push_opcode(opcodes::OP_TRUE).into_script()
}

/// A block that is not solved: what a template has.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) block: Block,
    /// As it was made; that of the block may be another by now, of which nothing is known.
    pub(super) coinbase: Transaction,
    pub(super) fees: Vec<Fee>,
    pub(super) height: usize,
}

impl Draft {
    /// A block on the last of `blocks`, with these transactions.
    pub(super) fn new(blocks: &[Block], transactions: &[(Transaction, Fee)]) -> Self {
        let height = blocks.len();
        let below = blocks
            .last()
            .map_or_else(|| genesis().header, |block| block.header);
        let fees: Vec<Fee> = transactions.iter().map(|(_, fee)| *fee).collect();
        let reward = fees
            .iter()
            .copied()
            .fold(subsidy(height), Fee::saturating_add);
        let coinbase = Transaction {
            version: transaction::Version::TWO,
            lock_time: LockTime::from_consensus(u32::try_from(height - 1).unwrap_or(0)),
            input: vec![TxIn {
                previous_output: OutPoint::null(),
                script_sig: [height_push(height).into_bytes(), vec![0]].concat().into(),
                sequence: Sequence::ENABLE_LOCKTIME_NO_RBF,
                witness: Witness::from_slice(&[RESERVED]),
            }],
            output: vec![TxOut {
                value: Amount::from_sat(reward.unsigned_abs()),
                script_pubkey: anyone(),
            }],
        };
        let others = transactions
            .iter()
            .map(|(transaction, _)| transaction.clone());
        let mut block = Block {
            header: Header {
                version: Version::from_consensus(0x2000_0000),
                prev_blockhash: below.block_hash(),
                merkle_root: TxMerkleNode::all_zeros(),
                time: below.time + 1,
                bits: CompactTarget::from_consensus(EASIEST),
                nonce: 0,
            },
            txdata: std::iter::once(coinbase).chain(others).collect(),
        };
        if let Some(root) = block.witness_root() {
            let commitment = Block::compute_witness_commitment(&root, &RESERVED);
            let script = [&COMMITMENT[..], commitment.as_byte_array()].concat();
            block.txdata[0].output.push(TxOut {
                value: Amount::ZERO,
                script_pubkey: script.into(),
            });
        }
        let mut draft = Self {
            coinbase: block.txdata[0].clone(),
            block,
            fees,
            height,
        };
        draft.set_root();
        draft
    }

    /// The outputs that a coinbase transaction must have.
    pub(super) fn required_outputs(&self) -> &[TxOut] {
        &self.coinbase.output[1..]
    }

    /// Replaces the coinbase transaction and the fields of the header that miners choose.
    pub(super) fn complete(&mut self, version: u32, time: u32, nonce: u32, coinbase: Transaction) {
        self.block.txdata[0] = coinbase;
        self.block.header.version = Version::from_consensus(version.cast_signed());
        self.block.header.time = time;
        self.block.header.nonce = nonce;
        self.set_root();
    }

    fn set_root(&mut self) {
        if let Some(root) = self.block.compute_merkle_root() {
            self.block.header.merkle_root = root;
        }
    }

    /// The block with a nonce that solves it.
    pub(super) fn solved(mut self) -> Block {
        let header = &mut self.block.header;
        while header.validate_pow(header.target()).is_err() {
            header.nonce = header.nonce.wrapping_add(1);
        }
        self.block
    }

    /// What leads from the coinbase transaction to the Merkle root.
    pub(super) fn merkle_path(&self) -> Vec<MerkleNode> {
        let mut level: Vec<[u8; 32]> = self
            .block
            .txdata
            .iter()
            .map(|it| it.compute_txid().to_byte_array())
            .collect();
        let mut path = Vec::new();
        while level.len() > 1 {
            path.push(MerkleNode::from_byte_array(level[1]));
            level = level
                .chunks(2)
                .map(|pair| {
                    // A hash that is alone is hashed with itself.
                    let both = [pair[0], pair[pair.len() - 1]].concat();
                    TxMerkleNode::hash(&both).to_byte_array()
                })
                .collect();
        }
        path
    }
}

/// What the script of a coinbase transaction's input begins with.
pub(super) fn height_push(height: usize) -> ScriptBuf {
    Builder::new()
        .push_int(i64::try_from(height).unwrap_or(i64::MAX))
        .into_script()
}
