//! `ipc watch`: what happens in a node.

use std::process::ExitCode;
use std::time::Duration;

use bitcoin_core_ipc::chain::{Chain, ChainEvent, RemovalReason};
use bitcoin_core_ipc::{
    Amount, BlockHash, BlockRef, Error, Interfaces, Mining, Template, TemplateOptions, Transaction,
    Txid, WaitOptions, bitcoin,
};
use futures_util::stream::{self, BoxStream, Stream, StreamExt};
use ipc_runtime::Ipc;
use serde_json::{Value, json};

use crate::args::{Events, Watch};
use crate::call::connect;
use crate::failure::Failure;
use crate::interrupt::unless_interrupted;
use crate::output::{Output, Read};
use crate::progress::waiting;

/// Waits end from time to time: some nodes have nothing to end them with when nobody waits any more.
const TURN: Duration = Duration::from_secs(10);
/// What to wait while the node gives nothing: it shuts down, or somebody has interrupted the wait.
const PAUSE: Duration = Duration::from_millis(100);

pub(crate) async fn run(arguments: Watch, ipc: &Ipc, output: Output) -> Result<ExitCode, Failure> {
    // Ctrl-C is how it ends.
    let watched = unless_interrupted(watch(&arguments, ipc, output)).await;
    watched.unwrap_or(Ok(())).map(|()| ExitCode::SUCCESS)
}

async fn watch(arguments: &Watch, ipc: &Ipc, output: Output) -> Result<(), Failure> {
    let node = connect(&arguments.reach, ipc).await?;
    let mining = node.mining().await?;
    let options = WaitOptions {
        timeout: Some(TURN),
        fee_threshold: arguments.fee_threshold.map(Amount),
    };
    let wants = |events| arguments.events.is_empty() || arguments.events.contains(&events);
    let mut watched: Vec<BoxStream<'_, _>> = Vec::new();
    if wants(Events::Tips) {
        watched.push(tips(mining.clone()).boxed());
    }
    if wants(Events::Templates) {
        watched.push(templates(mining, options).boxed());
    }
    // Of nodes that tell nothing of it, unless it is asked for.
    let tells = node.interfaces() == Interfaces::Multiprocess;
    if arguments.events.contains(&Events::Mempool) || wants(Events::Mempool) && tells {
        watched.push(mempool(node.chain().await?).await?.boxed());
    }
    let mut events = stream::select_all(watched);
    let mut left = arguments.count;
    while left != Some(0) {
        let Some(event) = waiting("waiting for what happens", events.next()).await else {
            break;
        };
        let event = event?;
        left = left.map(|left| left - 1);
        if output.show(&event.json(), &event.human())? == Read::NoMore {
            break;
        }
    }
    Ok(())
}

/// What happened.
#[derive(Debug)]
enum Event {
    Tip(BlockRef),
    Template {
        previous: BlockHash,
        transactions: usize,
        fees: Amount,
    },
    Added(Txid),
    Removed(Txid, RemovalReason),
}

impl Event {
    fn json(&self) -> Value {
        match self {
            Self::Tip(tip) => json!({
                "event": "tip",
                "height": tip.height,
                "hash": tip.hash.to_string(),
            }),
            Self::Template {
                previous,
                transactions,
                fees,
            } => json!({
                "event": "template",
                "previous": previous.to_string(),
                "transactions": transactions,
                "fees": fees.0,
            }),
            Self::Added(txid) => json!({ "event": "added", "txid": txid.to_string() }),
            Self::Removed(txid, reason) => json!({
                "event": "removed",
                "txid": txid.to_string(),
                "reason": format!("{reason:?}").to_lowercase(),
            }),
        }
    }

    fn human(&self) -> String {
        match self {
            Self::Tip(tip) => format!("tip       {} at height {}", tip.hash, tip.height),
            Self::Template {
                previous,
                transactions,
                fees,
            } => format!("template  on {previous}, {transactions} transactions, {fees} of fees"),
            Self::Added(txid) => format!("added     {txid}"),
            Self::Removed(txid, reason) => {
                format!(
                    "removed   {txid} ({})",
                    format!("{reason:?}").to_lowercase()
                )
            }
        }
    }
}

/// The tip as it is, and then each new one.
fn tips(mining: Mining) -> impl Stream<Item = Result<Event, Error>> + Send {
    stream::try_unfold((mining, None), |(mining, last)| async move {
        let tip = match last {
            Some(last) => changed(&mining, last).await?,
            None => match mining.tip().await? {
                Some(tip) => tip,
                None => changed(&mining, BlockHash::from_byte_array([0; 32])).await?,
            },
        };
        Ok(Some((Event::Tip(tip), (mining, Some(tip.hash)))))
    })
}

async fn changed(mining: &Mining, current: BlockHash) -> Result<BlockRef, Error> {
    loop {
        match mining.wait_tip_changed(current, Some(TURN)).await? {
            Some(tip) if tip.hash != current => return Ok(tip),
            Some(_) => {}
            None => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// A template, and then each better one.
fn templates(
    mining: Mining,
    options: WaitOptions,
) -> impl Stream<Item = Result<Event, Error>> + Send {
    stream::try_unfold(None, move |last: Option<Template>| {
        let mining = mining.clone();
        async move {
            let template = match last {
                Some(last) => loop {
                    match last.wait_next(options).await? {
                        Some(next) => break next,
                        None => tokio::time::sleep(PAUSE).await,
                    }
                },
                None => {
                    // A test chain may never seem to have caught up.
                    let options = match mining.is_test_chain().await? {
                        true => TemplateOptions::at_once(),
                        false => TemplateOptions::default(),
                    };
                    mining.create_new_block(options).await?
                }
            };
            let fees = template.fees().await?;
            let event = Event::Template {
                previous: template.header().await?.prev_block(),
                transactions: fees.len(),
                fees: Amount(fees.iter().map(|fee| fee.0).sum()),
            };
            Ok(Some((event, Some(template))))
        }
    })
}

/// What enters and leaves the mempool from now on.
async fn mempool(
    chain: Chain,
) -> Result<impl Stream<Item = Result<Event, Error>> + Send + use<>, Error> {
    let events = chain.notifications().await?;
    Ok(events.filter_map(|event| async move {
        let event = match event {
            Ok(ChainEvent::TransactionAdded(transaction)) => txid(&transaction).map(Event::Added),
            Ok(ChainEvent::TransactionRemoved {
                transaction,
                reason,
            }) => txid(&transaction).map(|txid| Event::Removed(txid, reason)),
            Ok(_) => return None,
            Err(error) => Err(error),
        };
        Some(event)
    }))
}

fn txid(transaction: &Transaction) -> Result<Txid, Error> {
    let transaction = bitcoin::Transaction::try_from(transaction)?;
    Ok(transaction.compute_txid().into())
}
