//! Nodes that go and come again.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bitcoin_core_ipc::testing::{FakeNode, Fault};
use bitcoin_core_ipc::{
    Error, Event, Interfaces, Node, Reconnect, Session, TemplateOptions, Updates, WaitOptions,
};
use ipc_runtime::{EngineKind, ExceptionKind, Ipc};
use ipc_tests::peers::within;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::UnixListener;

use crate::{ALL, mining};

/// A place where nodes can be.
struct Place {
    socket: PathBuf,
    _folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            socket: folder.path().join("node.sock"),
            _folder: folder,
        }
    }

    /// Starts a node, as Bitcoin Core does: the socket of another one that is gone is removed first.
    fn start(&self, interfaces: Interfaces) -> FakeNode {
        let _ = std::fs::remove_file(&self.socket);
        FakeNode::start_at(interfaces, &self.socket).unwrap()
    }

    fn session(&self, policy: Reconnect) -> Session {
        at(&self.socket).session(policy).unwrap()
    }
}

fn at(socket: &Path) -> bitcoin_core_ipc::NodeBuilder {
    Node::builder().address(format!("unix:{}", socket.display()))
}

/// Delays that no test waits for.
fn quick() -> Reconnect {
    Reconnect {
        first: Duration::from_millis(1),
        most: Duration::from_millis(4),
        settle: Duration::ZERO,
        ..Reconnect::default()
    }
}

async fn connected(session: &Session) -> Node {
    within("a connection", session.node()).await.unwrap()
}

async fn next<T: 'static>(events: &mut Updates<Event<T>>) -> Event<T> {
    within("the next event", events.next())
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn another_version_comes_back_and_what_the_old_one_made_is_dead() {
    let place = Place::new();
    let session = place.session(quick());
    for interfaces in ALL {
        let fake = place.start(interfaces);
        let node = connected(&session).await;
        assert_eq!(node.interfaces(), interfaces);
        let mining = mining(&node).await;
        assert_eq!(within("tip", mining.tip()).await.unwrap(), Some(fake.tip()));
        let again = connected(&session).await;
        within("an echo", again.echo("the same")).await.unwrap();
        assert!(again.is_connected());

        drop(fake);
        let error = within("tip", mining.tip()).await.expect_err("it is gone");
        assert!(error.is_disconnected(), "{error}");
        // There is another one now, which is nothing to the old objects.
        let fake = place.start(interfaces);
        let other = connected(&session).await;
        assert!(other.is_connected() && !node.is_connected());
        let error = within("tip", mining.tip()).await.expect_err("it is gone");
        assert!(error.is_disconnected(), "{error}");
        drop(fake);
        within("the loss", other.disconnected()).await;
    }
}

/// With the other engine calls fail before the connection counts as lost: then it takes the word of who asks.
#[tokio::test]
async fn who_is_done_with_a_connection_never_gets_it_again() {
    for engine in [EngineKind::Native, EngineKind::CapnpRpc] {
        let place = Place::new();
        let fake = place.start(Interfaces::V32);
        let ipc = Ipc::builder().engine(engine).build().unwrap();
        let session = at(&place.socket).ipc(ipc).session(quick()).unwrap();
        let first = connected(&session).await;

        // Though it is still there.
        let second = within("another", session.after(&first)).await.unwrap();
        fake.fault("Echo.echo", Fault::Hold);
        let (held, asked) = (first.clone(), second.clone());
        let held = tokio::spawn(async move { held.echo("on the first").await });
        within("the held call", fake.until_waiting(1)).await;
        within("an echo", asked.echo("on the second"))
            .await
            .unwrap();
        fake.release();
        within("the held call", held).await.unwrap().unwrap();

        // Whoever comes later with the first gets what was made for the one before.
        let later = within("another", session.after(&first)).await.unwrap();
        drop((first, second));
        fake.disconnect();
        let error = within("an echo", later.echo("?")).await.expect_err("lost");
        assert!(error.is_disconnected(), "{error}");
        let third = within("another", session.after(&later)).await.unwrap();
        within("the loss", later.disconnected()).await;
        within("an echo", third.echo("!")).await.unwrap();
    }
}

#[tokio::test]
async fn all_who_ask_get_the_same_connection() {
    let place = Place::new();
    let session = place.session(quick());
    let asking: Vec<_> = (0..8)
        .map(|_| {
            let session = session.clone();
            tokio::spawn(async move { session.node().await })
        })
        .collect();
    let fake = place.start(Interfaces::V32);
    for asking in asking {
        let node = within("a connection", asking).await.unwrap().unwrap();
        within("an echo", node.echo("hi")).await.unwrap();
    }
    assert_eq!(handshakes(&fake), 1);
}

