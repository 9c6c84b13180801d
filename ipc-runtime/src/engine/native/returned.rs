//! What comes of our questions.

use std::sync::{Arc, Weak};

use capnp_rpc::rpc_capnp::{message, return_};

use super::answer::{AnswerCell, Waiting};
use super::descriptor::malformed;
use super::first::First;
use super::peer::{Asking, Peer, broken};
use super::promise::Resolution;
use super::resolved::comes_home;
use super::tables::{Finish, Waiter};
use super::wire;
use super::writer::Urgency;
use crate::capability::Capability;
use crate::exception::{Exception, ExceptionKind};
use crate::message::{Envelope, Frame, Payload};

impl Peer {
    /// Takes note of an answer. Returns what it is and who waits for it, if anybody does.
    pub(super) fn returned(
        self: &Arc<Self>,
        returned: return_::Reader<'_>,
    ) -> Result<Option<Answered>, Exception> {
        let question = returned.get_answer_id();
        let (asking, waiter, released) = {
            let mut tables = self.lock();
            let Some(asked) = tables.questions.get_mut(question as usize) else {
                return Err(broken("it answers a call that we did not make"));
            };
            if asked.returned {
                return Err(broken("it answers a call twice"));
            }
            asked.returned = true;
            let serial = asked.serial;
            let waiter = asked.waiter.take();
            asked.imported = waiter.is_some();
            // The number of a bootstrap is freed by its object.
            if returned.get_no_finish_needed() && matches!(waiter, Some(Waiter::Call(_))) {
                asked.finish = Finish::Sent;
            }
            let params = std::mem::take(&mut asked.params);
            let finished = asked.finish == Finish::Sent;
            let mut released = Vec::new();
            if returned.get_release_param_caps() {
                for export in params {
                    released.extend(tables.unexport(export, 1));
                }
            }
            tables.awaited -= 1;
            if finished {
                drop(tables.questions.remove(question as usize));
            }
            (Asking { question, serial }, waiter, released)
        };
        drop(released);
        let Some(waiter) = waiter else {
            return Ok(None);
        };
        let given = self.given(returned)?;
        Ok(Some(Answered {
            asking,
            waiter,
            given,
        }))
    }

    /// What an answer says.
    fn given(self: &Arc<Self>, returned: return_::Reader<'_>) -> Result<Given, Exception> {
        use return_::Which;

        Ok(match returned.which() {
            Ok(Which::Results(results)) => {
                let results = results.map_err(malformed)?;
                let mut descriptors = results.get_cap_table().map_err(malformed)?.iter();
                Given::Results {
                    capabilities: self.capabilities(results)?,
                    comes_home: descriptors.any(comes_home),
                }
            }
            Ok(Which::Exception(exception)) => {
                Given::Failure(wire::read_exception(exception.map_err(malformed)?))
            }
            Ok(Which::Canceled(())) => Given::Failure(Exception::from_peer(
                ExceptionKind::Cancelled,
                "the peer cancelled the call",
            )),
            Ok(Which::TakeFromOtherQuestion(other)) => Given::Elsewhere(self.take(other)?),
            Ok(Which::ResultsSentElsewhere(())) => {
                return Err(broken("it sent results elsewhere unasked"));
            }
            Ok(Which::AcceptFromThirdParty(_)) | Err(_) => Given::Failure(Exception::new(
                ExceptionKind::Unimplemented,
                "the peer answered in a way that needs a third party",
            )),
        })
    }

    /// Hands an answer to the one who waits for it; results are in `frame`.
    pub(super) fn deliver(
        self: &Arc<Self>,
        answered: Answered,
        frame: Frame<'_>,
    ) -> Result<(), Exception> {
        let Answered {
            asking,
            waiter,
            given,
        } = answered;
        let outcome = match given {
            Given::Results {
                capabilities,
                comes_home,
            } => {
                let results = Payload::received(frame.into_owned(), Envelope::Return, capabilities);
                if let Waiter::Bootstrap(first) = waiter {
                    return self.arrived(&first, results, comes_home);
                }
                Ok(results)
            }
            Given::Failure(exception) => Err(exception),
            Given::Elsewhere(cell) => {
                cell.want(self, Waiting::Take(asking, waiter));
                return Ok(());
            }
        };
        self.satisfy(asking, waiter, outcome);
        Ok(())
    }

    /// The peer's first object has come.
    fn arrived(
        self: &Arc<Self>,
        first: &Weak<First>,
        results: Payload,
        comes_home: bool,
    ) -> Result<(), Exception> {
        if let Some(first) = first.upgrade() {
            let name = first.addressee(self);
            self.become_known(first.promise(), name, first_object(results), comes_home)?;
        }
        Ok(())
    }

    /// Hands an outcome to the one who waits for it.
    pub(super) fn satisfy(
        self: &Arc<Self>,
        question: Asking,
        waiter: Waiter,
        outcome: Result<Payload, Exception>,
    ) {
        match waiter {
            Waiter::Call(sender) => {
                // It fails when the caller has just given up.
                let _ = sender.send(outcome);
                self.finish(question, Urgency::Flushed);
            }
            Waiter::Bootstrap(first) => {
                if let Some(first) = first.upgrade() {
                    let resolution = outcome.and_then(first_object);
                    first.promise().become_known(resolution, false, || ());
                }
            }
        }
    }

    /// A message of ours that the peer does not know.
    pub(super) fn not_understood(
        self: &Arc<Self>,
        ours: message::Reader<'_>,
    ) -> Result<(), Exception> {
        use message::Which;

        let question = match ours.which() {
            Ok(Which::Call(call)) => call.map_err(malformed)?.get_question_id(),
            Ok(Which::Bootstrap(bootstrap)) => bootstrap.map_err(malformed)?.get_question_id(),
            // Nothing else needs an answer.
            _ => return Ok(()),
        };
        let (asking, waiter, released) = {
            let mut tables = self.lock();
            let Some(asked) = tables.questions.get_mut(question as usize) else {
                return Err(broken("it does not understand a call that we did not make"));
            };
            if asked.returned {
                return Err(broken("it answers a call twice"));
            }
            asked.returned = true;
            let serial = asked.serial;
            let waiter = asked.waiter.take();
            let params = std::mem::take(&mut asked.params);
            let finishing = asked.finish == Finish::Sending;
            tables.awaited -= 1;
            // The peer knows nothing of the question, so there is nothing to finish.
            if !finishing {
                drop(tables.questions.remove(question as usize));
            }
            // Nor of the capabilities that came with it.
            let released: Vec<_> = params
                .into_iter()
                .filter_map(|export| tables.unexport(export, 1))
                .collect();
            (Asking { question, serial }, waiter, released)
        };
        drop(released);
        if let Some(waiter) = waiter {
            let exception = Exception::from_peer(
                ExceptionKind::Unimplemented,
                "the peer does not understand such calls",
            );
            self.satisfy(asking, waiter, Err(exception));
        }
        Ok(())
    }
}

/// One of our questions that has its answer.
pub(super) struct Answered {
    asking: Asking,
    waiter: Waiter,
    given: Given,
}

/// An answer as it arrived.
enum Given {
    /// Results, by the capabilities that they carry, and whether one of those is ours.
    Results {
        capabilities: Vec<Option<Capability>>,
        comes_home: bool,
    },
    Failure(Exception),
    /// The same as for a call of the peer.
    Elsewhere(Arc<AnswerCell>),
}

/// The object that a Bootstrap is answered with.
fn first_object(results: Payload) -> Resolution {
    results
        .pipelined(&[])?
        .ok_or_else(|| Exception::new(ExceptionKind::Null, "the peer's first object is null"))
}
