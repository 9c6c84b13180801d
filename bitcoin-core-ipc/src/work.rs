//! From a template to a block that is worth submitting.

use bitcoin::absolute::LockTime;
use bitcoin::block::Header;
use bitcoin::hashes::{Hash, HashEngine, sha256d};
use bitcoin::transaction::Version;
use bitcoin::{
    OutPoint, ScriptBuf, Sequence, Transaction, TxIn, TxMerkleNode, TxOut, Txid, Witness,
};

use crate::coinbase::Coinbase;
use crate::error::Error;
use crate::hash::MerkleNode;
use crate::options::Solution;
use crate::template::Template;

/// How long the script of a coinbase transaction's input may be.
const SCRIPT_SIG: std::ops::RangeInclusive<usize> = 2..=100;

/// The header and the coinbase transaction of a block that is to be mined. See [`Template::work`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// The header. What may be changed is the nonce, the time, and the version's free bits.
    pub header: Header,
    coinbase: Transaction,
}

impl Template {
    /// What to mine for a block that pays its whole reward to `script_pubkey`.
    ///
    /// `extra` is appended to the script of the coinbase transaction's input, so that others who mine on the same
    /// template have another header.
    ///
    /// # Errors
    ///
    /// `extra` is too long; the connection is lost.
    pub async fn work(&self, script_pubkey: ScriptBuf, extra: &[u8]) -> Result<Work, Error> {
        let coinbase = self.coinbase().await?.transaction(script_pubkey, extra)?;
        let path = self.coinbase_merkle_path().await?;
        let mut header = Header::try_from(self.header().await?)?;
        header.merkle_root = merkle_root(coinbase.compute_txid(), &path);
        Ok(Work { header, coinbase })
    }
}

impl Coinbase {
    /// A coinbase transaction that pays the whole reward to `script_pubkey`.
    ///
    /// `extra` is appended to the script of its input, and where that is too short then, a zero.
    ///
    /// # Errors
    ///
    /// The script is longer than 100 bytes with `extra`, or what the node sent has no meaning.
    pub fn transaction(
        &self,
        script_pubkey: ScriptBuf,
        extra: &[u8],
    ) -> Result<Transaction, Error> {
        let mut script_sig = [&self.script_sig_prefix[..], extra].concat();
        if script_sig.len() < *SCRIPT_SIG.start() {
            script_sig.push(0);
        }
        if !SCRIPT_SIG.contains(&script_sig.len()) {
            let reason = format!("{} bytes are outside of {SCRIPT_SIG:?}", script_sig.len());
            return Err(Error::malformed(
                "the script of the coinbase's input",
                reason,
            ));
        }
        let reward = TxOut {
            value: self.reward_remaining.try_into()?,
            script_pubkey,
        };
        let required = self.required_outputs.iter().map(TxOut::try_from);
        let output: Result<_, _> = std::iter::once(Ok(reward)).chain(required).collect();
        Ok(Transaction {
            // The same bits: the network's versions have no sign.
            version: Version::non_standard(self.version.cast_signed()),
            lock_time: LockTime::from_consensus(self.lock_time),
            input: vec![TxIn {
                previous_output: OutPoint::null(),
                script_sig: ScriptBuf::from_bytes(script_sig),
                sequence: Sequence::from_consensus(self.sequence),
                witness: self
                    .witness
                    .as_ref()
                    .map(|only| Witness::from_slice(&[only]))
                    .unwrap_or_default(),
            }],
            output: output?,
        })
    }
}

impl Work {
    /// The coinbase transaction.
    pub fn coinbase(&self) -> &Transaction {
        &self.coinbase
    }

    /// Tries nonces until the header's hash reaches the target, and says whether one did. It takes a moment on regtest;
    /// other networks need miners. It computes all the while, without a break.
    pub fn solve(&mut self) -> bool {
        let target = self.header.target();
        (0..=u32::MAX).any(|nonce| {
            self.header.nonce = nonce;
            self.header.validate_pow(target).is_ok()
        })
    }
}

impl From<&Work> for Solution {
    fn from(work: &Work) -> Self {
        Self {
            version: work.header.version.to_consensus().cast_unsigned(),
            time: work.header.time,
            nonce: work.header.nonce,
            coinbase: (&work.coinbase).into(),
        }
    }
}

/// The root of a Merkle tree, from its first leaf and what is beside the way up.
pub(crate) fn merkle_root(first: Txid, path: &[MerkleNode]) -> TxMerkleNode {
    let mut hash = first.to_byte_array();
    for beside in path {
        let mut engine = sha256d::Hash::engine();
        engine.input(&hash);
        engine.input(beside.as_bytes());
        hash = sha256d::Hash::from_engine(engine).to_byte_array();
    }
    TxMerkleNode::from_byte_array(hash)
}
