//! What was looked at, and the methods of a node that do no harm.

use std::time::{Duration, Instant};

use bitcoin_core_ipc::{Error, Interfaces, Mining, Node};
use ipc_runtime::Ipc;
use serde_json::{Value, json};

use crate::args::Reach;
use crate::failure::Failure;
use crate::output::{Output, Read};
use crate::progress::waiting;

/// How long a method has that does next to nothing.
const PATIENCE: Duration = Duration::from_secs(10);

/// What one check found.
#[derive(Debug)]
pub(super) struct Finding {
    what: &'static str,
    detail: String,
    /// What to do, if it is not well.
    advice: Option<String>,
}

impl Finding {
    pub(super) fn well(what: &'static str, detail: impl Into<String>) -> Self {
        Self {
            what,
            detail: detail.into(),
            advice: None,
        }
    }

    pub(super) fn ill(
        what: &'static str,
        detail: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            what,
            detail: detail.into(),
            advice: Some(advice.into()),
        }
    }
}

/// What all checks found.
#[derive(Debug)]
pub(super) struct Findings {
    found: Vec<Finding>,
    /// Where each is shown as it is found.
    output: Option<Output>,
}

impl Findings {
    pub(super) fn new(output: Option<Output>) -> Self {
        Self {
            found: Vec::new(),
            output,
        }
    }

    pub(super) fn show_address(&self, address: &str) -> Result<Read, Failure> {
        match self.output {
            Some(output) => output.show(&json!(address), address),
            None => Ok(Read::On),
        }
    }

    /// Adds one, and says whether to go on.
    pub(super) fn add(&mut self, finding: Finding) -> Result<bool, Failure> {
        let mark = match finding.advice {
            None => "ok  ",
            Some(_) => "FAIL",
        };
        let mut human = format!("{mark}  {:<30} {}", finding.what, finding.detail);
        if let Some(advice) = &finding.advice {
            human = format!("{human}\n      help: {advice}");
        }
        let read = match self.output {
            Some(output) => output.show(&Value::Null, &human)?,
            None => Read::On,
        };
        let well = finding.advice.is_none();
        self.found.push(finding);
        Ok(well && read == Read::On)
    }

    pub(super) fn well(&self) -> bool {
        self.found.iter().all(|finding| finding.advice.is_none())
    }

    pub(super) fn json(&self) -> Value {
        let checks = self.found.iter().map(|finding| {
            json!({
                "check": finding.what,
                "well": finding.advice.is_none(),
                "detail": finding.detail,
                "advice": finding.advice,
            })
        });
        checks.collect()
    }
}

/// Connects, and calls what does no harm.
pub(super) async fn examine(
    reach: &Reach,
    ipc: &Ipc,
    findings: &mut Findings,
) -> Result<(), Failure> {
    let began = Instant::now();
    let connecting = reach.node().ipc(ipc.clone()).connect();
    let node = match waiting("waiting for the handshake", connecting).await {
        Ok(node) => node,
        Err(error) => {
            let advice = "it may be no node, or one that hangs: look at its log for \"IPC\"";
            findings.add(Finding::ill("handshake", error.to_string(), advice))?;
            return Ok(());
        }
    };
    findings.add(Finding::well("handshake", took(began)))?;
    let speaks = describe(node.interfaces());
    if !findings.add(Finding::well("interfaces", speaks))? {
        return Ok(());
    }
    methods(&node, findings).await
}

async fn methods(node: &Node, findings: &mut Findings) -> Result<(), Failure> {
    const START: &str = "the node may still be loading its chain: wait, or look at its log";

    let echo = node.echo("ipc doctor");
    check(findings, "Echo.echo", echo, |_| String::new(), START).await?;
    let mining = check(
        findings,
        "Init.makeMining",
        node.mining(),
        |_| String::new(),
        START,
    );
    if let Some(mining) = mining.await? {
        mining_methods(&mining, findings).await?;
    }
    if matches!(node.interfaces(), Interfaces::V30 | Interfaces::V31) {
        return Ok(());
    }
    let count = async {
        let rpc = node.rpc().await?;
        rpc.call::<u64>("getblockcount", ()).await
    };
    let shown = |count: &u64| format!("getblockcount says {count}");
    check(findings, "executeRpc", count, shown, START).await?;
    Ok(())
}

async fn mining_methods(mining: &Mining, findings: &mut Findings) -> Result<(), Failure> {
    const LOST: &str = "look at the log of the node for the reason";

    let test = |test: &bool| match test {
        true => "a test chain".to_owned(),
        false => "the main chain".to_owned(),
    };
    let asked = mining.is_test_chain();
    check(findings, "Mining.isTestChain", asked, test, LOST).await?;
    let behind = |behind: &bool| match behind {
        true => "the node catches up with the chain: templates and tips are late".to_owned(),
        false => "the node has caught up with the chain".to_owned(),
    };
    let asked = mining.is_initial_block_download();
    check(
        findings,
        "Mining.isInitialBlockDownload",
        asked,
        behind,
        LOST,
    )
    .await?;
    let tip = |tip: &Option<bitcoin_core_ipc::BlockRef>| match tip {
        Some(tip) => format!("{} at height {}", tip.hash, tip.height),
        None => "none: the node is still loading".to_owned(),
    };
    check(findings, "Mining.getTip", mining.tip(), tip, LOST).await?;
    Ok(())
}

/// Notes whether a method answers in time, and with what.
async fn check<T>(
    findings: &mut Findings,
    what: &'static str,
    call: impl Future<Output = Result<T, Error>>,
    shown: impl FnOnce(&T) -> String,
    advice: &str,
) -> Result<Option<T>, Failure> {
    let began = Instant::now();
    let answer = waiting(what, tokio::time::timeout(PATIENCE, call)).await;
    let (finding, answer) = match answer {
        Ok(Ok(answer)) => {
            let shown = shown(&answer);
            let detail = match shown.is_empty() {
                true => took(began),
                false => format!("{}, {shown}", took(began)),
            };
            (Finding::well(what, detail), Some(answer))
        }
        Ok(Err(error)) => (Finding::ill(what, error.to_string(), advice), None),
        Err(_) => {
            let detail = format!("no answer within {} s", PATIENCE.as_secs());
            (Finding::ill(what, detail, advice), None)
        }
    };
    findings.add(finding)?;
    Ok(answer)
}

fn took(began: Instant) -> String {
    format!("{:.1} ms", began.elapsed().as_secs_f64() * 1e3)
}

fn describe(interfaces: Interfaces) -> String {
    let has = match interfaces {
        Interfaces::V30 | Interfaces::V31 => "Echo, Mining",
        Interfaces::V32 => "Echo, Mining, Rpc",
        Interfaces::Multiprocess => "Echo, Mining, Chain, Node, WalletLoader",
        _ => "others than this command knows",
    };
    format!("{interfaces}: {has}")
}
