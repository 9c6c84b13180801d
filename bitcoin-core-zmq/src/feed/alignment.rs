//! Where in what a node tells a number of its mempool belongs.

use std::collections::{HashMap, HashSet, VecDeque};
use std::future::Future;
use std::pin::pin;

use bitcoin_core_ipc::chain::ChainEvent;
use bitcoin_core_ipc::{Error, Rpc, Subscription, Transaction, Txid, bitcoin};
use futures_util::FutureExt;
use serde::Deserialize;

use super::chain::transactions;
use super::numbering::Numbering;

const MEMPOOL: &str = "getrawmempool";
/// After so many attempts, the node is not to be believed.
const ATTEMPTS: usize = 100;

/// What is in the mempool, and the number of its next change.
#[derive(Deserialize)]
struct Mempool {
    txids: Vec<String>,
    mempool_sequence: u64,
}

/// Finds the number of a change of the mempool, and returns what was told from there on.
///
/// What is told while `getrawmempool` runs was before or after the moment of which it speaks. Between the two is the place where
/// what it says is in the mempool is there. Seldom there is more than one, such as before and after a transaction that came
/// and went; or it is not known, since one that came goes into a block at once, or blocks are taken off. Then it is called again.
///
/// # Errors
///
/// A call fails, or what it says never fits what is told.
pub(super) async fn align(
    events: &mut Subscription<ChainEvent>,
    rpc: &Rpc,
) -> Result<(Numbering, VecDeque<ChainEvent>), Error> {
    for _ in 0..ATTEMPTS {
        let mut told = VecDeque::new();
        take_all(events, &mut told)?;
        told.clear();
        let mempool = rpc.call(MEMPOOL, (false, true));
        let mempool: Mempool = during(mempool, events, &mut told).await?;
        during(all_told(rpc.clone()), events, &mut told).await?;
        take_all(events, &mut told)?;
        let txids = mempool.txids.iter().map(|txid| txid.parse());
        let txids: HashSet<Txid> = txids
            .collect::<Result<_, _>>()
            .map_err(|_| wrong("a txid is none"))?;
        let effects: Vec<_> = told.iter().map(effect).collect::<Result<_, _>>()?;
        if let Some(place) = place(&effects, &txids) {
            told.drain(..place);
            let numbering = Numbering::new(txids, mempool.mempool_sequence);
            return Ok((numbering, told));
        }
    }
    Err(wrong("what it says does not fit what the node tells"))
}

/// Waits until everything is told that has happened until now, and of changes of the chain that are under way also the rest.
/// Somebody has to take it meanwhile.
pub(super) async fn all_told(rpc: Rpc) -> Result<(), Error> {
    // It waits for the lock that is held as long as the chain is changed.
    let _: u64 = rpc.call("getblockcount", ()).await?;
    rpc.call("syncwithvalidationinterfacequeue", ()).await
}

/// Takes what is told while a call runs.
async fn during<T>(
    call: impl Future<Output = Result<T, Error>>,
    events: &mut Subscription<ChainEvent>,
    told: &mut VecDeque<ChainEvent>,
) -> Result<T, Error> {
    let mut call = pin!(call);
    loop {
        tokio::select! {
            biased;
            answer = &mut call => return answer,
            event = events.next() => match event {
                Some(event) => told.push_back(event?),
                None => return call.await,
            },
        }
    }
}

/// Takes what has been told already.
fn take_all(
    events: &mut Subscription<ChainEvent>,
    told: &mut VecDeque<ChainEvent>,
) -> Result<(), Error> {
    while let Some(Some(event)) = events.next().now_or_never() {
        told.push_back(event?);
    }
    Ok(())
}

/// What an event is to the mempool.
enum Effect {
    None,
    Added(Txid),
    Removed(Txid),
    /// These were taken out, if they were there, without a word, and somewhat before.
    Mined(Vec<Txid>),
    /// Some of its transactions come back, and other blocks may take its place.
    Disconnected,
}

fn effect(event: &ChainEvent) -> Result<Effect, Error> {
    Ok(match event {
        ChainEvent::TransactionAdded(transaction) => Effect::Added(txid(transaction)?),
        ChainEvent::TransactionRemoved { transaction, .. } => Effect::Removed(txid(transaction)?),
        ChainEvent::BlockConnected { block, .. } => {
            let transactions = transactions(block)?.into_iter();
            Effect::Mined(transactions.map(|(txid, _)| txid).collect())
        }
        ChainEvent::BlockDisconnected(_) => Effect::Disconnected,
        _ => Effect::None,
    })
}

