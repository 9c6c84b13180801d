//! The same conversation over our engine and over `capnp-rpc`, as it passes between the two peers.

use std::collections::HashMap;
use std::os::unix::net::UnixStream as StdStream;
use std::sync::{Arc, Mutex};

use ipc_runtime::{EngineKind, Ipc, Protocol};
use ipc_tests::nodes::NodeProxy;
use ipc_tests::peers::within;
use ipc_tests::test_node::{Journal, TestNode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::task::JoinHandle;

use crate::rpc::{Cap, Outcome, Payload, Rpc, Target};

/// Who says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Client,
    Server,
}

/// What both sides said, in the order in which it passed by.
type Said = Vec<(Side, Rpc)>;

/// Lets two sides of one engine converse.
async fn conversation(engine: EngineKind) -> Said {
    let ipc = || Ipc::builder().engine(engine).build().unwrap();
    let (client, server) = (ipc(), ipc());
    let (client_end, server_end, recording) = Recording::between();
    let journal = Journal::new();
    let node = TestNode::new(&journal);
    let serving = tokio::spawn(async move { server.protocol().serve(server_end, node).await });
    let root = client.protocol().connect::<NodeProxy>(client_end).await;
    let root = root.unwrap();
    assert_eq!(root.ping(1).await.unwrap(), 1);
    let child = root.child().await.unwrap();
    assert_eq!(child.ping(2).await.unwrap(), 2);
    let ours = NodeProxy::new(TestNode::new(&journal));
    root.keep(Some(ours)).await.unwrap();
    assert_eq!(root.ping_kept(3).await.unwrap(), 3);
    let home = root.kept().await.unwrap().unwrap();
    assert_eq!(home.ping(4).await.unwrap(), 4);
    root.keep(Some(child)).await.unwrap();
    assert_eq!(root.ping_kept(5).await.unwrap(), 5);
    root.fail(1).await.unwrap_err();
    assert!(root.kept().await.unwrap().is_some());
    // What was released before is released on the wire before this.
    assert_eq!(root.ping(6).await.unwrap(), 6);
    drop(root);
    within("the end", serving).await.unwrap().unwrap();
    recording.finish().await
}

/// Passes bytes on between two sockets, and notes the messages in them.
struct Recording {
    said: Arc<Mutex<Said>>,
    passing: [JoinHandle<()>; 2],
}

impl Recording {
    fn between() -> (StdStream, StdStream, Self) {
        let (client_end, client) = StdStream::pair().unwrap();
        let (server_end, server) = StdStream::pair().unwrap();
        let [(from_client, to_client), (from_server, to_server)] = [client, server].map(|socket| {
            socket.set_nonblocking(true).unwrap();
            UnixStream::from_std(socket).unwrap().into_split()
        });
        let said = Arc::default();
        let passing = [
            (Side::Client, from_client, to_server),
            (Side::Server, from_server, to_client),
        ]
        .map(|(side, from, to)| tokio::spawn(pass_on(side, from, to, Arc::clone(&said))));
        (client_end, server_end, Self { said, passing })
    }

    async fn finish(self) -> Said {
        for passing in self.passing {
            within("the end of a direction", passing).await.unwrap();
        }
        std::mem::take(&mut self.said.lock().unwrap())
    }
}

