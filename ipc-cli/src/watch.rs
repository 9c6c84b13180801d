//! `ipc watch`: what happens in a node.

use std::process::ExitCode;
use std::time::Duration;

use bitcoin_core_ipc::{
    Amount, BlockHash, BlockRef, Error, Mining, Template, TemplateOptions, WaitOptions,
};
use futures_util::stream::{self, Stream, StreamExt};
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
    let wants = |events| arguments.events.is_empty() || arguments.events.contains(&events);
    let options = WaitOptions {
        timeout: Some(TURN),
        fee_threshold: arguments.fee_threshold.map(Amount),
    };
    let tips = stream::iter(wants(Events::Tips).then(|| tips(mining.clone()).boxed()));
    let templates =
        stream::iter(wants(Events::Templates).then(|| templates(mining, options).boxed()));
    let mut events = stream::select(tips.flatten(), templates.flatten());
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
