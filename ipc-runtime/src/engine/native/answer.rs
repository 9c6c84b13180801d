//! Answers that we owe, and what the peer does with them before they are there.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use capnp::private::capability::PipelineOp;
use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::follow;
use super::peer::{Asking, Peer};
use super::promise::Depth;
use super::tables::Waiter;
use crate::capability::Capability;
use crate::connection::Connection;
use crate::engine::{Answer, RemoteObject, Reply, Request};
use crate::exception::{Exception, ExceptionKind};
use crate::message::Payload;
use crate::turns;

/// One answer: first a queue of what waits for it, then a result.
///
/// What waits is served in its order before the answer counts as given, so that nothing overtakes.
pub(super) struct AnswerCell {
    state: Mutex<State>,
    depth: Depth,
}

struct State {
    waiting: VecDeque<Waiting>,
    outcome: Option<Outcome>,
    /// The outcome is known and nothing waits any more.
    open: bool,
}

/// Results are kept for the capabilities in them, and for a peer that takes them later.
pub(super) type Outcome = Result<Arc<Payload>, Exception>;

/// Something that the peer wants of an answer that was not there.
pub(super) enum Waiting {
    Call(Vec<PipelineOp>, PipelinedCall),
    /// The answer to a question of ours as well.
    Take(Asking, Waiter),
    /// Whatever is to happen once all that came before has been sent on its way.
    Then(Box<dyn FnOnce(&Outcome) + Send>),
}

pub(super) struct PipelinedCall {
    pub(super) request: Request,
    pub(super) reply: Reply,
}

impl PipelinedCall {
    /// A call that waits here, and the answer to it.
    pub(super) fn new(request: Request, connection: Arc<Connection>) -> (Self, Answer) {
        let (sender, answer) = oneshot::channel();
        let (reply, interest) = Reply::new(|outcome| {
            // It fails when the answer is no longer wanted.
            let _ = sender.send(outcome);
        });
        let call = Self { request, reply };
        let answer = Answer::other(async move {
            let outcome = answer.await;
            drop(interest);
            outcome.unwrap_or_else(|_| Err(connection.disconnected()))
        });
        (call, answer)
    }
}