async fn pass_on(
    side: Side,
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    said: Arc<Mutex<Said>>,
) {
    let mut begun = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(count) = from.read(&mut buffer).await {
        begun.extend_from_slice(&buffer[..count]);
        let mut rest = begun.as_slice();
        // An incomplete message is complete with what comes next.
        while let Ok(message) = Rpc::decode_next(&mut rest) {
            said.lock().unwrap().push((side, message));
            begun = rest.to_vec();
            rest = begun.as_slice();
        }
        if count == 0 || to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}

/// What is the same over both engines.
#[derive(Debug, Default, PartialEq)]
struct Essence {
    /// Calls and returns of each side, in their order.
    client: Vec<Rpc>,
    server: Vec<Rpc>,
    /// What was finished and released, in whatever order.
    ends: Vec<String>,
}

/// Numbers of one side, by what they stand for: the first, second, third question or object.
#[derive(Default)]
struct Numbers {
    questions: HashMap<u32, u32>,
    asked: u32,
    /// With the count of references.
    exports: HashMap<u32, (u32, u32)>,
    exported: u32,
}

impl Numbers {
    fn ask(&mut self, question: u32) -> u32 {
        self.asked += 1;
        self.questions.insert(question, self.asked);
        self.asked
    }

    fn export(&mut self, id: u32) -> u32 {
        let exported = &mut self.exported;
        let (export, count) = self.exports.entry(id).or_insert_with(|| {
            *exported += 1;
            (*exported, 0)
        });
        *count += 1;
        *export
    }

    fn release(&mut self, id: u32, released: u32) -> u32 {
        let (export, count) = self.exports.get_mut(&id).unwrap();
        let export = *export;
        *count -= released;
        if *count == 0 {
            self.exports.remove(&id);
        }
        export
    }
}

/// The question for the server's first object, and that object.
const FIRST: u32 = 1;

/// The question that greets.
const GREETING: u32 = 2;

/// Takes out of a conversation what may differ.
///
/// - Numbers are replaced by what they stand for.
/// - `capnp-rpc` calls the first object by the name of the answer that brought it, and releases the
///   object; ours calls the object, and keeps it. Both are named as the answer here, and the
///   Release and the Finish of it are left out.
/// - `capnp-rpc` lets the answer to a Bootstrap release the parameters, which it has none of.
/// - `capnp-rpc` says Abort before it closes; ours closes.
/// - In the greeting each engine says how it is.
fn essence(said: Said) -> Essence {
    let mut essence = Essence::default();
    let [mut client, mut server] = [Numbers::default(), Numbers::default()];
    for (side, message) in said {
        let (own, other) = match side {
            Side::Client => (&mut client, &mut server),
            Side::Server => (&mut server, &mut client),
        };
        let message = match message {
            Rpc::Bootstrap(question) => Rpc::Bootstrap(own.ask(question)),
            Rpc::Call {
                question,
                target,
                interface,
                method,
                params,
                results_to,
            } => Rpc::Call {
                target: match target {
                    Target::Export(id) => match (side, other.exports[&id].0) {
                        (Side::Client, FIRST) => Target::Answer(FIRST, Vec::new()),
                        (_, export) => Target::Export(export),
                    },
                    Target::Answer(question, path) => {
                        Target::Answer(own.questions[&question], path)
                    }
                },
                question: own.ask(question),
                interface,
                method,
                params: match own.asked {
                    GREETING if side == Side::Client => Payload::default(),
                    _ => payload(params, own, other),
                },
                results_to,
            },
            mut message @ Rpc::Return { .. } => {
                if let Rpc::Return {
                    answer,
                    release_params,
                    outcome,
                    ..
                } = &mut message
                {
                    *answer = other.questions[answer];
                    *release_params &= *answer != FIRST;
                    if let Outcome::Results(results) = outcome {
                        *results = match *answer {
                            GREETING if side == Side::Server => Payload::default(),
                            _ => payload(std::mem::take(results), own, other),
                        };
                    }
                }
                message
            }
            Rpc::Finish {
                question,
                release_results,
            } => {
                let question = own.questions[&question];
                if side != Side::Client || question != FIRST {
                    let end = format!("{side:?} finishes {question}, {release_results}");
                    essence.ends.push(end);
                }
                continue;
            }
            Rpc::Release(id, count) => {
                let export = other.release(id, count);
                if side != Side::Client || export != FIRST {
                    let end = format!("{side:?} releases {export} {count} times");
                    essence.ends.push(end);
                }
                continue;
            }
            Rpc::Abort(_) => continue,
            other => other,
        };
        match side {
            Side::Client => essence.client.push(message),
            Side::Server => essence.server.push(message),
        }
    }
    essence.ends.sort();
    essence
}

fn payload(mut payload: Payload, own: &mut Numbers, other: &Numbers) -> Payload {
    for cap in &mut payload.caps {
        match cap {
            Cap::SenderHosted(id) => *id = own.export(*id),
            Cap::ReceiverHosted(id) => *id = other.exports[id].0,
            other => panic!("nobody promises anything here: {other:?}"),
        }
    }
    payload
}

#[tokio::test]
async fn both_engines_say_the_same() {
    let ours = within("ours", conversation(EngineKind::Native)).await;
    let theirs = within("theirs", conversation(EngineKind::CapnpRpc)).await;
    let ours = essence(ours);
    assert_eq!((ours.client.len(), ours.server.len()), (14, 14));
    assert_eq!(ours, essence(theirs));
}
