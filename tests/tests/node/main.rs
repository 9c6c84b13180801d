//! `bitcoin-core-ipc` with nodes of every version: scripted ones, and real ones where there are any.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bitcoin_cli;
mod cancellation;
mod chain;
mod chain_events;
mod chain_notify;
mod chain_ordinals;
mod connecting;
mod control;
mod example;
mod failures;
mod handshake;
mod mining;
mod node_process;
mod ordinals;
mod progress;
mod python;
mod real;
mod real_ends;
mod rpc;
mod scenario;
mod session;
mod streams;
mod upstream;
mod wallet_process;
mod wallets;

use bitcoin_core_ipc::testing::FakeNode;
use bitcoin_core_ipc::{
    BlockRef, Error, Interfaces, Mining, Node, Template, TemplateOptions, WaitOptions,
};
use ipc_tests::peers::within;

/// Every set of interfaces.
const ALL: [Interfaces; 4] = [
    Interfaces::V30,
    Interfaces::V31,
    Interfaces::V32,
    Interfaces::Multiprocess,
];

/// A scripted node, and a connection to it.
async fn node(interfaces: Interfaces) -> (FakeNode, Node) {
    let fake = FakeNode::start(interfaces).unwrap();
    let node = within("connecting", Node::connect(&fake.address()))
        .await
        .unwrap();
    (fake, node)
}

async fn mining(node: &Node) -> Mining {
    within("makeMining", node.mining()).await.unwrap()
}

async fn template(mining: &Mining) -> Template {
    let template = mining.create_new_block(TemplateOptions::at_once());
    within("createNewBlock", template).await.unwrap()
}

/// The wait for another tip than that of the node, which has begun: it is the only one.
async fn tip_wait(fake: &FakeNode, mining: &Mining) -> Wait<BlockRef> {
    let wait = tokio::spawn(mining.wait_tip_changed(fake.tip().hash, None));
    within("the wait", fake.until_waiting(1)).await;
    wait
}

/// The wait for a better template, which has begun: it is the only one.
async fn template_wait(fake: &FakeNode, template: &Template) -> Wait<Template> {
    let wait = tokio::spawn(template.wait_next(WaitOptions::default()));
    within("the wait", fake.until_waiting(1)).await;
    wait
}

type Wait<T> = tokio::task::JoinHandle<Result<Option<T>, Error>>;
