//! Running a program over one pairing of engines.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use ipc_runtime::{EngineKind, Exception, Ipc, Protocol, Stats};
use ipc_tests::nodes::NodeProxy;
use ipc_tests::test_node::{Journal, TestNode};
use tokio::task::JoinHandle;

use crate::program::{Index, Step};

/// Far more than a program takes, on a busy machine too; little, so that one that hangs can be made
/// smaller.
const DEADLINE: Duration = Duration::from_secs(10);

/// The engines of a client and a server.
#[derive(Clone, Copy)]
pub(crate) struct Pairing(pub(crate) EngineKind, pub(crate) EngineKind);

/// A client and a server, each with an engine of its kind.
struct Both {
    engines: [EngineKind; 2],
    client: Ipc,
    server: Ipc,
}

/// What a program was seen to do.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Record {
    /// What came of each step.
    results: BTreeMap<usize, String>,
    /// Whether it has to be so over every pairing.
    pub(crate) is_certain: bool,
    /// The numbers that reached each node over each way, in their order.
    arrivals: BTreeMap<(Way, u32), Vec<u32>>,
}

/// A way on which calls keep their order: through which handle of the client, and whether the node
/// behind that is called itself or calls the one that it keeps.
type Way = (usize, bool);

impl Pairing {
    /// Runs a program, and waits until nothing is left of it.
    pub(crate) async fn run(self, program: &[Step]) -> Result<Record, String> {
        let ipc = |engine| Ipc::builder().engine(engine).build().unwrap();
        let both = Both {
            engines: [self.0, self.1],
            client: ipc(self.0),
            server: ipc(self.1),
        };
        let phase = Cell::new("nothing");
        // Kept alive until it has been looked at.
        let mut run = std::pin::pin!(both.run(program, &phase));
        match tokio::time::timeout(DEADLINE, &mut run).await {
            Ok(record) => record,
            Err(_) => Err(format!(
                "{} hangs, with {:?} in the client and {:?} in the server",
                phase.get(),
                both.client.stats(),
                both.server.stats()
            )),
        }
    }
}

impl Both {
    async fn run(&self, program: &[Step], phase: &Cell<&'static str>) -> Result<Record, String> {
        phase.set("the program");
        let journal = Journal::new();
        let (ours, theirs) = UnixStream::pair().unwrap();
        let server = self.server.clone();
        let node = TestNode::new(&journal);
        let serving = tokio::spawn(async move { server.protocol().serve(theirs, node).await });
        let connected = self.client.protocol().connect::<NodeProxy>(ours).await;
        let root = connected.map_err(|exception| exception.to_string())?;

        let mut client = Client::new(&journal, root.clone(), program);
        for (number, step) in program.iter().enumerate() {
            client.step(number, *step).await;
        }
        let record = client.finish(self.engines).await?;
        journal.forget();
        phase.set("what is left of the program");
        self.settled(self.rest()).await;

        drop(root);
        phase.set("the end of the connection");
        self.settled([Stats::default(); 2]).await;
        journal.nodes(0).await;
        drop(serving);
        Ok(record)
    }

    /// Waits until no more than this is alive in the client and in the server.
    async fn settled(&self, [client, server]: [Stats; 2]) {
        // `capnp-rpc` never answers a call that was given up while it ran, so that our engine cannot use
        // its number again as long as the connection lasts.
        let [caller, callee] = self.engines;
        let unanswered = caller != callee && client.connections > 0;
        let close = |mut now: Stats, rest: Stats| {
            if unanswered {
                now.outgoing_calls = now.outgoing_calls.min(rest.outgoing_calls);
            }
            now == rest
        };
        while !(close(self.client.stats(), client) && close(self.server.stats(), server)) {
            tokio::task::yield_now().await;
        }
    }