fn txid(transaction: &Transaction) -> Result<Txid, Error> {
    let transaction = bitcoin::Transaction::try_from(transaction)?;
    Ok(transaction.compute_txid().into())
}

/// After how many events the mempool was as given, if that is after one number of changes alone.
///
/// Blocks do not matter, as long as they have none of the changed transactions: wherever others of theirs left, what is not in the
/// given mempool has left already.
fn place(effects: &[Effect], mempool: &HashSet<Txid>) -> Option<usize> {
    let mut changes = Vec::new();
    let mut mined = HashSet::<Txid>::new();
    for (at, effect) in effects.iter().enumerate() {
        match effect {
            Effect::None => {}
            Effect::Added(txid) => changes.push((at, *txid, true)),
            Effect::Removed(txid) => changes.push((at, *txid, false)),
            Effect::Mined(txids) => mined.extend(txids),
            Effect::Disconnected => return None,
        }
    }
    if changes.iter().any(|(_, txid, _)| mined.contains(txid)) {
        return None;
    }
    // What was in the mempool, of all that is told of, and how much of that is otherwise in the given one. What leaves may
    // never have been there: a full mempool takes it out again at once, without a word that it came.
    let mut present = HashMap::new();
    for (_, txid, is_added) in &changes {
        let was_present = !is_added && mempool.contains(txid);
        present.entry(*txid).or_insert(was_present);
    }
    let differs = |txid: &Txid, is_present: bool| mempool.contains(txid) != is_present;
    let mut different = present
        .iter()
        .filter(|(txid, is_present)| differs(txid, **is_present))
        .count();
    let mut places = Vec::new();
    if different == 0 {
        places.push(0);
    }
    for (at, txid, is_added) in changes {
        different -= usize::from(differs(&txid, present.insert(txid, is_added) == Some(true)));
        different += usize::from(differs(&txid, is_added));
        if different == 0 {
            places.push(at + 1);
        }
    }
    match places[..] {
        [place] => Some(place),
        _ => None,
    }
}

fn wrong(reason: &str) -> Error {
    Error::Json {
        method: MEMPOOL.to_owned(),
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::Effect::{Added, Disconnected, Mined, None as Nothing, Removed};
    use super::*;

    fn txid(number: u8) -> Txid {
        Txid::from_byte_array([number; 32])
    }

    fn added(number: u8) -> Effect {
        Added(txid(number))
    }

    fn removed(number: u8) -> Effect {
        Removed(txid(number))
    }

    fn mined(numbers: &[u8]) -> Effect {
        Mined(numbers.iter().copied().map(txid).collect())
    }

    fn place(effects: &[Effect], mempool: &[u8]) -> Option<usize> {
        super::place(effects, &mempool.iter().copied().map(txid).collect())
    }

    #[test]
    fn a_place_is_where_all_is_there() {
        let told = [added(1), removed(2), Nothing, added(3), removed(1)];
        assert_eq!(place(&[], &[7]), Some(0));
        assert_eq!(place(&told, &[2, 7]), Some(0));
        assert_eq!(place(&told, &[1, 2]), Some(1));
        // Whether the second was there is not known.
        assert_eq!(place(&told, &[1]), None);
        assert_eq!(place(&told, &[1, 3]), Some(4));
        assert_eq!(place(&told, &[3]), Some(5));
        assert_eq!(place(&told, &[2, 3]), None);
    }

    #[test]
    fn two_places_are_none() {
        assert_eq!(place(&[added(1), removed(1)], &[]), None);
        assert_eq!(place(&[added(1), removed(1), added(2)], &[2]), Some(3));
        // It may have left without ever having been there.
        assert_eq!(place(&[removed(9), added(1)], &[]), None);
        assert_eq!(place(&[removed(9), added(1)], &[1]), Some(2));
    }

    #[test]
    fn blocks_matter_if_they_have_what_changed() {
        assert_eq!(place(&[mined(&[1]), mined(&[2])], &[2]), Some(0));
        let told = [added(1), mined(&[2]), added(3)];
        assert_eq!(place(&told, &[2]), Some(0));
        assert_eq!(place(&told, &[1]), Some(1));
        assert_eq!(place(&told, &[1, 2]), Some(1));
        assert_eq!(place(&told, &[1, 3]), Some(3));
        // Before it came, or after it left.
        assert_eq!(place(&[added(1), mined(&[1])], &[]), None);
        assert_eq!(place(&[Disconnected], &[]), None);
    }
}
