//! A peer that says what a test tells it to, message by message, and tells what it hears.

use std::sync::Arc;

use capnp_rpc::rpc_capnp::exception;
use ipc_runtime::{Exception, Ipc, Protocol};
use ipc_tests::nodes::NodeProxy;
use ipc_tests::peers::within;
use ipc_tests::test_node::{Journal, TestNode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::task::JoinHandle;

use crate::rpc::{Cap, Outcome, Payload, ResultsTo, Rpc, Target};

/// The interface of [`TestNode`].
pub(crate) const NODE: u64 = 0xb2c4_e6a8_d030_f002;
pub(crate) const PING: u16 = 0;
pub(crate) const CHILD: u16 = 1;
pub(crate) const KEEP: u16 = 2;
pub(crate) const KEPT: u16 = 3;
pub(crate) const WAIT: u16 = 4;
pub(crate) const PING_KEPT: u16 = 5;
pub(crate) const FAIL: u16 = 6;
pub(crate) const INTRODUCE: u16 = 7;

/// The peer's end of a connection.
pub(crate) struct Raw {
    socket: UnixStream,
}

/// A node that our engine serves to the raw peer.
pub(crate) struct Served {
    pub(crate) raw: Raw,
    pub(crate) journal: Arc<Journal>,
    /// The number under which the node is exported.
    pub(crate) root: u32,
    pub(crate) serving: JoinHandle<Result<(), Exception>>,
}

/// Connects to a node of ours, and asks for it with question 0, which is finished then.
pub(crate) async fn served() -> Served {
    let journal = Journal::new();
    let ipc = Ipc::new().unwrap();
    let (raw, ours) = Raw::pair();
    let node = TestNode::new(&journal);
    let serving = tokio::spawn(async move { ipc.protocol().serve(ours, node).await });
    let mut served = Served {
        raw,
        journal,
        root: 0,
        serving,
    };
    served.raw.say(Rpc::Bootstrap(0)).await;
    served.root = match served.raw.results(0).await.caps.as_slice() {
        [Cap::SenderHosted(id)] => *id,
        other => panic!("the first object is {other:?}"),
    };
    served.raw.say(finish(0).keeping()).await;
    served
}

/// A node of the raw peer that our engine has connected to.
pub(crate) struct Connected {
    pub(crate) raw: Raw,
    pub(crate) node: NodeProxy,
}

/// The interface of the method that only peers of our runtime have.
const HELLO: u64 = 0xa2c5_8bd1_9f60_7e43;

/// What our engine asks when it connects to a peer whose interface has no handshake.
pub(crate) async fn greeted(raw: &mut Raw) -> (u32, u32) {
    let Rpc::Bootstrap(first) = raw.hear().await else {
        panic!("the first message is no Bootstrap");
    };
    match raw.hear().await {
        Rpc::Call {
            question,
            target,
            interface: HELLO,
            ..
        } if target == Target::Answer(first, Vec::new()) => (first, question),
        other => panic!("not a greeting: {other:?}"),
    }
}

/// Lets our engine connect to the raw peer, whose first object is what `first` says. The bootstrap
/// is never finished, as long as the proxy lives.
pub(crate) async fn connected_to(first: Cap) -> Connected {
    connected_by(Ipc::new().unwrap(), first).await
}

/// As [`connected_to`], with an engine that is set up so.
pub(crate) async fn connected_by(ipc: Ipc, first: Cap) -> Connected {
    let (mut raw, ours) = Raw::pair();
    let connecting = tokio::spawn(async move { ipc.protocol().connect::<NodeProxy>(ours).await });
    let (bootstrap, greeting) = greeted(&mut raw).await;
    raw.say(returned(bootstrap, first_object(first))).await;
    raw.say(failed(greeting, exception::Type::Unimplemented, "hello"))
        .await;
    raw.expect(finish(greeting).keeping()).await;
    let node = within("the connection", connecting).await.unwrap().unwrap();
    Connected { raw, node }
}

/// Lets our engine connect to the raw peer, whose first object has number 0.
pub(crate) async fn connected() -> Connected {
    connected_to(Cap::SenderHosted(0)).await
}

impl Raw {
    /// A raw peer, and the socket at whose other end it is.
    pub(crate) fn pair() -> (Self, std::os::unix::net::UnixStream) {
        let (raw, ours) = std::os::unix::net::UnixStream::pair().unwrap();
        (Self::over(raw), ours)
    }

    /// A raw peer at this end of a socket.
    pub(crate) fn over(socket: std::os::unix::net::UnixStream) -> Self {
        socket.set_nonblocking(true).unwrap();
        let socket = UnixStream::from_std(socket).unwrap();
        Self { socket }
    }

    pub(crate) async fn say(&mut self, message: impl Into<Rpc>) {
        self.say_bytes(&message.into().encode()).await;
    }

    pub(crate) async fn say_bytes(&mut self, bytes: &[u8]) {
        within("sending", self.socket.write_all(bytes))
            .await
            .unwrap();
    }

    /// Sends if it can, and says whether it could.
    pub(crate) async fn try_to_say(&mut self, message: impl Into<Rpc>) -> bool {
        let bytes = message.into().encode();
        within("sending", self.socket.write_all(&bytes))
            .await
            .is_ok()
    }

    /// The next message.
    pub(crate) async fn hear(&mut self) -> Rpc {
        match self.frame().await {
            Some(frame) => Rpc::decode(&frame).unwrap(),
            None => panic!("the connection is closed"),
        }
    }

    /// Hears something next that this test cannot read: with an unknown member of a union.
    pub(crate) async fn unreadable(&mut self) -> bool {
        let frame = self.frame().await;
        frame.is_some_and(|frame| Rpc::decode(&frame).is_err())
    }

    /// Hears exactly this message next.
    pub(crate) async fn expect(&mut self, message: impl Into<Rpc>) {
        assert_eq!(self.hear().await, message.into());
    }

    /// Hears the results of a call of the raw peer next.
    pub(crate) async fn results(&mut self, question: u32) -> Payload {
        match self.hear().await {
            Rpc::Return {
                answer,
                release_params: false,
                outcome: Outcome::Results(results),
                ..
            } if answer == question => results,
            other => panic!("no results of call {question}: {other:?}"),
        }
    }

    /// Hears that a call of the raw peer failed next, and why.
    pub(crate) async fn failure(&mut self, question: u32) -> (exception::Type, String) {
        match self.hear().await {
            Rpc::Return {
                answer,
                outcome: Outcome::Exception(kind, reason),
                ..
            } if answer == question => (kind, reason),
            other => panic!("call {question} did not fail: {other:?}"),
        }
    }

    /// Hears a call next: its question, and what else it says.
    pub(crate) async fn called(&mut self, target: Target, method: u16) -> (u32, Payload) {
        match self.hear().await {
            Rpc::Call {
                question,
                target: named,
                interface: NODE,
                method: number,
                params,
                results_to: ResultsTo::Caller,
            } if named == target && number == method => (question, params),
            other => panic!("no call of {target:?} @{method}: {other:?}"),
        }
    }

    /// Hears why our engine ends the connection, and its end.
    pub(crate) async fn aborted(&mut self) -> String {
        let reason = match self.hear().await {
            Rpc::Abort(reason) => reason,
            other => panic!("no abort: {other:?}"),
        };
        self.closed().await;
        reason
    }

    /// Hears the end of the connection next.
    pub(crate) async fn closed(&mut self) {
        if let Some(frame) = self.frame().await {
            panic!("not closed: {:?}", Rpc::decode(&frame));
        }
    }

    /// Asks for something small and gets it, before which anything else would be heard.
    pub(crate) async fn quiet(&mut self, root: u32) {
        const QUESTION: u32 = 999_999;
        self.say(call(QUESTION, Target::Export(root), FAIL)).await;
        let (_kind, reason) = self.failure(QUESTION).await;
        assert_eq!(reason, "failed as asked");
        self.say(finish(QUESTION)).await;
    }

    async fn frame(&mut self) -> Option<Vec<u8>> {
        within("a message", async {
            let mut frame = vec![0; 4];
            match self.socket.read_exact(&mut frame).await {
                Ok(_) => {}
                Err(_closed) => return None,
            }
            let segments = number(&frame, 0) + 1;
            self.more(&mut frame, (segments / 2 * 2 + 1) * 4).await;
            let words: usize = (1..=segments).map(|segment| number(&frame, segment)).sum();
            self.more(&mut frame, words * 8).await;
            Some(frame)
        })
        .await
    }

    async fn more(&mut self, frame: &mut Vec<u8>, count: usize) {
        let begin = frame.len();
        frame.resize(begin + count, 0);
        self.socket.read_exact(&mut frame[begin..]).await.unwrap();
    }
}

/// The number at this place of a segment table.
fn number(table: &[u8], place: usize) -> usize {
    let at = place * 4;
    u32::from_le_bytes([table[at], table[at + 1], table[at + 2], table[at + 3]]) as usize
}

/// A call of a node's method, without parameters.
pub(crate) fn call(question: u32, target: Target, method: u16) -> Rpc {
    Rpc::Call {
        question,
        target,
        interface: NODE,
        method,
        params: Payload::default(),
        results_to: ResultsTo::Caller,
    }
}

pub(crate) fn returned(answer: u32, results: Payload) -> Rpc {
    Rpc::Return {
        answer,
        release_params: false,
        over: false,
        outcome: Outcome::Results(results),
    }
}

pub(crate) fn failed(answer: u32, kind: exception::Type, reason: &str) -> Rpc {
    outcome(answer, Outcome::Exception(kind, reason.to_owned()))
}

pub(crate) fn outcome(answer: u32, outcome: Outcome) -> Rpc {
    Rpc::Return {
        answer,
        release_params: false,
        over: false,
        outcome,
    }
}

/// A Finish that releases the results' capabilities.
pub(crate) fn finish(question: u32) -> Rpc {
    Rpc::Finish {
        question,
        release_results: true,
    }
}

pub(crate) fn a_number(number: u32) -> Payload {
    Payload {
        number,
        ..Payload::default()
    }
}

pub(crate) fn a_cap(cap: Cap) -> Payload {
    Payload {
        caps: vec![cap],
        ..Payload::default()
    }
}

/// The results of a Bootstrap.
pub(crate) fn first_object(cap: Cap) -> Payload {
    Payload {
        bare: true,
        ..a_cap(cap)
    }
}

impl Rpc {
    /// The call with a number as its parameter.
    pub(crate) fn number(mut self, value: u32) -> Self {
        if let Self::Call { params, .. } = &mut self {
            params.number = value;
        }
        self
    }

    /// The call with one more capability in its table; the first is its parameter.
    pub(crate) fn cap(mut self, cap: Cap) -> Self {
        if let Self::Call { params, .. } = &mut self {
            params.caps.push(cap);
        }
        self
    }

    /// The call with its results sent elsewhere.
    pub(crate) fn to(mut self, to: ResultsTo) -> Self {
        if let Self::Call { results_to, .. } = &mut self {
            *results_to = to;
        }
        self
    }

    /// The Finish, leaving the results' capabilities to be released by themselves.
    pub(crate) fn keeping(mut self) -> Self {
        if let Self::Finish {
            release_results, ..
        } = &mut self
        {
            *release_results = false;
        }
        self
    }

    /// The Return, after which no Finish is needed.
    pub(crate) fn over(mut self) -> Self {
        if let Self::Return { over, .. } = &mut self {
            *over = true;
        }
        self
    }

    /// The Return, releasing the capabilities of the parameters.
    pub(crate) fn releasing(mut self) -> Self {
        if let Self::Return { release_params, .. } = &mut self {
            *release_params = true;
        }
        self
    }
}
