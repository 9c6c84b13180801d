//! `ipc serve zmq`: what `bitcoind` publishes over ZeroMQ, from a node over IPC.

use bitcoin_core_ipc::{Error, Node};
use bitcoin_core_zmq::{Event, Publisher, Topic, feed};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use ipc_runtime::Ipc;
use serde_json::json;

use crate::args::Zmq;
use crate::call::connect;
use crate::failure::Failure;
use crate::output::{Output, Read};

pub(super) async fn run(arguments: &Zmq, ipc: &Ipc, output: Output) -> Result<(), Failure> {
    let node = connect(&arguments.reach, ipc).await?;
    let told = feed::topics(node.interfaces());
    let topics = match arguments.topics.is_empty() {
        true => told.to_vec(),
        false => arguments.topics.clone(),
    };
    if let Some(topic) = topics.iter().find(|topic| !told.contains(topic)) {
        let text = format!("a node of {} does not tell of {topic}", node.interfaces());
        return Err(Failure::failed(text).advice(format!("it tells of {}", names(told))));
    }
    let mut events = events(&node, &topics).await?;
    let mut builder = Publisher::builder().high_water_mark(arguments.high_water_mark);
    for endpoint in &arguments.bind {
        builder = builder.bind(endpoint, topics.iter().copied());
    }
    let publisher = builder.start().await.map_err(Failure::usage)?;
    for endpoint in publisher.endpoints() {
        let endpoint = endpoint.to_string();
        let topic_names: Vec<_> = topics.iter().map(|topic| topic.name()).collect();
        let json = json!({ "endpoint": endpoint, "topics": topic_names });
        let human = format!("publishing {} at {endpoint}", names(&topics));
        if output.show(&json, &human)? == Read::NoMore {
            return Ok(());
        }
    }
    while let Some(event) = events.next().await {
        publisher.publish_event(event?);
    }
    Err(Failure::unreachable("the node has ended"))
}

/// The feed that has these topics.
async fn events(
    node: &Node,
    topics: &[Topic],
) -> Result<BoxStream<'static, Result<Event, Error>>, Error> {
    let blocks = [Topic::HashBlock, Topic::RawBlock];
    if topics.contains(&Topic::Sequence) {
        let (chain, rpc) = (node.chain().await?, node.rpc().await?);
        return Ok(feed::numbered_chain(chain, rpc).await?.boxed());
    }
    if topics.iter().any(|topic| !blocks.contains(topic)) {
        return Ok(feed::chain(node.chain().await?).await?.boxed());
    }
    let mining = node.mining().await?;
    Ok(match topics.contains(&Topic::RawBlock) {
        true => feed::blocks(mining, node.rpc().await?).boxed(),
        false => feed::tips(mining).boxed(),
    })
}

fn names(topics: &[Topic]) -> String {
    let names: Vec<_> = topics.iter().map(|topic| topic.name()).collect();
    names.join(", ")
}