    /// What is alive of a connection whose first object is in use, in the client and in the server.
    fn rest(&self) -> [Stats; 2] {
        let [mut client, mut server] = [Stats::default(); 2];
        let [calls, serves] = self.engines.map(|engine| engine == EngineKind::Native);
        client.connections = 1;
        client.remote_objects = 1;
        client.proxies = 1;
        server.connections = 1;
        // Our engine counts the question that brings the object, and its answer, as long as that is in use.
        client.outgoing_calls = calls.into();
        server.incoming_calls = serves.into();
        // `capnp-rpc` calls what is in that answer, and releases the object.
        server.exported_objects = (calls || !serves).into();
        [client, server]
    }
}

impl fmt::Display for Pairing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} calling {:?}", self.0, self.1)
    }
}

/// A call that the client waits for.
struct Pending {
    step: usize,
    call: JoinHandle<String>,
    /// What it did does not matter to later ones.
    can_be_given_up: bool,
    waits_at_gate: bool,
}

struct Client {
    journal: Arc<Journal>,
    /// Every handle has a number of its own.
    held: Vec<(usize, NodeProxy)>,
    handles: usize,
    /// Whether any are held before they are there.
    early: bool,
    /// Whether any of those is not of the server.
    later: bool,
    pending: Vec<Pending>,
    /// The ways of pings, by the step that made them.
    ways: BTreeMap<usize, Way>,
    given_up: BTreeSet<usize>,
    record: Record,
}

impl Client {
    fn new(journal: &Arc<Journal>, root: NodeProxy, program: &[Step]) -> Self {
        let mut client = Self {
            journal: Arc::clone(journal),
            held: Vec::new(),
            handles: 0,
            later: false,
            early: program.iter().any(|step| step.is_early()),
            pending: Vec::new(),
            ways: BTreeMap::new(),
            given_up: BTreeSet::new(),
            record: Record::default(),
        };
        client.hold(root);
        for _ in 0..2 {
            client.hold(NodeProxy::new(TestNode::new(journal)));
        }
        client
    }

    fn hold(&mut self, node: NodeProxy) {
        self.held.push((self.handles, node));
        self.handles += 1;
    }

    fn hold_early(&mut self, node: NodeProxy) {
        self.later |= !format!("{node:?}").contains("remote");
        self.hold(node);
    }

    fn held(&self, index: Index) -> (usize, NodeProxy) {
        self.held[usize::from(index) % self.held.len()].clone()
    }

    async fn step(&mut self, number: usize, step: Step) {
        match step {
            Step::Ping(index) => {
                let (handle, node) = self.held(index);
                self.ways.insert(number, (handle, false));
                self.begin(number, true, node.ping(number as u32));
            }
            Step::PingKept(index) => {
                let (handle, node) = self.held(index);
                self.ways.insert(number, (handle, true));
                self.begin(number, true, node.ping_kept(number as u32));
            }
            Step::Keep(index, kept) => {
                let call = self.held(index).1.keep(Some(self.held(kept).1));
                self.begin(number, false, call);
            }
            Step::Forget(index) => {
                let call = self.held(index).1.keep(None);
                self.begin(number, false, call);
            }
            Step::Fail(index, kind) => {
                let call = self.held(index).1.fail(kind);
                self.begin(number, true, call);
            }
            Step::Wait(index) => {
                let call = self.held(index).1.wait();
                self.begin(number, true, async move { call.await.map(drop) });
                if let Some(pending) = self.pending.last_mut() {
                    pending.waits_at_gate = true;
                }
            }
            Step::Introduce(index) => {
                let call = self.held(index).1.introduce();
                let done = tokio::spawn(call).await.unwrap();
                self.note(number, look(&done));
            }
            Step::Fetch(index) => {
                let call = self.held(index).1.fetch();
                let done = tokio::spawn(call).await.unwrap();
                self.note(number, look(&done));
            }
            Step::Child(index) => {
                let call = self.held(index).1.child();
                let child = tokio::spawn(call).await.unwrap();
                self.receive(number, child.map(Some));
            }
            Step::EarlyChild(index) => {
                let child = self.held(index).1.child().pipeline();
                self.hold_early(child);
            }
            Step::EarlyKept(index) => {
                let kept = self.held(index).1.kept().pipeline();
                self.hold_early(kept);
            }
            Step::Kept(index) => {
                let call = self.held(index).1.kept();
                let kept = tokio::spawn(call).await.unwrap();
                self.receive(number, kept);
            }
            Step::Cancel(index) => {
                let Some(pending) = self.take(index, |pending| pending.can_be_given_up) else {
                    return;
                };
                self.given_up.insert(pending.step);
                pending.call.abort();
            }
            Step::Await(index) => {
                // One at the gate would wait for ever.
                if let Some(pending) = self.take(index, |pending| !pending.waits_at_gate) {
                    self.end(pending).await;
                }
            }
            Step::Drop(index) => {
                if self.held.len() > 1 {
                    self.held.remove(usize::from(index) % self.held.len());
                }
            }
        }
    }

