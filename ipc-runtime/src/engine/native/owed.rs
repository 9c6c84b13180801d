//! Answers that we owe: from a call's arrival to the peer's word that it is done with the answer.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use capnp_rpc::rpc_capnp::finish;

use tokio::sync::oneshot;

use super::answer::AnswerCell;
use super::peer::{Peer, broken};
use super::tables::{Answer, Tables};
use crate::engine::{Interest, Reply};
use crate::exception::{Exception, ExceptionKind};
use crate::message::Payload;

/// How many answers, given or not, a peer may leave unfinished: all that are running, and refusals
/// of which a peer that does many things at once has not heard yet.
fn unfinished(limit: usize) -> usize {
    limit.saturating_mul(2).saturating_add(1 << 10)
}

impl Peer {
    /// Enters a call of the peer into the table. The call is to be refused if there is a refusal.
    ///
    /// The reader goes on in any case: an answer that a handler waits for may be behind the call.
    pub(super) fn owe(
        self: &Arc<Self>,
        question: u32,
        redirected: bool,
        waits_for: Option<u32>,
        bytes: usize,
    ) -> Result<(Reply, Option<Exception>), Exception> {
        let limits = self.connection().limits();
        let limit = limits.calls_in_flight;
        let mut tables = self.lock();
        if tables.answers.len() >= unfinished(limit) {
            return Err(broken("it has far too many calls that it did not finish"));
        }
        // Before there is a reply: dropping one answers the call of its number.
        if tables.answers.contains_key(&question) {
            return Err(broken("it makes two calls with one number"));
        }
        let reply = Reply::owed(Owed {
            peer: Arc::clone(self),
            question,
        });
        let answer = Answer {
            cell: None,
            abandoned: false,
            interest: None,
            redirected,
            taken: false,
            waits_for,
            returned: false,
            finished: None,
            results: Vec::new(),
            bytes,
        };
        tables.answers.insert(question, answer);
        tables.owed += 1;
        let overloaded =
            |reason: fmt::Arguments<'_>| Exception::new(ExceptionKind::Overloaded, reason);
        let refusal = if tables.owed > limit {
            Some(overloaded(format_args!(
                "{limit} calls of this connection are running, which is the limit"
            )))
        } else if tables.held > limits.bytes_in_flight {
            Some(overloaded(format_args!(
                "calls of this connection hold {} bytes, and the limit is {}",
                tables.held, limits.bytes_in_flight
            )))
        } else {
            None
        };
        tables.held += bytes;
        Ok((reply, refusal))
    }

    /// The answer that the peer names.
    ///
    /// None if it is not on the table: the peer may not know yet that it has been let go.
    pub(super) fn answer(&self, question: u32) -> Result<Option<Arc<AnswerCell>>, Exception> {
        match self.lock().answers.get_mut(&question) {
            Some(answer) if answer.finished.is_none() => Ok(Some(answer.cell())),
            Some(_) => Err(broken("it names a call that it has finished")),
            None => Ok(None),
        }
    }

    /// The answer whose results the peer did not want before, and takes now.
    pub(super) fn take(&self, question: u32) -> Result<Arc<AnswerCell>, Exception> {
        let mut tables = self.lock();
        match tables.answers.get_mut(&question) {
            Some(answer) if answer.redirected && !answer.taken => {
                answer.taken = true;
                Ok(answer.cell())
            }
            Some(_) => Err(broken("it takes results that were not kept for it")),
            None => Err(broken(
                "it takes the results of a call that it did not make",
            )),
        }
    }

    pub(super) fn finished(&self, finish: finish::Reader<'_>) -> Result<(), Exception> {
        let question = finish.get_question_id();
        let release_results = finish.get_release_result_caps();
        let unwanted = {
            let mut tables = self.lock();
            // An answer that needed no Finish may get one all the same.
            let Some(answer) = tables.answers.get_mut(&question) else {
                return Ok(());
            };
            if answer.finished.replace(release_results).is_some() {
                return Err(broken("it finishes a call twice"));
            }
            if answer.returned {
                let forgotten = tables.forget_answer(question, release_results);
                drop(tables);
                drop(forgotten);
                return Ok(());
            }
            self.abandon(&mut tables, question)
        };
        // Outside of the lock: it wakes the handler's task. Then what that call had waited for may be
        // unwanted, too.
        let mut next = unwanted;
        while let Some((interest, waits_for)) = next {
            drop(interest);
            next = waits_for.and_then(|question| self.abandon(&mut self.lock(), question));
        }
        Ok(())
    }
}

/// The answer to a call of the peer, as the one holds it who is to give it.
pub(crate) struct Owed {
    peer: Arc<Peer>,
    question: u32,
}

impl Owed {
    pub(crate) fn send(self, outcome: Result<Payload, Exception>) {
        self.peer.complete(self.question, outcome);
    }

    /// Whether the call was given up.
    pub(crate) fn is_abandoned(&self) -> bool {
        // Few are, and to look at each takes the lock.
        self.peer.given_up.load(Ordering::Relaxed) != 0
            && (self.peer.lock().answers.get(&self.question)).is_none_or(|answer| answer.abandoned)
    }

    /// Ends when the call is given up.
    pub(crate) fn watch(&self) -> oneshot::Receiver<()> {
        let (interest, abandoned) = Interest::new();
        if let Some(answer) = self.peer.lock().answers.get_mut(&self.question)
            && !answer.abandoned
        {
            answer.interest = Some(interest);
        }
        abandoned
    }
}

/// What is dropped when a call is given up, and what that call itself waits for.
type GivenUp = (Option<Interest>, Option<u32>);

impl Peer {
    /// Gives up a call of the peer if the peer has finished it and nothing waits for it.
    fn abandon(&self, tables: &mut Tables, question: u32) -> Option<GivenUp> {
        let answer = tables.answers.get_mut(&question)?;
        // Calls that the peer made of its results go on, so it does, too.
        if answer.finished.is_none()
            || answer.returned
            || answer.abandoned
            || (answer.cell.as_ref()).is_some_and(AnswerCell::is_wanted)
        {
            return None;
        }
        answer.abandoned = true;
        self.given_up.fetch_add(1, Ordering::Relaxed);
        Some((answer.interest.take(), answer.waits_for))
    }
}
