//! Answers that we owe, and what the peer does with them before they are there.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use capnp::private::capability::PipelineOp;
use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::peer::Peer;
use crate::capability::Capability;
use crate::connection::Connection;
use crate::engine::{RemoteObject, Reply};
use crate::exception::{Exception, ExceptionKind};
use crate::message::Payload;

/// One answer: first a queue of what waits for it, then a result.
///
/// What waits is served in its order before the answer counts as given, so that nothing overtakes.
pub(super) struct AnswerCell(Mutex<State>);

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
    /// Whatever is to happen once all that came before has been sent on its way.
    Then(Box<dyn FnOnce(&Outcome) + Send>),
}

pub(super) struct PipelinedCall {
    pub(super) interface_id: u64,
    pub(super) ordinal: u16,
    pub(super) params: Payload,
    pub(super) reply: Reply,
}

impl AnswerCell {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(State {
            waiting: VecDeque::new(),
            outcome: None,
            open: false,
        })))
    }

    /// One that failed.
    pub(super) fn failed(reason: Exception) -> Arc<Self> {
        Arc::new(Self(Mutex::new(State {
            waiting: VecDeque::new(),
            outcome: Some(Err(reason)),
            open: true,
        })))
    }

    /// Does what is wanted now, if the answer is there, or else when it is.
    pub(super) fn want(&self, peer: &Arc<Peer>, wanted: Waiting) {
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

    /// The answer is there: serves all that waits, in its order.
    pub(super) fn complete(&self, peer: &Arc<Peer>, outcome: Outcome) {
        {
            let mut state = self.lock();
            state.outcome = Some(outcome.clone());
            state.open = state.waiting.is_empty();
            if state.open {
                return;
            }
        }
        loop {
            let waiting = {
                let mut state = self.lock();
                let next = state.waiting.pop_front();
                state.open = next.is_none();
                next
            };
            match waiting {
                Some(waiting) => waiting.serve(peer, &outcome),
                None => return,
            }
        }
    }

    /// Whether anything but the table refers to the answer: something that waits for it, or a promise
    /// of something in it.
    pub(super) fn is_wanted(self: &Arc<Self>) -> bool {
        Arc::strong_count(self) > 1 || !self.lock().waiting.is_empty()
    }

    /// The capability at the end of `path`, if the answer is there and all that waited was served.
    pub(super) fn capability(&self, path: &[PipelineOp]) -> Option<Result<Capability, Exception>> {
        let outcome = {
            let state = self.lock();
            state.outcome.clone().filter(|_| state.open)?
        };
        Some(capability(&outcome, path))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn serve(self, peer: &Arc<Peer>, outcome: &Outcome) {
        match self {
            Self::Call(path, call) => match capability(outcome, &path) {
                Ok(capability) => peer.dispatch(&capability, call),
                Err(exception) => call.reply.send(Err(exception)),
            },
            Self::Then(act) => act(outcome),
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

    fn call(
        &self,
        interface_id: u64,
        ordinal: u16,
        params: Payload,
    ) -> BoxFuture<'static, Result<Payload, Exception>> {
        let (sender, answer) = oneshot::channel();
        let (reply, interest) = Reply::new(|outcome| {
            // It fails when the answer is no longer wanted.
            let _ = sender.send(outcome);
        });
        let call = PipelinedCall {
            interface_id,
            ordinal,
            params,
            reply,
        };
        self.cell
            .want(&self.peer, Waiting::Call(self.path.clone(), call));
        let peer = Arc::clone(&self.peer);
        Box::pin(async move {
            let outcome = answer.await;
            drop(interest);
            outcome.unwrap_or_else(|_| Err(peer.connection().disconnected()))
        })
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