const INIT: u64 = 0x8838_c700_ba5c_ba65;

/// How often somebody has connected: `Init.construct` of each handshake.
fn handshakes(fake: &FakeNode) -> usize {
    let calls = fake.received().into_iter();
    calls
        .filter(|call| (call.interface, call.ordinal) == (INIT, 0))
        .count()
}

/// Nobody ever comes. The attempts are made in no time, as time is what they wait for.
#[tokio::test(start_paused = true)]
async fn nobody_is_waited_for_as_long_as_the_limit_says() {
    let place = Place::new();
    let limit = Duration::from_secs(3600);
    let session = place.session(Reconnect {
        limit: Some(limit),
        ..Reconnect::default()
    });
    for _ in 0..2 {
        let began = tokio::time::Instant::now();
        let error = session.node().await.expect_err("nobody is there");
        let Error::NotThere { waited, last, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!((*waited, began.elapsed()), (limit, limit));
        assert!(last.message().contains("no socket"), "{error}");
    }
}

/// Waits that are dropped do not put the next attempt off.
#[tokio::test(start_paused = true)]
async fn a_wait_that_is_dropped_is_gone_on_with() {
    let place = Place::new();
    let first = Duration::from_secs(1000);
    let session = place.session(Reconnect {
        first,
        most: first,
        ..Reconnect::default()
    });
    let short = || tokio::time::timeout(first / 10, session.node());
    assert!(short().await.is_err(), "nobody is there");
    let listener = UnixListener::bind(&place.socket).unwrap();
    // No wait is as long as a delay, and together they are.
    for _ in 0..10 {
        assert!(short().await.is_err(), "it says nothing");
    }
    tokio::time::resume();
    within("an attempt", listener.accept()).await.unwrap();
}

/// A peer that says nothing, and then another that is a node.
#[tokio::test]
async fn a_handshake_that_stalls_is_tried_again() {
    let place = Place::new();
    let silent = UnixListener::bind(&place.socket).unwrap();
    let ipc = Ipc::builder().handshake_timeout(Duration::from_millis(50));
    let builder = at(&place.socket).ipc(ipc.build().unwrap());
    let session = builder.session(quick()).unwrap();
    let waiting = session.clone();
    let waiting = tokio::spawn(async move { waiting.node().await });
    let first = within("an attempt", silent.accept()).await.unwrap();
    let second = within("another", silent.accept()).await.unwrap();
    assert!(!waiting.is_finished());
    drop((silent, first, second));
    let _fake = place.start(Interfaces::V31);
    let node = within("the node", waiting).await.unwrap().unwrap();
    assert_eq!(node.interfaces(), Interfaces::V31);
}

/// In a limited time, a peer that never answers is what there is to tell.
#[tokio::test(start_paused = true)]
async fn a_handshake_that_stalls_ends_with_the_limit() {
    let place = Place::new();
    let _silent = UnixListener::bind(&place.socket).unwrap();
    let session = place.session(Reconnect {
        limit: Some(Duration::from_secs(5)),
        ..Reconnect::default()
    });
    let error = session.node().await.expect_err("it says nothing");
    let Error::NotThere { last, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!(last.kind(), ExceptionKind::TimedOut, "{error}");
}

/// Somebody is at the address who is no node.
#[tokio::test]
async fn garbage_is_a_failed_attempt() {
    let place = Place::new();
    let listener = UnixListener::bind(&place.socket).unwrap();
    let babbling = tokio::spawn(async move {
        for _ in 0..2 {
            let (mut peer, _) = listener.accept().await.unwrap();
            peer.write_all(&[0xff; 64]).await.unwrap();
            // Until the other side ends it.
            let _ = tokio::io::copy(&mut peer, &mut tokio::io::sink()).await;
        }
    });
    let error = within("connecting", at(&place.socket).connect()).await;
    let error = error.expect_err("it is no node").to_string();
    assert!(error.contains("is not Cap'n Proto RPC"), "{error}");
    let session = place.session(quick());
    let waiting = tokio::spawn(async move { session.node().await });
    within("the babbler", babbling).await.unwrap();
    let _fake = place.start(Interfaces::V32);
    within("the node", waiting).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_node_that_fails_to_say_what_it_speaks_is_an_error_at_once() {
    let place = Place::new();
    let fake = place.start(Interfaces::V31);
    let session = place.session(quick());
    let text = "std::exception: out of memory".to_owned();
    fake.fault("Init.makeMining", Fault::Fail(text.clone()));
    let error = within("a connection", session.node()).await;
    let error = error.expect_err("it is not known what it speaks");
    assert!(error.to_string().ends_with(&text), "{error}");
    connected(&session).await;
}

#[tokio::test]
async fn a_node_that_hangs_up_in_the_handshake_is_asked_again() {
    let place = Place::new();
    let fake = place.start(Interfaces::V32);
    let session = place.session(quick());
    fake.fault("Init.makeRpc", Fault::Disconnect);
    fake.fault("Init.makeRpc", Fault::Garbage);
    // Init.makeRpc of each handshake.
    let node = connected(&session).await;
    assert_eq!(node.interfaces(), Interfaces::V32);
    let asked = fake.received().into_iter();
    let asked = asked.filter(|call| (call.interface, call.ordinal) == (INIT, 4));
    assert_eq!(asked.count(), 3);
}

/// However fast a node goes again, it is asked no more often than one that is not there.
#[tokio::test]
async fn a_connection_that_does_not_last_counts_as_a_failure() {
    let place = Place::new();
    let fake = place.start(Interfaces::V32);
    let first = Duration::from_secs(1000);
    let session = place.session(Reconnect {
        first,
        most: first,
        ..Reconnect::default()
    });
    let node = connected(&session).await;
    fake.disconnect();
    within("the loss", node.disconnected()).await;
    let waiting = tokio::spawn(async move { session.node().await });
    let before = fake.received().len();
    tokio::time::pause();
    tokio::time::sleep(first / 4).await;
    assert!(!waiting.is_finished());
    assert_eq!(fake.received().len(), before);
}

#[tokio::test]
async fn tips_go_on_and_tell_of_the_gap() {
    let place = Place::new();
    let session = place.session(quick());
    let mut tips = session.tips();
    let mut fake = place.start(Interfaces::V30);
    for (interfaces, after) in [
        (Interfaces::V30, Interfaces::V31),
        (Interfaces::V31, Interfaces::V32),
        (Interfaces::V32, Interfaces::Multiprocess),
        (Interfaces::Multiprocess, Interfaces::V30),
    ] {
        let Event::Connected(node) = next(&mut tips).await else {
            panic!("{interfaces}: not connected");
        };
        assert_eq!(node.interfaces(), interfaces);
        for _ in 0..2 {
            let Event::Update(tip) = next(&mut tips).await else {
                panic!("{interfaces}: no tip");
            };
            assert_eq!(tip, fake.tip(), "{interfaces}");
            fake.mine();
        }
        let _last = next(&mut tips).await;
        drop((node, fake));
        let gap = next(&mut tips).await;
        let Event::Gap(Some(error)) = gap else {
            panic!("{interfaces}: no gap, but {gap:?}");
        };
        assert!(error.is_disconnected(), "{error}");
        fake = place.start(after);
    }
}

#[tokio::test]
async fn a_node_that_shuts_down_is_a_gap_without_an_error() {
    for interfaces in ALL {
        let place = Place::new();
        let fake = place.start(interfaces);
        let session = place.session(quick());
        let mut templates = session.templates(TemplateOptions::default(), WaitOptions::default());
        assert!(matches!(next(&mut templates).await, Event::Connected(_)));
        assert!(matches!(next(&mut templates).await, Event::Update(_)));
        fake.stop_waits();
        assert!(matches!(next(&mut templates).await, Event::Gap(None)));
        // The old one is still there for a while, and is not asked any more.
        let going_on = tokio::spawn(async move { (next(&mut templates).await, templates) });
        let node = connected(&session).await;
        within("an echo", node.echo("?")).await.unwrap();
        assert!(!going_on.is_finished());
        assert_eq!(handshakes(&fake), 1, "{interfaces}");
        drop(fake);
        let fake = place.start(interfaces);
        let (event, mut templates) = within("the new one", going_on).await.unwrap();
        assert!(matches!(event, Event::Connected(_)));
        let Event::Update(template) = next(&mut templates).await else {
            panic!("{interfaces}: no template");
        };
        let header = within("the header", template.header()).await.unwrap();
        assert_eq!(header.prev_block(), fake.tip().hash);
    }
}

#[tokio::test]
async fn options_that_the_node_refuses_are_an_error() {
    let place = Place::new();
    let _fake = place.start(Interfaces::V32);
    let options = TemplateOptions {
        reserved_weight: 0,
        ..TemplateOptions::default()
    };
    let mut templates = place
        .session(quick())
        .templates(options, WaitOptions::default());
    assert!(matches!(next(&mut templates).await, Event::Connected(_)));
    let refused = within("the template", templates.next()).await.unwrap();
    let error = refused.expect_err("too little");
    assert!(
        error.to_string().contains("block_reserved_weight"),
        "{error}"
    );
    assert!(within("the end", templates.next()).await.is_none());
}
