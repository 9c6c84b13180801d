//! How answers that we owe are given.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use capnp_rpc::rpc_capnp::return_;

use super::descriptor::malformed;
use super::envelope::Envelope;
use super::outbox::Outgoing;
use super::peer::Peer;
use super::tables::{Answer, Tables};
use super::wire;
use super::writer::Urgency;
use crate::exception::Exception;
use crate::message::Payload;
use crate::turns;

impl Peer {
    /// Sends an outcome as the answer to a call of the peer.
    pub(super) fn complete(self: &Arc<Self>, question: u32, outcome: Result<Payload, Exception>) {
        let Err(outcome) = self.answer_simply(question, outcome) else {
            return;
        };
        if turns::is_nested() {
            // What waits for this answer may be the next of a long chain.
            let this = Arc::clone(self);
            turns::in_turn(move || this.answer_now(question, outcome));
        } else {
            self.answer_now(question, outcome);
        }
    }

    /// Answers a call of whose results nobody wants more than what is in them: the usual case.
    ///
    /// # Errors
    ///
    /// The outcome, if it is not such a call.
    fn answer_simply(
        self: &Arc<Self>,
        question: u32,
        outcome: Result<Payload, Exception>,
    ) -> Result<(), Result<Payload, Exception>> {
        let mut results = outcome.map_err(Err)?;
        if results.has_capabilities() {
            return Err(Ok(results));
        }
        let (envelope, _) = match self.enclose(question, &mut results) {
            Ok(enclosed) => enclosed,
            Err(too_large) => return Err(Err(too_large)),
        };
        let (urgency, answer) = {
            let mut tables = self.lock();
            let is_simple = |answer: &Answer| {
                !answer.redirected && answer.finished.is_none() && answer.cell.is_none()
            };
            if !tables.answers.get(&question).is_some_and(is_simple) {
                return Err(Ok(results));
            }
            tables.owed -= 1;
            (tables.urgency(), tables.forget_answer(question, false))
        };
        drop(answer);
        self.writer
            .send(Outgoing::Owned(envelope, results), urgency);
        Ok(())
    }

    /// Answers any call.
    fn answer_now(self: &Arc<Self>, question: u32, outcome: Result<Payload, Exception>) {
        let (cell, redirected, wanted) = {
            let mut tables = self.lock();
            let Some(answer) = tables.answers.get_mut(&question) else {
                return;
            };
            (answer.cell(), answer.redirected, answer.finished.is_none())
        };
        let mut enclosed = None;
        let outcome = cell.decide(self, outcome, |results| {
            if wanted && !redirected {
                enclosed = Some(self.enclose(question, results)?);
            }
            Ok(())
        });
        // First what waits for it here: calls that the peer makes once it knows come later.
        cell.open(self, &outcome);
        // Results without objects leave nothing that the peer could want of the answer; a failure is what
        // calls of its results fail with that are on their way.
        let closed = wanted
            && !redirected
            && outcome
                .as_ref()
                .is_ok_and(|results| !results.has_capabilities());
        // Results are kept as long as the peer may name them.
        let kept = match &outcome {
            Ok(results) if !closed => results.bytes(),
            _ => 0,
        };
        let mut exports = Vec::new();
        let message = match (outcome, enclosed) {
            (Ok(results), Some((envelope, carried))) => {
                exports = carried;
                Outgoing::Shared(envelope, results)
            }
            (Err(exception), _) if wanted && !redirected => {
                Outgoing::Encoded(wire::failure(question, &exception))
            }
            _ if wanted => Outgoing::Encoded(wire::answer(question, |answer| {
                answer.set_results_sent_elsewhere(());
            })),
            _ => Outgoing::Encoded(wire::answer(question, |answer| answer.set_canceled(()))),
        };
        // On the table before it is on the wire: what the peer does then must find it there.
        let (urgency, forgotten) = {
            let mut tables = self.lock();
            let Some(answer) = tables.answers.get_mut(&question) else {
                return;
            };
            answer.returned = true;
            if answer.abandoned {
                self.given_up.fetch_sub(1, Ordering::Relaxed);
            }
            answer.results = exports;
            let asked = std::mem::replace(&mut answer.bytes, kept);
            let release_results = if closed { Some(false) } else { answer.finished };
            tables.owed -= 1;
            tables.held = tables.held - asked + kept;
            let urgency = tables.urgency();
            let forgotten = release_results
                .and_then(|release_results| tables.forget_answer(question, release_results));
            (urgency, forgotten)
        };
        drop(forgotten);
        self.writer.send(message, urgency);
    }

    /// Makes a Return of results. Returns what is around them, and the exports that they carry.
    fn enclose(
        self: &Arc<Self>,
        question: u32,
        results: &mut Payload,
    ) -> Result<(Envelope, Vec<u32>), Exception> {
        results.rebuild()?;
        let enclosed = match results.has_capabilities() {
            false => (Envelope::Return { question }, Vec::new()),
            true => Envelope::results(|mut answer| {
                answer.set_answer_id(question);
                answer.set_release_param_caps(false);
                match answer.which().map_err(|error| malformed(error.into()))? {
                    return_::Which::Results(payload) => {
                        self.describe_all(results.table(), payload.map_err(malformed)?)
                    }
                    _ => Ok(Vec::new()),
                }
            })?,
        };
        self.fitting(results, enclosed)
    }
}

impl Tables {
    /// When an answer has to be on its way: one who is alone has nobody to share a system call with.
    fn urgency(&self) -> Urgency {
        match self.owed {
            0 => Urgency::Now,
            _ => Urgency::Soon,
        }
    }
}