impl AnswerCell {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                waiting: VecDeque::new(),
                outcome: None,
                open: false,
            }),
            depth: Depth::default(),
        })
    }

    pub(super) fn depth(&self) -> &Depth {
        &self.depth
    }

    /// Does what is wanted now, if the answer is there, or else when it is.
    pub(super) fn want(&self, peer: &Arc<Peer>, mut wanted: Waiting) {
        if let Waiting::Call(_, call) = &mut wanted {
            // It is asked for under the lock of the tables.
            call.reply.watched();
        }
        let outcome = {
            let mut state = self.lock();
            match &state.outcome {
                Some(outcome) if state.open => outcome.clone(),
                _ => {
                    state.waiting.push_back(wanted);
                    return;
                }
            }
        };
        wanted.serve(peer, &outcome);
    }

    /// The answer is there. `prepare` makes it ready for the peer; it fails if that does.
    pub(super) fn decide(
        self: &Arc<Self>,
        peer: &Arc<Peer>,
        outcome: Result<Payload, Exception>,
        prepare: impl FnOnce(&mut Payload) -> Result<(), Exception>,
    ) -> Outcome {
        let promises = outcome
            .as_ref()
            .is_ok_and(|results| results.capabilities().any(|it| follow::link(it).is_some()));
        // What is replaced is dropped after the decision, since that may be anybody's code.
        let mut replaced = Vec::new();
        let _deciding = promises.then(follow::deciding);
        let outcome = outcome.and_then(|mut results| {
            if promises {
                replaced.extend(results.capabilities().cloned());
                results.replace_capabilities(|capability| peer.pin(capability, self));
            }
            prepare(&mut results)?;
            Ok(Arc::new(results))
        });
        self.lock().outcome = Some(outcome.clone());
        outcome
    }

    /// Serves all that waits for the answer, in its order, before the answer counts as given.
    pub(super) fn open(&self, peer: &Arc<Peer>, outcome: &Outcome) {
        loop {
            let waiting = {
                let mut state = self.lock();
                let next = state.waiting.pop_front();
                state.open = next.is_none();
                next
            };
            match waiting {
                Some(waiting) => turns::nest(|| waiting.serve(peer, outcome)),
                None => return,
            }
        }
    }

    /// The connection has ended: what waits fails with the reason, unless the answer is there.
    pub(super) fn give_up(&self, peer: &Arc<Peer>, reason: &Exception) {
        let outcome = Err(reason.clone());
        {
            let mut state = self.lock();
            if state.outcome.is_some() {
                return;
            }
            state.outcome = Some(outcome.clone());
        }
        self.open(peer, &outcome);
    }

    /// Whether anything but the table refers to the answer: something that waits for it, or a promise
    /// of something in it.
    pub(super) fn is_wanted(self: &Arc<Self>) -> bool {
        Arc::strong_count(self) > 1 || self.lock().waiting.iter_mut().any(Waiting::is_wanted)
    }

    /// The capability at the end of `path`, if the answer is there and all that waited was served.
    pub(super) fn capability(&self, path: &[PipelineOp]) -> Option<Result<Capability, Exception>> {
        let outcome = {
            let state = self.lock();
            state.outcome.clone().filter(|_| state.open)?
        };
        Some(capability(&outcome, path))
    }

    /// The capability at the end of `path`, if it is decided.
    pub(super) fn decided(&self, path: &[PipelineOp]) -> Option<Capability> {
        let outcome = self.lock().outcome.clone()?;
        capability(&outcome, path).ok()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn serve(self, peer: &Arc<Peer>, outcome: &Outcome) {
        match self {
            Self::Call(path, call) => match capability(outcome, &path) {
                Ok(capability) => peer.dispatch(&capability, call),
                Err(exception) => call.reply.send(Err(exception)),
            },
            Self::Take(question, waiter) => {
                let outcome = match outcome {
                    Ok(results) => results.duplicate(),
                    Err(exception) => Err(exception.clone()),
                };
                if let Err(violation) = peer.satisfy(question, waiter, outcome, &[]) {
                    peer.abort(violation);
                }
            }
            Self::Then(act) => act(outcome),
        }
    }

    /// Whether anybody waits for what comes of it.
    fn is_wanted(&mut self) -> bool {
        match self {
            Self::Call(_, call) => !call.reply.is_abandoned(),
            Self::Take(_, waiter) => waiter.is_waiting(),
            Self::Then(_) => true,
        }
    }
}

/// The capability that a path into an answer leads to.
fn capability(outcome: &Outcome, path: &[PipelineOp]) -> Result<Capability, Exception> {
    let results = outcome.as_ref().map_err(Clone::clone)?;
    results.pipelined(path)?.ok_or_else(|| {
        Exception::new(
            ExceptionKind::Null,
            "the call's target is null in the answer that it waited for",
        )
    })
}

/// Why a call of what an answer that was let go holds fails.
pub(super) fn gone() -> Exception {
    Exception::failed("the call's target is in an answer that holds no objects, or was finished")
}

/// A capability in an answer that we owe, passed back to us before the answer is there.
pub(super) struct Promised {
    pub(super) peer: Arc<Peer>,
    pub(super) cell: Arc<AnswerCell>,
    pub(super) path: Vec<PipelineOp>,
}

impl RemoteObject for Promised {
    fn connection(&self) -> &Arc<Connection> {
        self.peer.connection()
    }

    fn call(&self, request: Request) -> Answer {
        let connection = Arc::clone(self.connection());
        let (call, answer) = PipelinedCall::new(request, connection);
        self.cell
            .want(&self.peer, Waiting::Call(self.path.clone(), call));
        answer
    }

    fn resolve(&self) -> BoxFuture<'static, Result<Capability, Exception>> {
        let (sender, resolved) = oneshot::channel();
        let path = self.path.clone();
        let act = Box::new(move |outcome: &Outcome| {
            let _ = sender.send(capability(outcome, &path));
        });
        self.cell.want(&self.peer, Waiting::Then(act));
        let peer = Arc::clone(&self.peer);
        Box::pin(async move {
            let capability = resolved
                .await
                .unwrap_or_else(|_| Err(peer.connection().disconnected()))?;
            capability.resolve().await
        })
    }
}

impl fmt::Debug for Promised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("promised by us")
    }
}
