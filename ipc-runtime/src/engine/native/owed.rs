//! Answers that we owe: from a call's arrival to the peer's word that it is done with the answer.

use std::sync::Arc;

use capnp_rpc::rpc_capnp::finish;

use super::answer::AnswerCell;
use super::peer::{Peer, broken};
use super::tables::{Answer, Tables};
use super::wire;
use crate::engine::{Interest, Reply};
use crate::exception::Exception;
use crate::message::Payload;

impl Peer {
    /// Enters a call of the peer into the table.
    pub(super) fn owe(
        self: &Arc<Self>,
        question: u32,
        redirected: bool,
        waits_for: Option<u32>,
    ) -> Result<Reply, Exception> {
        let peer = Arc::clone(self);
        let (reply, interest) = Reply::new(move |outcome| peer.complete(question, outcome));
        let answer = Answer {
            cell: AnswerCell::new(),
            interest: Some(interest),
            redirected,
            taken: false,
            waits_for,
            returned: false,
            finished: None,
            results: Vec::new(),
        };
        let mut tables = self.lock();
        if tables.answers.contains_key(&question) {
            return Err(broken("it makes two calls with one number"));
        }
        tables.answers.insert(question, answer);
        Ok(reply)
    }

    /// Sends an outcome as the answer to a call of the peer.
    fn complete(self: &Arc<Self>, question: u32, outcome: Result<Payload, Exception>) {
        let (cell, redirected, wanted) = {
            let tables = self.lock();
            let Some(answer) = tables.answers.get(&question) else {
                return;
            };
            let cell = Arc::clone(&answer.cell);
            (cell, answer.redirected, answer.finished.is_none())
        };
        // First what waits for it here: calls that the peer makes once it knows come later.
        let outcome = cell.complete(self, outcome);
        let (message, exports) = match &outcome {
            _ if !wanted => (
                wire::answer(question, |answer| answer.set_canceled(())),
                Vec::new(),
            ),
            _ if redirected => {
                let message =
                    wire::answer(question, |answer| answer.set_results_sent_elsewhere(()));
                (message, Vec::new())
            }
            Ok(results) => self.encode_results(question, results),
            Err(exception) => (wire::failure(question, exception), Vec::new()),
        };
        // On the table before it is on the wire: what the peer does then must find it there.
        let finished = {
            let mut tables = self.lock();
            tables.answers.get_mut(&question).and_then(|answer| {
                answer.returned = true;
                answer.results = exports;
                answer.finished
            })
        };
        if let Some(release_results) = finished {
            self.forget_answer(question, release_results);
        }
        self.send(message);
    }

    fn encode_results(self: &Arc<Self>, question: u32, results: &Payload) -> (Vec<u8>, Vec<u32>) {
        let mut exports = Vec::new();
        let encoded = wire::encode(|message| {
            let mut answer = message.init_return();
            answer.set_answer_id(question);
            answer.set_release_param_caps(false);
            exports = self.write_payload(results, answer.init_results())?;
            Ok(())
        });
        match encoded {
            Ok(message) => (message, exports),
            Err(exception) => (wire::failure(question, &exception), Vec::new()),
        }
    }

    /// Takes an answer off the table that was both given and finished.
    fn forget_answer(&self, question: u32, release_results: bool) {
        let mut tables = self.lock();
        let Some(answer) = tables.answers.remove(&question) else {
            return;
        };
        let mut released = Vec::new();
        if release_results {
            for export in &answer.results {
                released.extend(tables.unexport(*export, 1));
            }
        }
        drop(tables);
        drop((answer, released));
    }

    /// The answer that the peer names.
    pub(super) fn answer(&self, question: u32) -> Result<Arc<AnswerCell>, Exception> {
        match self.lock().answers.get(&question) {
            Some(answer) if answer.finished.is_none() => Ok(Arc::clone(&answer.cell)),
            Some(_) => Err(broken("it names a call that it has finished")),
            None => Err(broken("it names a call that it did not make")),
        }
    }

    /// The answer whose results the peer did not want before, and takes now.
    pub(super) fn take(&self, question: u32) -> Result<Arc<AnswerCell>, Exception> {
        let mut tables = self.lock();
        match tables.answers.get_mut(&question) {
            Some(answer) if answer.redirected && !answer.taken => {
                answer.taken = true;
                Ok(Arc::clone(&answer.cell))
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
            let Some(answer) = tables.answers.get_mut(&question) else {
                return Err(broken("it finishes a call that it did not make"));
            };
            if answer.finished.replace(release_results).is_some() {
                return Err(broken("it finishes a call twice"));
            }
            if answer.returned {
                drop(tables);
                self.forget_answer(question, release_results);
                return Ok(());
            }
            tables.abandon(question)
        };
        // Outside of the lock: it wakes the handler's task. Then what that call had waited for may be
        // unwanted, too.
        let mut next = unwanted;
        while let Some((interest, waits_for)) = next {
            drop(interest);
            next = waits_for.and_then(|question| self.lock().abandon(question));
        }
        Ok(())
    }
}

impl Tables {
    /// Gives up a call of the peer if the peer has finished it and nothing waits for it. Returns what
    /// to drop for that, and what the call itself waits for.
    fn abandon(&mut self, question: u32) -> Option<(Interest, Option<u32>)> {
        let answer = self.answers.get_mut(&question)?;
        // Calls that the peer made of its results go on, so it does, too.
        if answer.finished.is_none() || answer.returned || answer.cell.is_wanted() {
            return None;
        }
        Some((answer.interest.take()?, answer.waits_for))
    }
}
