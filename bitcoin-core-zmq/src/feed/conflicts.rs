//! What leaves a mempool since blocks spend the same.

use std::collections::HashMap;

use bitcoin_core_ipc::{Error, Txid, bitcoin};

use super::chain::Told;
use super::numbering::mined;

/// Which transactions left for which transaction of the blocks, counted over all blocks.
pub(super) struct Conflicts(HashMap<usize, Vec<Txid>>);

impl Conflicts {
    /// Of a change of the chain.
    ///
    /// # Errors
    ///
    /// A transaction of a block cannot be read.
    pub(super) fn new(change: &[Told]) -> Result<Self, Error> {
        let conflicts: Vec<_> = change
            .iter()
            .filter_map(|told| told.conflict.as_ref())
            .map(|conflict| (conflict.compute_txid(), conflict))
            .collect();
        if conflicts.is_empty() {
            return Ok(Self(HashMap::new()));
        }
        let spent = spent(change)?;
        let mut places = HashMap::new();
        // First those that spend what a block spends, then what depends on them, and so on.
        loop {
            let mut is_new = false;
            for (txid, conflict) in &conflicts {
                let causes = conflict.input.iter().filter_map(|input| {
                    let output = input.previous_output;
                    let above = places.get(&output.txid);
                    spent.get(&output).into_iter().chain(above).min()
                });
                if let Some(place) = causes.min().copied()
                    && places.get(txid).is_none_or(|known| place < *known)
                {
                    places.insert(*txid, place);
                    is_new = true;
                }
            }
            if !is_new {
                break;
            }
        }
        let mut by_place: HashMap<usize, Vec<Txid>> = HashMap::new();
        for (txid, _) in conflicts {
            if let Some(place) = places.get(&txid) {
                by_place.entry(*place).or_default().push(txid.into());
            }
        }
        Ok(Self(by_place))
    }

    /// Those of the transaction at a place, in the order in which they left.
    pub(super) fn of(&mut self, place: usize) -> Vec<Txid> {
        self.0.remove(&place).unwrap_or_default()
    }
}

/// What the blocks spend, and the place of the transaction that does so.
fn spent(change: &[Told]) -> Result<HashMap<bitcoin::OutPoint, usize>, Error> {
    let mut spent = HashMap::new();
    for (place, (_, transaction)) in mined(change).enumerate() {
        for input in bitcoin::Transaction::try_from(transaction)?.input {
            spent.insert(input.previous_output, place);
        }
    }
    Ok(spent)
}