    /// Sends a call, after all that were begun before.
    fn begin<T: fmt::Debug>(
        &mut self,
        step: usize,
        can_be_given_up: bool,
        call: impl Future<Output = Result<T, Exception>> + Send + 'static,
    ) {
        let call = tokio::spawn(async move { look(&call.await) });
        self.pending.push(Pending {
            step,
            call,
            can_be_given_up,
            waits_at_gate: false,
        });
    }

    fn receive(&mut self, step: usize, node: Result<Option<NodeProxy>, Exception>) {
        let place = match &node {
            Ok(Some(node)) if format!("{node:?}").contains("local") => "a node of the client",
            Ok(Some(_)) => "a node of the server",
            Ok(None) => "nothing",
            Err(_) => "a failure",
        };
        self.note(step, place.to_owned());
        if let Ok(Some(node)) = node {
            self.hold(node);
        }
    }

    fn take(&mut self, index: Index, which: impl Fn(&Pending) -> bool) -> Option<Pending> {
        let places: Vec<_> = (0..self.pending.len())
            .filter(|place| which(&self.pending[*place]))
            .collect();
        let place = places.get(usize::from(index) % places.len().max(1))?;
        Some(self.pending.remove(*place))
    }

    async fn end(&mut self, pending: Pending) {
        let result = pending.call.await.unwrap();
        self.note(pending.step, result);
    }

    fn note(&mut self, step: usize, result: String) {
        self.record.results.insert(step, result);
    }

    /// Waits for all calls that were not given up.
    async fn finish(mut self, engines: [EngineKind; 2]) -> Result<Record, String> {
        for _ in 0..self.ways.len() + self.pending.len() + 1 {
            self.journal.open();
        }
        for pending in std::mem::take(&mut self.pending) {
            self.end(pending).await;
        }
        // Nodes that are called before they are there are reached over two ways.
        self.record.is_certain = !self.early;
        // `capnp-rpc` may forward their calls in another order, and what a node of the client will bring
        // is called in any.
        if self.early && (self.later || engines != [EngineKind::Native; 2]) {
            return Ok(self.record);
        }
        for (node, number) in self.journal.arrivals() {
            let step = number as usize;
            if self.given_up.contains(&step) {
                continue;
            }
            let way = self.ways[&step];
            let arrivals = self.record.arrivals.entry((way, node)).or_default();
            if arrivals.last().is_some_and(|last| *last >= number) {
                return Err(format!("{number} reached node {node} after {arrivals:?}"));
            }
            arrivals.push(number);
        }
        Ok(self.record)
    }
}

/// What an answer looks like to a caller.
fn look<T: fmt::Debug>(answer: &Result<T, Exception>) -> String {
    match answer {
        Ok(value) => format!("{value:?}"),
        Err(exception) => format!("{:?}: {}", exception.kind(), exception.message()),
    }
}
