//! Streams, sessions and examples when a real node ends, and when it comes again.

use bitcoin_core_ipc::{
    BlockRef, Error, Event, Interfaces, Node, Reconnect, TemplateOptions, Updates, WaitOptions,
};
use ipc_tests::peers::{Peer, program, within};
use tokio::process::Command;

use crate::example::built;
use crate::mining;
use crate::real::RealNode;
use crate::upstream::extend;

const NODE: &str = "BITCOIN_NODE";

async fn next<T: 'static>(updates: &mut Updates<T>) -> T {
    within("the next", updates.next()).await.unwrap().unwrap()
}

/// Waits for the end of a stream whose node shuts down: the connection may be lost before it has said so.
async fn ends<T: std::fmt::Debug + 'static>(updates: &mut Updates<T>) {
    loop {
        match within("the end", updates.next()).await {
            None => return,
            Some(Err(error)) => assert!(error.is_disconnected(), "{error}"),
            // A better template that came just before.
            Some(Ok(_)) => {}
        }
    }
}

#[tokio::test]
async fn streams_tell_of_blocks_and_end_with_a_node_that_is_told_to_stop() {
    let Some(RealNode { node, process }) = RealNode::start(NODE).await else {
        return;
    };
    let mining = mining(&node).await;
    let mined = extend(&mining).await;
    let mut tips = mining.tips();
    assert_eq!(next(&mut tips).await, mined);
    let mut templates = mining.templates(TemplateOptions::at_once(), WaitOptions::default());
    let first = next(&mut templates).await;
    let header = within("the header", first.header()).await.unwrap();
    assert_eq!(header.prev_block(), mined.hash);

    for _ in 0..3 {
        let mined = extend(&mining).await;
        assert_eq!(next(&mut tips).await, mined);
        let better = next(&mut templates).await;
        let header = within("the header", better.header()).await.unwrap();
        assert_eq!(header.prev_block(), mined.hash);
    }

    // Both wait while it stops, and nobody lets go of it.
    let tips = tokio::spawn(async move { ends(&mut tips).await });
    let templates = tokio::spawn(async move { ends(&mut templates).await });
    process.terminate().await;
    within("the end of the tips", tips).await.unwrap();
    within("the end of the templates", templates).await.unwrap();
    within("the loss", node.disconnected()).await;
    let error = within("getTip", mining.tip())
        .await
        .expect_err("it is gone");
    assert!(error.is_disconnected(), "{error}");
}

#[tokio::test]
async fn a_session_outlives_a_node_that_is_killed() {
    let Some(RealNode { node, process }) = RealNode::start(NODE).await else {
        return;
    };
    let interfaces = node.interfaces();
    let session = Node::builder().address(node.address());
    let session = session.session(Reconnect::default()).unwrap();
    let mut tips = session.tips();
    connected(&mut tips, interfaces).await;
    updated(&mut tips).await;
    process.mine(1).await;
    let tip = updated(&mut tips).await;
    let rest = within("tip", mining(&node).await.tip()).await;
    assert_eq!(rest.unwrap(), Some(tip));

    let program = program(NODE, "it was there before").unwrap();
    let process = process.revive(program, &[]).await;
    let gap = next(&mut tips).await;
    let Event::Gap(Some(error)) = gap else {
        panic!("no gap, but {gap:?}");
    };
    assert!(error.is_disconnected(), "{error}");
    // It may still load its chain, which it says only then.
    connected(&mut tips, interfaces).await;
    let after = updated(&mut tips).await;
    assert!(after.height <= tip.height, "{after:?}");
    let process = process.loaded().await;
    process.mine(1).await;
    assert_eq!(updated(&mut tips).await.height, after.height + 1);
    let error = within("an echo", node.echo("?")).await.expect_err("dead");
    assert!(matches!(error, Error::Ipc(_)) && error.is_disconnected());
    drop(tips);
    let node = within("a connection", session.node()).await.unwrap();
    within("an echo", node.echo("alive")).await.unwrap();
    process.kill().await;
}

async fn connected(tips: &mut Updates<Event<BlockRef>>, interfaces: Interfaces) {
    match next(tips).await {
        Event::Connected(node) => assert_eq!(node.interfaces(), interfaces),
        event => panic!("no connection, but {event:?}"),
    }
}

async fn updated(tips: &mut Updates<Event<BlockRef>>) -> BlockRef {
    match next(tips).await {
        Event::Update(tip) => tip,
        event => panic!("no tip, but {event:?}"),
    }
}

#[tokio::test]
async fn the_examples_run_with_a_real_node() {
    let (watch, rpc) = (built("tip-watch").await, built("rpc").await);
    let Some(RealNode { node, process }) = RealNode::start(NODE).await else {
        return;
    };
    let mining = mining(&node).await;
    let tip = extend(&mining).await;
    let mut watching = Peer::start("tip-watch", &watch, [node.address()]);
    let first = format!("{} at {}", node.interfaces(), node.address());
    assert_eq!(watching.line(&[]).await, first);
    let expected = format!("tip {} {}", tip.height, tip.hash);
    assert_eq!(watching.line(&[]).await, expected);
    let tip = extend(&mining).await;
    let expected = format!("tip {} {}", tip.height, tip.hash);
    assert_eq!(watching.line(&[]).await, expected);

    let count = Command::new(&rpc)
        .args([node.address(), "getblockcount"])
        .output();
    let count = within("the example", count).await.unwrap();
    match node.interfaces() {
        Interfaces::V30 | Interfaces::V31 => assert_eq!(count.status.code(), Some(1)),
        _ => assert_eq!(count.stdout, format!("{}\n", tip.height).as_bytes()),
    }
    process.terminate().await;
    let ended = watching.line(&[]).await;
    assert!(ended == "the node shuts down" || ended.starts_with("lost: "));
    watching.kill().await;
}
