//! Objects that come back to the process that they are of.

use std::time::Duration;

use ipc_tests::nodes::{Node, NodeProxy};
use ipc_tests::test_node::{Journal, TestNode};

use crate::support::{client, remote, server_ipc, soon, until};

#[tokio::test]
async fn a_proxy_that_comes_home_needs_no_wire() {
    let (client, server) = (client(), server_ipc());
    let (here, there) = (Journal::new(), Journal::new());
    let node: NodeProxy = remote(&client, &server, TestNode::new(&there)).await;
    let ours = NodeProxy::new(TestNode::new(&here));
    soon(node.keep(Some(ours))).await.unwrap();
    let back = soon(node.kept()).await.unwrap().unwrap();
    assert_eq!(soon(back.ping(1)).await.unwrap(), 1);
    // It does not know that there was a connection.
    soon(client.shutdown(Duration::ZERO)).await;
    soon(node.ping(2)).await.unwrap_err();
    assert_eq!(soon(back.ping(3)).await.unwrap(), 3);
    assert_eq!((here.pings(), there.pings()), (vec![1, 3], vec![]));
    drop(back);
    soon(here.nodes(0)).await;
}

#[tokio::test]
async fn an_object_that_is_given_back_is_the_servers_own() {
    let (client, server) = (client(), server_ipc());
    let there = Journal::new();
    let node: NodeProxy = remote(&client, &server, TestNode::new(&there)).await;
    let child = soon(node.child()).await.unwrap();
    soon(node.keep(Some(child))).await.unwrap();
    assert_eq!(soon(node.ping_kept(5)).await.unwrap(), 5);
    assert_eq!(there.arrivals(), [(1, 5)]);
    // The server refers to nothing of ours for it.
    until(|| server.stats().remote_objects == 0).await;
    assert_eq!(client.stats().exported_objects, 0);
    there.forget();
    drop(node);
    soon(there.nodes(0)).await;
}

/// What another object of the same process makes of such a proxy.
#[tokio::test]
async fn a_proxy_that_came_home_can_be_passed_on() {
    let (client, server) = (client(), server_ipc());
    let (here, there) = (Journal::new(), Journal::new());
    let node: NodeProxy = remote(&client, &server, TestNode::new(&there)).await;
    let ours = NodeProxy::new(TestNode::new(&here));
    soon(node.keep(Some(ours))).await.unwrap();
    let back = soon(node.kept()).await.unwrap().unwrap();
    let other = TestNode::new(&here);
    soon(other.keep(Some(back.clone()))).await.unwrap();
    soon(node.keep(Some(back))).await.unwrap();
    assert_eq!(soon(node.ping_kept(4)).await.unwrap(), 4);
    assert_eq!(soon(other.ping_kept(5)).await.unwrap(), 5);
    assert_eq!(here.arrivals(), [(0, 4), (0, 5)]);
}
